"""Puts side by side what is in two projects' prearchives, in sessions and in scans."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, zip_longest

from xnat_ferry.model import FileRow, PrearchiveRow, ScanRow, SessionDetail, SessionRow
from xnat_ferry_tui.screens.browse.nodes import DESTINATION, SOURCE, Kind, Node
from xnat_ferry_tui.screens.browse.sides import Sides

Waiting = Sequence[PrearchiveRow] | str
"""What is in a prearchive, or why that is not known."""


def session_keys(sides: Sides, row: SessionRow) -> set[str]:
    """The keys that a session's line may have, whichever side it is of."""
    label = row.label.casefold()
    others = [sides.counterpart(side, row, label) for side in (SOURCE, DESTINATION)]
    names = [other.label.casefold() for other in others if other]
    pairs = ((f"{label}/{name}", f"{name}/{label}") for name in names)
    return {label, f"{label}/", *chain.from_iterable(pairs)}


def prearchive(left: Waiting | None, right: Waiting | None) -> Node:
    """The line of the prearchive with its rows, those of one name side by side; None for a side left out."""
    rows = [
        Node(Kind.WAITING, f"prearchive/{name}/{place}", 1, one, other)
        for name, here, there in _grouped(_rows(left), _rows(right))
        for place, (one, other) in enumerate(zip_longest(here, there))
    ]
    notes = [one if isinstance(one, str) else "nothing waits" if one == () else None for one in (left, right)]
    if any(notes):
        rows.append(Node(Kind.NOTE, "prearchive//", 1, notes[0], notes[1]))
    names = [None if one is None else "PREARCHIVE" for one in (left, right)]
    return Node(Kind.PREARCHIVE, "prearchive", 0, names[0], names[1], rows)


def _rows(waiting: Waiting | None) -> Sequence[PrearchiveRow]:
    return () if waiting is None or isinstance(waiting, str) else waiting


def _grouped(
    left: Iterable[PrearchiveRow], right: Iterable[PrearchiveRow]
) -> Iterator[tuple[str, list[PrearchiveRow], list[PrearchiveRow]]]:
    groups: dict[str, tuple[list[PrearchiveRow], list[PrearchiveRow]]] = {}
    for side, rows in enumerate((left, right)):
        for row in rows:
            groups.setdefault(row.name.casefold(), ([], []))[side].append(row)
    for name in sorted(groups):
        here, there = (sorted(rows, key=lambda row: row.timestamp) for rows in groups[name])
        yield name, here, there


def scans_of(session: Node, left: SessionDetail | None, right: SessionDetail | None) -> list[Node]:
    """The scans of a session, those of one SeriesInstanceUID or else of one ID side by side."""
    here, there = (list(one.scans) if one else [] for one in (left, right))
    by_uid = {scan.uid: scan for scan in there if scan.uid}
    by_id = {scan.id: scan for scan in there}
    nodes, taken = [], set[str]()
    for scan in here:
        other = by_uid.get(scan.uid) or _same_place(scan, by_id.get(scan.id))
        if other is not None:
            taken.add(other.id)
        nodes.append(Node(Kind.SCAN, f"{session.key}/{scan.id}", 2, scan, other))
    for scan in there:
        if scan.id not in taken:
            nodes.append(Node(Kind.SCAN, f"{session.key}//{scan.id}", 2, None, scan))
    return sorted(nodes, key=_scan_order)


def _same_place(scan: ScanRow, other: ScanRow | None) -> ScanRow | None:
    """Another series under the same ID is another scan."""
    return None if other is None or (scan.uid and other.uid and scan.uid != other.uid) else other


def _scan_order(node: Node) -> tuple[int, str]:
    scan = node.left or node.right
    text = scan.id if isinstance(scan, ScanRow) else ""
    digits = text[: len(text) - len(text.lstrip("0123456789"))]
    return int(digits) if digits else 10**9, text


def files_of(scan: Node, left: Sequence[FileRow], right: Sequence[FileRow]) -> list[Node]:
    """The files of a scan, those of one resource and name side by side."""
    there = {(file.resource, file.path): file for file in right}
    nodes = []
    for number, file in enumerate(left):
        other = there.pop((file.resource, file.path), None)
        nodes.append(Node(Kind.FILE, f"{scan.key}/{number}", 3, file, other))
    for number, file in enumerate(there.values()):
        nodes.append(Node(Kind.FILE, f"{scan.key}//{number}", 3, None, file))
    return sorted(nodes, key=_file_order)


def _file_order(node: Node) -> tuple[str, str]:
    file = node.left or node.right
    return (file.resource, file.path) if isinstance(file, FileRow) else ("", "")
