"""What a destination makes of sessions when they arrive, in sentences for a last look before the start."""

from collections.abc import Iterator

from xnat_ferry.model import Where
from xnat_ferry.project import Script, SeriesFilter
from xnat_ferry.survey import ProjectView

_BY_ITSELF = {
    4: "It archives by itself what waits in its prearchive.",
    5: "It archives by itself what waits in its prearchive, over what is there already.",
}
"""The project's prearchive code (wire-read 4.1)."""


def on_arrival(view: ProjectView, to: Where) -> list[str]:
    """What its scripts, filters and codes do, each in a sentence; what is not known is said, too.

    The project's script runs at archiving only (wire-write 1.12).
    """
    settings = view.settings
    return [
        *_script("site", "on receipt", settings.site_script),
        *_script(
            "project",
            "on archiving" if to == Where.ARCHIVE else "once it is archived",
            settings.project_script,
        ),
        *_filter("site", settings.site_filter),
        *_filter("project", settings.project_filter),
        _code(settings.prearchive_code, to),
        *(["What is archived there is put in quarantine."] if settings.quarantine else []),
    ]


def _code(code: int | None, to: Where) -> str:
    if code == 0:
        who = "this transfer does" if to == Where.ARCHIVE else "sessions wait until somebody does"
        return f"It archives nothing by itself: {who}."
    return _BY_ITSELF.get(-1 if code is None else code, "Whether it archives by itself is not known.")


def _script(whose: str, when: str, script: Script | None) -> Iterator[str]:
    if script is None:
        yield f"Whether the {whose}'s anonymization script runs is not known."
    elif script.runs:
        yield (
            f"The {whose}'s anonymization script rewrites headers {when}: digests will differ, and identity "
            "and pixels are compared instead."
        )
    elif whose == "site":
        yield "The site's anonymization script is off: headers arrive as they are."


def _filter(whose: str, one: SeriesFilter | None) -> Iterator[str]:
    if one is None:
        yield f"Whether the {whose} filters series is not known."
    elif one.enabled:
        yield f"The {whose} filters series: what its filter refuses is dropped without a word."
