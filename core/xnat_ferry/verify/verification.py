"""A verdict for every file, and what the verdicts come to."""

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from functools import cached_property

from msgspec import Struct
from msgspec.structs import asdict

from xnat_ferry.belongings import Level as BelongingLevel
from xnat_ferry.model import Level, Mark, Where

PROVEN, DIFFERS, UNKNOWN = "proven", "differs", "unknown"

_DIFFERENCES = {Mark.ONLY_SOURCE, Mark.ONLY_DESTINATION, Mark.DIFFERS}
_PROOFS = {Mark.SAME, Mark.AS_PLANNED}


class What(StrEnum):
    """What about a file is not the same."""

    MISSING = "missing"
    EXTRA = "extra"
    SIZE = "size"
    DIGEST = "digest"
    """The bytes of the whole file; which part of it differs is not known."""
    PIXELS = "pixel-digest"
    HEADER = "header"
    VALUE = "value"
    """One that a server keeps of a subject, a session or a scan."""
    UID = "uid"
    SUBJECT = "subject"
    OWNER = "owner"
    UNREADABLE = "unreadable"

    @property
    def broad(self) -> str:
        """What ``verify --json`` promises to call it: a whole file's bytes its size, whose it is its uid.

        A value that a server keeps of a session counts as its header.
        """
        return _BROAD.get(self, self.value)


_BROAD = {What.DIGEST: "size", What.SUBJECT: "uid", What.OWNER: "uid", What.VALUE: "header"}


class Item(Struct, frozen=True, kw_only=True, gc=False):
    """One file, or one scan as a whole, that is not simply the same."""

    mark: Mark
    session: str
    """Its label at the source."""
    scan: str
    file: str
    what: What
    source: str
    destination: str
    likely: str


class SessionVerification(Struct, frozen=True, kw_only=True):
    """One session compared. ``counts`` has every file once; ``items`` only what is not same or as planned."""

    source: str
    destination: str
    where: Where
    level: Level
    counts: dict[Mark, int]
    items: tuple[Item, ...] = ()
    note: str = ""
    """What this comparison did not look at, and what is good to know, in sentences."""
    at: float = 0.0
    """When, in seconds since 1970."""
    destination_id: str = ""
    """The accession ID of what was looked at; "" in the prearchive."""
    joins: bool = False
    """The plan added it to what was there: what is only there is then no difference."""
    solid: int = 0
    """Files with an equal digest, or with equal identity and pixels and a header that only scripts changed.

    This is what a deletion may rest on."""
    beside: tuple[str, ...] | None = None
    """Rows of it that wait in the prearchive beside what was compared; None where that was not looked for."""
    rewritten: tuple[str, ...] = ()
    """Names of the header elements that the destination's scripts were seen to change."""

    @property
    def verdict(self) -> str:
        """``proven`` only where every file was compared and none differs."""
        return verdict_of(self.counts, joins=self.joins)


class CarriedNow(Struct, frozen=True, kw_only=True):
    """One resource, or the values of one kind, that was carried beside the images: compared again."""

    level: BelongingLevel
    holder: str
    """The label of its session or subject at the source, or the source project."""
    to: str = ""
    """The subject's label at the destination, where it is a subject's."""
    scan: str = ""
    name: str
    """The resource's label, or the kind of the values."""
    counts: dict[Mark, int]
    """Files, or values, by what their comparison came to."""
    items: tuple[Item, ...] = ()
    note: str = ""

    @property
    def verdict(self) -> str:
        """As of a session; what is only there was there before, and is no difference."""
        return verdict_of(self.counts, joins=True)

    @property
    def in_words(self) -> str:
        """``BIDS of session 001_MR1: proven``."""
        if self.level == BelongingLevel.ASSESSOR and not self.scan:
            return f"assessor {self.name} of {self.holder}: {self.verdict}"
        part = f"{self.level} {self.scan} of " if self.scan else f"{self.level} "
        whose = f"{self.holder} -> {self.to}" if self.to not in ("", self.holder) else self.holder
        return f"{self.name} of {part}{whose}: {self.verdict}"


class Verification(Struct, frozen=True, kw_only=True, dict=True):
    """A whole transfer compared."""

    level: Level
    sessions: tuple[SessionVerification, ...]
    carried: tuple[CarriedNow, ...] = ()
    """Resources and values, where some travelled; their files and values are not in the counts."""
    owners: tuple[str, ...] | None = None
    """The destination's, where somebody has to ask them; None where nobody has, or that is not shown."""

    @property
    def asks_owners(self) -> bool:
        """Whether something is to be asked of the destination's owners."""
        return any("owner" in item.likely for one in self.sessions for item in one.items)

    @cached_property
    def counts(self) -> dict[Mark, int]:
        """The sum of all sessions, every mark present."""
        total: Counter[Mark] = Counter()
        for session in self.sessions:
            total.update(session.counts)
        return {mark: total[mark] for mark in Mark}

    @cached_property
    def verdict(self) -> str:
        """The worst of sessions and of what was carried with them; unknown when there is none."""
        sessions = {one.verdict for one in self.sessions}
        verdicts = sessions | {one.verdict for one in self.carried} or {UNKNOWN}
        return next(verdict for verdict in (DIFFERS, UNKNOWN, PROVEN) if verdict in verdicts)

    def as_json(self) -> dict[str, object]:
        """The shape that ``verify --json`` answers."""
        return {
            "verdict": self.verdict,
            "level": self.level,
            "counts": self.counts,
            "sessions": [
                {
                    "source": one.source,
                    "destination": one.destination,
                    "where": one.where,
                    "verdict": one.verdict,
                    "counts": one.counts,
                    "note": one.note,
                    "beside": one.beside,
                }
                for one in self.sessions
            ],
            "items": [_as_json(item) for one in self.sessions for item in one.items],
            "carried": [
                {
                    "level": one.level,
                    "holder": one.holder,
                    "to": one.to,
                    "scan": one.scan,
                    "name": one.name,
                    "verdict": one.verdict,
                    "counts": one.counts,
                    "note": one.note,
                    "items": [_as_json(item) for item in one.items],
                }
                for one in self.carried
            ],
            "owners": self.owners,
        }


def _as_json(item: Item) -> dict[str, object]:
    return {**asdict(item), "what": item.what.broad, "detail": item.what.value}


def verdict_of(counts: dict[Mark, int], *, joins: bool = False) -> str:
    """Differences outweigh what is unknown, and nothing compared is unknown."""
    present = {mark for mark, count in counts.items() if count}
    if joins:
        present -= {Mark.ONLY_DESTINATION}
    if present & _DIFFERENCES:
        return DIFFERS
    return PROVEN if present and present <= _PROOFS else UNKNOWN


def count_marks(marks: Iterable[Mark]) -> dict[Mark, int]:
    """How often each mark stands; every mark is a key."""
    counted = Counter(marks)
    return {mark: counted[mark] for mark in Mark}
