"""What area 4 lists: sessions, the scans of one, the files of a scan; only what differs, or all."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from operator import attrgetter
from typing import Any, NamedTuple, overload

from xnat_ferry import wording
from xnat_ferry.model import Instance, Mark, Where
from xnat_ferry.plan import Plan
from xnat_ferry.plan.model import PlannedScan
from xnat_ferry.verify.verification import PROVEN, Item, SessionVerification, Verification
from xnat_ferry_tui.ways import on_screen
from xnat_ferry_tui.widgets.lines import Column, Line

_GRAVEST = (
    Mark.DIFFERS,
    Mark.ONLY_SOURCE,
    Mark.ONLY_DESTINATION,
    Mark.UNREADABLE,
    Mark.UNKNOWN,
    Mark.AS_PLANNED,
    Mark.SAME,
)
_GRAVITY = {mark: place for place, mark in enumerate(_GRAVEST)}
_EQUAL = (Mark.SAME, Mark.AS_PLANNED)
_BAD = frozenset({Mark.DIFFERS, Mark.ONLY_SOURCE, Mark.ONLY_DESTINATION})

SESSIONS = (
    Column("st", 2),
    Column("session", middle=True),
    Column("there", 16, middle=True),
    Column("in", 10),
    Column("files", 30),
)
NARROW_SESSIONS = (*SESSIONS[:2], Column("there", 14, middle=True), Column("in", 10), Column("files", 14))
SCANS = (Column("st", 2), Column("scan", 8), Column("series"), Column("files", 36))
FILES = (
    Column("st", 2),
    Column("file", middle=True),
    Column("what", 12),
    Column("source", 18),
    Column("destination", 18),
)
NARROW_FILES = FILES[:3]
WIDE_FILES = (*FILES[:3], Column("source", 34), Column("destination", 34))


class Place(NamedTuple):
    """Where one is: nowhere ("" both), in a session, or in a scan of it."""

    session: str = ""
    scan: str = ""

    @property
    def above(self) -> "Place":
        """The place that this one is in."""
        return Place(self.session) if self.scan else Place()


class Row(NamedTuple):
    """One line, with the place that it opens; ``item`` where it is a file that is not simply equal."""

    line: Line
    opens: Place
    about: tuple[str, ...]
    """What to tell of it, in sentences."""
    item: Item | None = None
    file: str = ""


class Rows(Sequence[Row]):
    """The rows of a place, each made when it is looked at: there may be very many."""

    def __init__(
        self,
        things: Iterable[Any] = (),
        mark: Callable[[Any], Mark] = attrgetter("mark"),
        name: Callable[[Any], str] = attrgetter("file"),
        make: Callable[[Any], Row] | None = None,
    ) -> None:
        """What there is to show, the gravest first; what is as grave in the order in which it came.

        ``mark`` says how grave a thing is, ``name`` what it is called, ``make`` makes its row.
        """
        self._things = sorted(things, key=lambda thing: _GRAVITY[mark(thing)])
        self._name, self._make = name, make

    def place_of(self, *, name: str = "", item: Item | None = None) -> int | None:
        """Where the row of this name is, or of this item."""
        things = enumerate(self._things)
        return next(
            (at for at, one in things if (self._name(one) == name if item is None else one is item)), None
        )

    def __len__(self) -> int:
        return len(self._things)

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | Sequence[Row]:
        if isinstance(place, slice):
            return [self[at] for at in range(*place.indices(len(self)))]
        assert self._make is not None
        return self._make(self._things[place])


def rows_at(place: Place, found: Verification, plan: Plan, sent: Sequence[Instance], *, equal: bool) -> Rows:
    """The rows of a place, the gravest first; ``sent``: the files of its session as they passed through."""
    if not place.session:
        sessions = [one for one in found.sessions if equal or one.verdict != PROVEN]
        return Rows(sessions, lambda one: gravest(one.counts), attrgetter("source"), _session)
    session = next((one for one in found.sessions if one.source == place.session), None)
    if session is None:
        return Rows()
    return _files(session, place, sent, equal) if place.scan else _scans(session, plan, equal)


def differences(found: Verification) -> list[Item]:
    """Every item of every session, in the order in which ``n`` visits them."""
    return [item for session in found.sessions for item in session.items]


def _session(one: SessionVerification) -> Row:
    cells = (gravest(one.counts), one.source, one.destination, one.where, wording.counts(one.counts))
    return Row(_line(cells), Place(one.source), _of_session(one))


def _of_session(one: SessionVerification) -> tuple[str, ...]:
    seen = f"Seen to be changed by the destination's scripts: {', '.join(one.rewritten)}."
    return (
        f"{one.source} -> {one.destination}, in the {one.where}: {one.verdict} by {one.level}.",
        *([one.note] if one.note else []),
        *([seen] if one.rewritten else []),
        *(
            f"Another row of it waits in the prearchive: {row}. W removes it, if this transfer sent it all."
            for row in one.beside or ()
        ),
    )


class _Scan(NamedTuple):
    """A scan as it was planned, and what of it is not equal."""

    id: str
    planned: PlannedScan | None
    items: list[Item]
    mark: Mark


def _scans(session: SessionVerification, plan: Plan, equal: bool) -> Rows:
    planned = {scan.id: scan for one in plan.sessions if one.session == session.source for scan in one.scans}
    items: dict[str, list[Item]] = {scan: [] for scan in planned}
    for item in session.items:
        items.setdefault(item.scan, []).append(item)
    scans = [
        _Scan(scan, planned.get(scan), some, gravest(_marks(some)) if some else _equal_mark(session))
        for scan, some in items.items()
        if equal or some
    ]
    return Rows(scans, name=attrgetter("id"), make=partial(_scan, session))


def _scan(session: SessionVerification, scan: _Scan) -> Row:
    known, counted = scan.planned, _marks(scan.items)
    # what is of the whole scan stands for any number of its files
    left = known.files - len(scan.items) if known and all(item.file for item in scan.items) else 0
    words = wording.counts(counted) if counted else _equal_words(session)
    fine = f" {wording.plural(left, 'file')} of it {'is' if left == 1 else 'are'} fine." if left > 0 else ""
    about = f"Scan {scan.id} of {session.source}: {words}.{fine}"
    line = _line((scan.mark, scan.id, known.type if known else "", words))
    return Row(line, Place(session.source, scan.id), (about, *_causes(scan.items)))


def _marks(items: Sequence[Item]) -> dict[Mark, int]:
    marks = Counter(item.mark for item in items)
    return {mark: marks[mark] for mark in Mark if marks[mark]}


def _files(session: SessionVerification, place: Place, sent: Sequence[Instance], equal: bool) -> Rows:
    things: list[Item | Instance] = [item for item in session.items if item.scan == place.scan]
    if equal:
        told = {item.file for item in session.items if item.scan == place.scan}
        things += [one for one in sent if one.scan == place.scan and one.path not in told]
    fine = _equal_mark(session)

    def make(thing: Item | Instance) -> Row:
        return _differing(place, thing) if isinstance(thing, Item) else _fine(session, place, thing)

    return Rows(things, lambda thing: thing.mark if isinstance(thing, Item) else fine, make=make)


def _differing(place: Place, item: Item) -> Row:
    cells = (item.mark, item.file or "(the whole scan)", item.what, item.source, item.destination)
    about = (
        f"{item.mark} {item.session} scan {item.scan} {item.file}: {item.what}",
        on_screen(item.likely),
    )
    return Row(_line(cells), place, about, item, item.file)


def _fine(session: SessionVerification, place: Place, one: Instance) -> Row:
    beside = " Enter lays its headers beside each other." if session.where == Where.ARCHIVE else ""
    words = f"{one.path}: {_equal_words(session)}.{beside}"
    line = _line((_equal_mark(session), one.path, "", f"{one.size:,} bytes", ""))
    return Row(line, place, (words,), None, one.path)


def _causes(items: Sequence[Item]) -> list[str]:
    likely = dict.fromkeys(item.likely for item in items if item.likely)
    return [on_screen(one) for one in likely][:2]


def gravest(counts: Mapping[Mark, int]) -> Mark:
    """The mark that says the worst of what was counted; unknown where nothing was."""
    return next((mark for mark in _GRAVEST if counts.get(mark)), Mark.UNKNOWN)


def _equal_mark(session: SessionVerification) -> Mark:
    """Which of its files were changed as planned is not kept: all that are fine have the weaker mark."""
    return next((mark for mark in reversed(_EQUAL) if session.counts.get(mark)), Mark.UNKNOWN)


def _equal_words(session: SessionVerification) -> str:
    present = [wording.MARKS[mark] for mark in _EQUAL if session.counts.get(mark)]
    return " or ".join(present) or wording.MARKS[Mark.UNKNOWN]


def _line(cells: tuple[str, ...]) -> Line:
    mark = Mark(cells[0])
    style = "bad" if mark in _BAD else "good" if mark in _EQUAL else ""
    return Line((mark.value, *cells[1:]), style)
