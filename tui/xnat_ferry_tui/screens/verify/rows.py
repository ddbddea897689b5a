"""What area 4 lists: sessions, the scans of one, the files of a scan; only what differs, or all."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from operator import attrgetter
from typing import Any, NamedTuple, overload

from xnat_ferry import wording
from xnat_ferry.model import Instance, Mark, Where
from xnat_ferry.plan import Plan
from xnat_ferry.plan.model import PlannedScan
from xnat_ferry.verify.verification import PROVEN, Item, SessionVerification, Verification
from xnat_ferry_tui.explaining.ways import on_screen
from xnat_ferry_tui.screens.verify.gravity import GRAVEST, by_gravity, gravest, gravest_of, marks_of
from xnat_ferry_tui.widgets.lines import Column, Line

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
NARROWEST_SESSIONS = NARROW_SESSIONS[:3]
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

    def holds(self, item: Item) -> bool:
        """Whether it is the item, or the item is in what the row opens or lies in."""
        if self.item is not None:
            return item is self.item
        return item.session == self.opens.session and self.opens.scan in ("", item.scan)


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
        self._things = by_gravity(things, mark)
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
        return Rows(sessions, gravest_of, attrgetter("source"), _session)
    session = next((one for one in found.sessions if one.source == place.session), None)
    if session is None:
        return Rows()
    if place.scan:
        return _files(session, place, sent, equal)
    planned = next((one.scans for one in plan.sessions if one.session == session.source), ())
    return Rows(_scans(session, planned, equal), name=attrgetter("id"), make=partial(_scan, session))


def differences(found: Verification, plan: Plan) -> list[Item]:
    """Every item of every session, in the order in which the lists show them."""
    planned = {one.session: one.scans for one in plan.sessions}
    return [
        item
        for session in by_gravity(found.sessions, gravest_of)
        for scan in by_gravity(_scans(session, planned.get(session.source, ()), False), attrgetter("mark"))
        for item in by_gravity(scan.items, attrgetter("mark"))
    ]


def following(items: Sequence[Item], row: Row | None, step: int) -> int:
    """The place of the next one below (``step`` 1) or above (-1) a row; there may be none at it."""
    within = [place for place, one in enumerate(items) if row and row.holds(one)]
    if not within:
        return 0 if step > 0 else len(items) - 1
    if row and row.item is not None:
        return within[0] + step
    if row and not row.file:  # what is in it lies below
        return within[0] if step > 0 else within[0] - 1
    return within[-1] + 1 if step > 0 else within[-1]  # what is the same stands below all that is not


def _session(one: SessionVerification) -> Row:
    # the gravest first, since the end of it may be cut off
    counts = wording.counts({mark: one.counts[mark] for mark in GRAVEST if one.counts.get(mark)})
    cells = (gravest(one.counts), one.source, one.destination, one.where, counts)
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


def _scans(session: SessionVerification, scans: Sequence[PlannedScan], equal: bool) -> list[_Scan]:
    planned = {scan.id: scan for scan in scans}
    items: dict[str, list[Item]] = {scan: [] for scan in planned}
    for item in session.items:
        items.setdefault(item.scan, []).append(item)
    return [
        _Scan(scan, planned.get(scan), some, gravest(marks_of(some)) if some else _equal_mark(session))
        for scan, some in items.items()
        if equal or some
    ]


def _scan(session: SessionVerification, scan: _Scan) -> Row:
    known, counted = scan.planned, marks_of(scan.items)
    # what is of the whole scan stands for any number of its files
    left = known.files - len(scan.items) if known and all(item.file for item in scan.items) else 0
    words = wording.counts(counted) if counted else _equal_words(session)
    fine = f" {wording.plural(left, 'file')} of it {'is' if left == 1 else 'are'} fine." if left > 0 else ""
    about = f"Scan {scan.id} of {session.source}: {words}.{fine}"
    line = _line((scan.mark, scan.id, known.type if known else "", words))
    return Row(line, Place(session.source, scan.id), (about, *_causes(scan.items)))


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
        f"source: {item.source or '-'}   destination: {item.destination or '-'}",
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
