"""What stands in the columns of a pane."""

from functools import cache

from xnat_ferry import wording
from xnat_ferry.model import FileRow, Mark, PrearchiveRow, ScanRow, SessionRow
from xnat_ferry_tui.screens.browse.arranging import LAST, Order, Rank
from xnat_ferry_tui.screens.browse.holdings import Amount, Holdings, sum_of
from xnat_ferry_tui.screens.browse.inside import Inside
from xnat_ferry_tui.screens.browse.nodes import OPENABLE, SOURCE, Kind, Node, session_of
from xnat_ferry_tui.screens.browse.sides import Sides, gravity
from xnat_ferry_tui.screens.browse.table import rows_inside
from xnat_ferry_tui.widgets.lines import Column, Line

_WIDE = 56
_DATE, _SIZE = Column("date", 10), Column("size", 8, right=True)
_MODALITY, _SCANS = Column("mod", 4), Column("scans", 5, right=True)
_STYLES = {
    Mark.DIFFERS: "bad",
    Mark.UNREADABLE: "bad",
    Mark.ONLY_DESTINATION: "dim",
    Mark.SAME: "good",
    Mark.AS_PLANNED: "good",
}
_NOT_EACH = 1000
"""Of a subject with more sessions than this, no sum is made at each painting."""
_NOT_SAID = Amount(None, None)


def columns(width: int, order: Order) -> tuple[Column, ...]:
    """The columns of a pane so wide; the one by which lines are sorted is there, in capitals."""
    if width >= _WIDE:
        chosen = [_DATE, _MODALITY, _SCANS, _SIZE]
    else:
        chosen = [_DATE if order == Order.DATE else _SCANS, _SIZE]
    shown = [Column("", 1), Column("label", middle=True), *chosen, Column("st", 2)]
    return tuple(
        Column(one.title.upper(), one.width, one.right, one.middle) if one.title == order else one
        for one in shown
    )


class Cells:
    """Makes the lines of a pane, each when it is painted."""

    def __init__(self, sides: Sides, holdings: Holdings, inside: Inside, marks: set[str]) -> None:
        self._sides, self._holdings, self._inside, self._marks = sides, holdings, inside, marks

    def line(self, node: Node, side: int, columns: tuple[Column, ...], *, is_open: bool) -> Line:
        """One side of a line, by the titles of the columns."""
        mark = self.mark(node)
        cells = self._facts(node, side) | {
            "": self._star(node, side),
            "label": _label(node, side, is_open=is_open, absent=self._absent(node, side)),
            "st": str(mark or ""),
        }
        style = _STYLES.get(mark, "") if mark else ""
        return Line(tuple(cells.get(column.title.lower(), "") for column in columns), style)

    def mark(self, node: Node) -> Mark | None:
        """How the two sides of a line compare; None where that makes no sense."""
        if node.kind != Kind.SESSION:
            return node.mark
        side = SOURCE if node.left is not None else 1
        row = session_of(node, side)
        return self._sides.mark(side, row) if row else None

    def amount(self, node: Node, side: int) -> Amount:
        """Files and bytes of one side of a line, as far as they are known."""
        thing = node.on(side)
        if node.kind == Kind.SUBJECT:
            rows = rows_inside(node, side, _NOT_EACH)
            known = len(node.inside) <= _NOT_EACH and rows
            return sum_of([self._of_session(side, row) for row in rows]) if known else _NOT_SAID
        if isinstance(thing, SessionRow):
            return self._of_session(side, thing)
        if isinstance(thing, ScanRow):
            row = self._inside.sessions(node)[side]
            held = self._holdings.of(side, row) if row else None
            return held.scans.get(thing.id, _NOT_SAID) if held else _NOT_SAID
        return Amount(1, thing.size) if isinstance(thing, FileRow) else _NOT_SAID

    def rank(self, order: Order) -> Rank | None:
        """How sessions are sorted by a column; None by label."""
        rows, held = [one.rows for one in self._sides.listings], self._holdings.by_id

        def scans(side: int, place: int) -> int:
            found = held(side, rows[side].ids[place])
            return _most_first(len(found.scans)) if found else LAST

        def size(side: int, place: int) -> int:
            found = held(side, rows[side].ids[place])
            return _most_first(found.total.bytes) if found else LAST

        ranks: dict[Order, Rank] = {
            Order.DATE: lambda side, place: _newest_first(rows[side].dates[place]),
            Order.SCANS: scans,
            Order.SIZE: size,
            Order.STATE: lambda side, place: gravity(self._sides.mark_at(side, place)),
        }
        return ranks.get(order)

    def _facts(self, node: Node, side: int) -> dict[str, str]:
        thing, size = node.on(side), self.amount(node, side).bytes
        facts = {} if size is None else {"size": wording.size(size)}
        if isinstance(thing, SessionRow):
            scans = self._scans(side, thing)
            shown = "" if scans is None else f"{scans:,}"
            return facts | {"date": thing.date, "mod": thing.modality, "scans": shown}
        if isinstance(thing, ScanRow):
            files = self.amount(node, side).files
            return facts | {"scans": "" if files is None else f"{files:,}f"}
        if node.kind == Kind.PREARCHIVE:
            rows = [one for one in node.inside if isinstance(one.on(side), PrearchiveRow)]
            return {"scans": f"{len(rows):,}" if rows else ""}
        if isinstance(thing, PrearchiveRow):
            return {"date": _day(thing.timestamp), "size": thing.status}
        return facts

    def _star(self, node: Node, side: int) -> str:
        if side != SOURCE:
            return ""
        if node.kind == Kind.SUBJECT:
            marked = [row.label in self._marks for row in rows_inside(node, SOURCE, _NOT_EACH)]
            return "*" if marked and all(marked) else "-" if any(marked) else ""
        row = session_of(node, SOURCE)
        return "*" if row is not None and row.label in self._marks else ""

    def _absent(self, node: Node, side: int) -> str:
        if node.kind in (Kind.PREARCHIVE, Kind.WAITING) and not self._sides.has_prearchive(side):
            return ""
        left = session_of(node, SOURCE)
        return "(prearchive)" if side and left is not None and self._sides.waits(left) else "-"

    def _of_session(self, side: int, row: SessionRow) -> Amount:
        held = self._holdings.of(side, row)
        return held.total if held else _NOT_SAID

    def _scans(self, side: int, row: SessionRow) -> int | None:
        held = self._holdings.of(side, row)
        return len(held.scans) if held else None


_INDENT = (0, 1, 3, 6)


def _label(node: Node, side: int, *, is_open: bool, absent: str) -> str:
    thing = node.on(side)
    indent = " " * _INDENT[node.depth]
    if thing is None:
        return "" if node.kind == Kind.NOTE else f"{indent}{absent}"
    opens = node.kind in OPENABLE and not stands_elsewhere(node)
    sign = ("v " if is_open else "> ") if opens else "  " if node.kind in (Kind.SUBJECT, Kind.WAITING) else ""
    return f"{indent}{sign}{_whose(node, side)}{name_of(thing)}"


def stands_elsewhere(node: Node) -> bool:
    """Whether a subject has no line beneath it: its sessions are beside those of other subjects."""
    return node.kind == Kind.SUBJECT and not len(node.inside)


def _whose(node: Node, side: int) -> str:
    """``SUBJECT/`` before a session that is beside another subject's: the line above names that one alone."""
    here, there = session_of(node, SOURCE), session_of(node, side)
    if side == SOURCE or here is None or there is None or here.subject.casefold() == there.subject.casefold():
        return ""
    return f"{there.subject}/"


def name_of(thing: object) -> str:
    """What a thing is called."""
    match thing:
        case SessionRow():
            return thing.label
        case ScanRow():
            return f"{thing.id} {thing.type or thing.description}".rstrip()
        case FileRow():
            return thing.path if thing.resource == "DICOM" else f"{thing.resource}/{thing.path}"
        case PrearchiveRow():
            return thing.name
        case _:
            return str(thing)


def _day(timestamp: str) -> str:
    """``2024-01-02`` from the ``20240102_030405678`` of a prearchive row."""
    return f"{timestamp[:4]}-{timestamp[4:6]}-{timestamp[6:8]}" if timestamp[:8].isdigit() else ""


@cache
def _newest_first(date: str) -> int:
    digits = date.replace("-", "")
    return -int(digits) if digits.isdecimal() else LAST


def _most_first(number: int | None) -> int:
    return LAST if number is None else -number
