"""What area 4 lists: sessions, the scans of one, the files of a scan; only what differs, or all."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple, overload

from xnat_ferry import wording
from xnat_ferry.model import Instance, Mark
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


class _Thing(NamedTuple):
    """What a row is made of."""

    mark: Mark
    name: str
    row: Callable[[], Row]
    item: Item | None = None


def _gravity(thing: _Thing) -> int:
    return _GRAVITY[thing.mark]


class Rows(Sequence[Row]):
    """The rows of a place, each made when it is looked at: there may be very many."""

    def __init__(self, things: Iterable[_Thing]) -> None:
        """What there is to show, the gravest first; what is as grave in the order in which it came."""
        self._things = sorted(things, key=_gravity)

    def place_of(self, *, name: str = "", item: Item | None = None) -> int | None:
        """Where the row of this name is, or of this item."""
        places = (
            place
            for place, one in enumerate(self._things)
            if (one.name == name if item is None else one.item is item)
        )
        return next(places, None)

    def __len__(self) -> int:
        return len(self._things)

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | Sequence[Row]:
        if isinstance(place, slice):
            return [one.row() for one in self._things[place]]
        return self._things[place].row()


def rows_at(place: Place, found: Verification, plan: Plan, sent: Sequence[Instance], *, equal: bool) -> Rows:
    """The rows of a place, the gravest first; ``sent``: the files of its session as they passed through."""
    if not place.session:
        return Rows(_sessions(found, equal))
    session = next((one for one in found.sessions if one.source == place.session), None)
    if session is None:
        return Rows(())
    return Rows(_files(session, place.scan, sent, equal) if place.scan else _scans(session, plan, equal))


def differences(found: Verification) -> list[Item]:
    """Every item of every session, in the order in which ``n`` visits them."""
    return [item for session in found.sessions for item in session.items]


def _sessions(found: Verification, equal: bool) -> Iterator[_Thing]:
    for one in found.sessions:
        if equal or one.verdict != PROVEN:
            yield _Thing(gravest(one.counts), one.source, partial(_session, one))


def _session(one: SessionVerification) -> Row:
    cells = (gravest(one.counts), one.source, one.destination, one.where, wording.counts(one.counts))
    return Row(_line(cells), Place(one.source), _of_session(one))


def _of_session(one: SessionVerification) -> tuple[str, ...]:
    seen = f"Seen to be changed by the destination's scripts: {', '.join(one.rewritten)}."
    return (
        f"{one.source} -> {one.destination}, in the {one.where}: {one.verdict} by {one.level}.",
        *([one.note] if one.note else []),
        *([seen] if one.rewritten else []),
    )


def _scans(session: SessionVerification, plan: Plan, equal: bool) -> Iterator[_Thing]:
    planned = {scan.id: scan for one in plan.sessions if one.session == session.source for scan in one.scans}
    items: dict[str, list[Item]] = {scan: [] for scan in planned}
    for item in session.items:
        items.setdefault(item.scan, []).append(item)
    for scan, of_scan in items.items():
        if equal or of_scan:
            marks = Counter(item.mark for item in of_scan)
            mark = gravest(marks) if of_scan else _equal_mark(session)
            known = planned.get(scan)
            yield _Thing(mark, scan, partial(_scan, session, scan, known, mark, marks, of_scan))


def _scan(
    session: SessionVerification,
    scan: str,
    known: PlannedScan | None,
    mark: Mark,
    marks: Mapping[Mark, int],
    items: Sequence[Item],
) -> Row:
    left = (known.files if known else 0) - len(items)
    counted = {mark: marks[mark] for mark in Mark if marks[mark]}
    words = wording.counts(counted) if counted else _equal_words(session)
    fine = f" {wording.plural(left, 'file')} of it {'is' if left == 1 else 'are'} fine." if left > 0 else ""
    about = f"Scan {scan} of {session.source}: {words}.{fine}"
    line = _line((mark, scan, known.type if known else "", words))
    return Row(line, Place(session.source, scan), (about, *_causes(items)))


def _files(
    session: SessionVerification, scan: str, sent: Sequence[Instance], equal: bool
) -> Iterator[_Thing]:
    place, told = Place(session.source, scan), set[str]()
    for item in session.items:
        if item.scan == scan:
            told.add(item.file)
            yield _Thing(item.mark, item.file, partial(_differing, place, item), item)
    if equal:
        for one in sent:
            if one.scan == scan and one.path not in told:
                yield _Thing(_equal_mark(session), one.path, partial(_fine, session, place, one))


def _differing(place: Place, item: Item) -> Row:
    cells = (item.mark, item.file or "(the whole scan)", item.what, item.source, item.destination)
    about = (
        f"{item.mark} {item.session} scan {item.scan} {item.file}: {item.what}",
        on_screen(item.likely),
    )
    return Row(_line(cells), place, about, item, item.file)


def _fine(session: SessionVerification, place: Place, one: Instance) -> Row:
    words = f"{one.path}: {_equal_words(session)}. Enter lays its headers beside each other."
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
