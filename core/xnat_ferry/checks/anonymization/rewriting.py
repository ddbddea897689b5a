"""What the scripts of a destination will make of a header's elements, as far as their texts tell."""

from enum import StrEnum

from xnat_ferry.dicom.edit_script import SURE, Effect, ScriptEffects, effects
from xnat_ferry.dicom.header import HeaderElement
from xnat_ferry.project import ProjectSettings, Script


class Outcome(StrEnum):
    """Whether what a header says can still be read at the destination."""

    REMAINS = "remains"
    GONE = "gone"
    UNCLEAR = "unclear"


class Rewriting:
    """The site's script at receipt and the project's at archiving, one after the other (wire-write 1.12)."""

    def __init__(self, settings: ProjectSettings) -> None:
        self._steps = [
            ("the site script", _effects(settings.site_script)),
            ("the project script", _effects(settings.project_script)),
        ]
        self._known: dict[tuple[int, tuple[int, ...], str], tuple[Outcome, str]] = {}
        scripts = (settings.site_script, settings.project_script)
        self.none_runs = not any(script is None or script.runs for script in scripts)
        """Whether headers certainly arrive as they are."""

    def of(self, element: HeaderElement) -> tuple[Outcome, str]:
        """What becomes of an element, and why in a few words."""
        key = (element.tag, element.within, element.creator)
        if key not in self._known:
            self._known[key] = self._judge(*key)
        return self._known[key]

    def _judge(self, tag: int, within: tuple[int, ...], creator: str) -> tuple[Outcome, str]:
        outcome, words = Outcome.REMAINS, "remains"
        for name, changes in self._steps:
            effect = Effect.UNCLEAR if changes is None else changes.on(tag, within, creator)
            if effect in SURE:
                outcome = Outcome.GONE
                words = f"{'removed' if effect == Effect.REMOVED else 'replaced'} by {name}"
            elif effect == Effect.COMPUTED:
                outcome, words = Outcome.UNCLEAR, f"made from other attributes by {name}"
            elif effect == Effect.UNCLEAR and outcome != Outcome.GONE:
                outcome = Outcome.UNCLEAR
                words = (
                    f"not known, since {name} could not be read"
                    if changes is None
                    else f"perhaps changed by {name}"
                )
        return outcome, words


def _effects(script: Script | None) -> ScriptEffects | None:
    """None: not known."""
    if script is None:
        return None
    return effects(script.text) if script.runs else ScriptEffects()


def rewritten(settings: ProjectSettings, tag: int) -> bool | None:
    """Whether nothing of an element's value will be left at the destination; None where that is not known."""
    return {Outcome.GONE: True, Outcome.REMAINS: False, Outcome.UNCLEAR: None}[_of(settings, tag)[0]]


def becomes(settings: ProjectSettings, tag: int) -> str:
    """In a few words, what the destination's scripts make of an element."""
    return _of(settings, tag)[1]


def _of(settings: ProjectSettings, tag: int) -> tuple[Outcome, str]:
    return Rewriting(settings).of(HeaderElement(tag, "", ""))
