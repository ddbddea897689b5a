"""What a person wants carried beside the DICOM: the words of ``--with``."""

from collections.abc import Iterable

from msgspec import Struct

from xnat_ferry.belongings.files import HeldResource
from xnat_ferry.belongings.kinds import Kind, Level
from xnat_ferry.errors import UsageError
from xnat_ferry.model import DICOM_RESOURCES

_LEVELS = (Level.PROJECT, Level.SUBJECT, Level.SESSION, Level.SCAN)


class Wish(Struct, frozen=True, kw_only=True):
    """Kinds of values, and which resources: pairs of a level and a label, either "" for any."""

    kinds: tuple[Kind, ...] = ()
    resources: tuple[tuple[str, str], ...] = ()

    @property
    def any(self) -> bool:
        """Whether anything is wanted."""
        return bool(self.kinds or self.resources)

    def wants(self, resource: HeldResource) -> bool:
        """Whether a resource is meant; never one that the import carries. An assessor's go with it alone."""
        if resource.level == Level.ASSESSOR:
            return Kind.ASSESSORS in self.kinds
        if resource.level not in _LEVELS or (
            resource.level == Level.SCAN and resource.label in DICOM_RESOURCES
        ):
            return False
        return any(
            level in ("", resource.level) and label in ("", resource.label) for level, label in self.resources
        )

    def reaches(self, *levels: Level) -> bool:
        """Whether resources of one of these levels may be meant."""
        return any(level in ("", *levels) for level, _ in self.resources)


def parse_wish(texts: Iterable[str]) -> Wish:
    """``resources``, ``resources=BIDS,QC``, ``resources=session:BIDS,project:``, ``demographics,notes``.

    A word right after ``resources=`` is a label; later ones are, too, unless they name a kind. A level with
    nothing behind means all of that level. Raises UsageError for anything else.
    """
    kinds: list[Kind] = []
    resources: list[tuple[str, str]] = []
    for text in texts:
        labels = False
        for word in text.split(","):
            first = word.removeprefix("resources=")
            if first != word:
                labels = True
                resources.append(_pattern(first))
            elif word == Kind.RESOURCES:
                resources.append(("", ""))
            elif word in list(Kind):
                kinds.append(Kind(word))
            elif labels and word:
                resources.append(_pattern(word))
            elif word:
                raise UsageError(what=_unknown(word))
    return Wish(kinds=tuple(dict.fromkeys(kinds)), resources=tuple(dict.fromkeys(resources)))


def _pattern(word: str) -> tuple[str, str]:
    level, colon, label = word.partition(":")
    return (level, label) if colon and level in list(_LEVELS) else ("", word)


def _unknown(word: str) -> str:
    return f"--with {word[:60]!r} is none of {', '.join(Kind)}, resources=LABEL."
