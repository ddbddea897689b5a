"""What area 4 lists: sessions, the scans of one, the files of a scan; only what differs, or all."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from xnat_ferry import wording
from xnat_ferry.model import Instance, Mark
from xnat_ferry.plan import Plan
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


def rows_at(
    place: Place, found: Verification, plan: Plan, sent: Sequence[Instance], *, equal: bool
) -> list[Row]:
    """The rows of a place, the gravest first; ``sent``: the files of its session as they passed through."""
    if not place.session:
        rows = list(_sessions(found, equal))
    else:
        session = next((one for one in found.sessions if one.source == place.session), None)
        if session is None:
            return []
        rows = list(_files(session, place.scan, sent, equal) if place.scan else _scans(session, plan, equal))
    return sorted(rows, key=lambda row: _GRAVEST.index(Mark(row.line.cells[0])))


def differences(found: Verification) -> list[Item]:
    """Every item of every session, in the order in which ``n`` visits them."""
    return [item for session in found.sessions for item in session.items]


def _sessions(found: Verification, equal: bool) -> Iterator[Row]:
    for one in found.sessions:
        if equal or one.verdict != PROVEN:
            cells = (
                gravest(one.counts),
                one.source,
                one.destination,
                one.where,
                wording.counts(one.counts),
            )
            yield Row(_line(cells), Place(one.source), _of_session(one))


def _of_session(one: SessionVerification) -> tuple[str, ...]:
    seen = f"Seen to be changed by the destination's scripts: {', '.join(one.rewritten)}."
    return (
        f"{one.source} -> {one.destination}, in the {one.where}: {one.verdict} by {one.level}.",
        *([one.note] if one.note else []),
        *([seen] if one.rewritten else []),
    )


def _scans(session: SessionVerification, plan: Plan, equal: bool) -> Iterator[Row]:
    planned = {scan.id: scan for one in plan.sessions if one.session == session.source for scan in one.scans}
    items: dict[str, list[Item]] = {scan: [] for scan in planned}
    for item in session.items:
        items.setdefault(item.scan, []).append(item)
    for scan, of_scan in items.items():
        if equal or of_scan:
            known = planned.get(scan)
            marks = Counter(item.mark for item in of_scan)
            left = (known.files if known else 0) - len(of_scan)
            counted = {mark: marks[mark] for mark in Mark if marks[mark]}
            words = wording.counts(counted) if counted else _equal_words(session)
            line = (
                gravest(counted) if counted else _equal_mark(session),
                scan,
                known.type if known else "",
                words,
            )
            more = (
                f" {wording.plural(left, 'file')} of it {'is' if left == 1 else 'are'} fine."
                if left > 0
                else ""
            )
            about = f"Scan {scan} of {session.source}: {words}.{more}"
            yield Row(_line(line), Place(session.source, scan), (about, *_causes(of_scan)))


def _files(session: SessionVerification, scan: str, sent: Sequence[Instance], equal: bool) -> Iterator[Row]:
    place, told = Place(session.source, scan), set[str]()
    for item in session.items:
        if item.scan == scan:
            told.add(item.file)
            cells = (item.mark, item.file or "(the whole scan)", item.what, item.source, item.destination)
            about = (
                f"{item.mark} {item.session} scan {scan} {item.file}: {item.what}",
                on_screen(item.likely),
            )
            yield Row(_line(cells), place, about, item, item.file)
    if equal:
        for one in sent:
            if one.scan == scan and one.path not in told:
                words = f"{one.path}: {_equal_words(session)}. Enter lays its headers beside each other."
                line = _line((_equal_mark(session), one.path, "", f"{one.size:,} bytes", ""))
                yield Row(line, place, (words,), None, one.path)


def _causes(items: Sequence[Item]) -> list[str]:
    return list(dict.fromkeys(on_screen(item.likely) for item in items if item.likely))[:2]


def gravest(counts: dict[Mark, int]) -> Mark:
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
