"""What a survey saw of resources and values, as it is judged by."""

from urllib.parse import quote

from msgspec import Struct

from xnat_ferry.belongings import Existing, Kind, Level
from xnat_ferry.belongings.wish import Wish


class SeenResource(Struct, frozen=True, kw_only=True):
    """One resource that is wanted, and what the destination has of it."""

    level: Level
    session: str = ""
    """The accession ID of its session."""
    holder: str
    """A session's, a subject's or the project's label at the source."""
    to: str = ""
    """The subject's label at the destination, where it is a subject's."""
    scan: str = ""
    label: str
    files: int
    bytes: int
    differing: int = 0
    """Files that are there with other content."""
    there: int = 0
    """Files that are there already, the same."""
    unknown: int = 0
    """Files that are there and cannot be compared: a digest is not known."""
    unfit: int = 0
    """Files whose names XNAT does not store."""

    @property
    def addressable(self) -> bool:
        """Whether its label can name it in an address.

        Digits are taken for a number (wire-write 4.4), and what an address has to spell out stays so: ``a b``
        would become ``a%20b`` there (wire-read 0.4).
        """
        return bool(self.label) and not self.label.isdigit() and quote(self.label, safe="") == self.label


class SeenValues(Struct, frozen=True, kw_only=True):
    """Values of one holder, by name; the values themselves are not kept."""

    level: Level
    holder: str
    to: str = ""
    """The subject's label at the destination, where they are a subject's."""
    kind: Kind
    names: tuple[str, ...]
    """Those that the destination lacks or that would be written over what the importer fills in."""
    differing: tuple[str, ...] = ()
    """Those that are there with another value."""


class SeenAssessor(Struct, frozen=True, kw_only=True):
    """One assessor that is wanted."""

    session: str
    """The accession ID of its session."""
    holder: str
    """That session's label at the source."""
    label: str
    xsi_type: str
    there: str = ""
    """The type of what has its label at the destination already; "" for nothing."""


class BelongingsSeen(Struct, frozen=True, kw_only=True):
    """What was wanted, and what of it there is."""

    wish: Wish
    existing: Existing | None = None
    resources: tuple[SeenResource, ...] = ()
    values: tuple[SeenValues, ...] = ()
    assessors: tuple[SeenAssessor, ...] = ()
    problems: tuple[tuple[str, str], ...] = ()
    """What could not be looked at, by its label, and why."""

    @property
    def split(self) -> dict[str, tuple[str, ...]]:
        """The subjects that become more than one, by label: what each of these is called."""
        found: dict[str, set[str]] = {}
        for level, holder, to in (
            *((one.level, one.holder, one.to) for one in self.resources),
            *((one.level, one.holder, one.to) for one in self.values),
        ):
            if level == Level.SUBJECT:
                found.setdefault(holder, set()).add(to)
        return {subject: tuple(sorted(several)) for subject, several in found.items() if len(several) > 1}
