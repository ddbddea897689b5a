"""What sessions and scans open to."""

from collections.abc import Sequence

from msgspec.structs import replace

from xnat_ferry.model import FileRow, Mark, ScanRow, SessionRow
from xnat_ferry_tui.screens.browse.holdings import Holding, Holdings
from xnat_ferry_tui.screens.browse.nodes import SOURCE, Kind, Node, Pair, session_of
from xnat_ferry_tui.screens.browse.pairing import files_of, scans_of
from xnat_ferry_tui.screens.browse.sides import Sides, one_sided


class Inside:
    """Lists scans and files with their marks. In step a line has both sides, apart it has one."""

    def __init__(self, sides: Sides, holdings: Holdings, *, in_step: bool) -> None:
        self._sides, self._holdings, self._in_step = sides, holdings, in_step

    def of(self, node: Node) -> Sequence[Node]:
        """The lines beneath a session or a scan."""
        return self._in_session(node) if node.kind == Kind.SESSION else self._in_scan(node)

    def sessions(self, node: Node) -> Pair:
        """The sessions of a line, or of those that it stands beneath, whether or not the line shows both."""
        if node.kind in (Kind.SCAN, Kind.FILE):
            return node.sessions
        left, right = session_of(node, 0), session_of(node, 1)
        if left is not None:
            return left, right or self._sides.counterpart(0, left)
        return (None if right is None else self._sides.counterpart(1, right)), right

    def _in_session(self, node: Node) -> Sequence[Node]:
        pair = self.sessions(node)
        left, right = (self._held(side, row) for side, row in enumerate(pair))
        known = all(row is None or held for row, held in zip(pair, (left, right), strict=True))
        lines = [
            replace(scan, mark=self._scan_mark(pair, scan, known=known), sessions=pair)
            for scan in scans_of(node, left.detail if left else None, right.detail if right else None)
        ]
        words = [
            None if row is None or (held and held.scans) else "no scans" if held else "not read"
            for row, held in zip(pair, (left, right), strict=True)
        ]
        return self._shown(node, [*lines, *_note(node, *words)])

    def _in_scan(self, node: Node) -> Sequence[Node]:
        pair, mark = node.sessions, node.mark or Mark.UNKNOWN
        left, right = (self._files(side, row, node.on(side)) for side, row in enumerate(pair))
        files = files_of(node, left or (), right or ())
        lines = [replace(file, mark=self._file_mark(pair, node, file, mark), sessions=pair) for file in files]
        words = [
            None if node.on(side) is None or listed else "no files" if listed is not None else "not listed"
            for side, listed in enumerate((left, right))
        ]
        return self._shown(node, [*lines, *_note(node, *words)])

    def _shown(self, above: Node, lines: Sequence[Node]) -> Sequence[Node]:
        """Apart, a pane has no lines for what only the other side has."""
        if self._in_step:
            return lines
        side = SOURCE if above.left is not None else 1
        return [
            replace(line, **{"right" if side == SOURCE else "left": None})
            for line in lines
            if line.on(side) is not None
        ]

    def _scan_mark(self, pair: Pair, scan: Node, *, known: bool) -> Mark:
        left, right = pair
        if left is None or right is None:
            row = left or right
            assert row is not None
            return self._sides.mark(0 if left else 1, row)
        proven = isinstance(scan.left, ScanRow) and self._sides.proven(left, right, scan.left.id)
        if proven:
            return proven
        return one_sided(scan.left is not None, scan.right is not None) if known else Mark.UNKNOWN

    def _file_mark(self, pair: Pair, scan: Node, file: Node, mark: Mark) -> Mark:
        """Names prove nothing, since an archive may give others: only a verification tells files apart."""
        left, right = pair
        one = file.left or file.right
        if left and right and isinstance(scan.left, ScanRow) and isinstance(one, FileRow):
            return self._sides.proven(left, right, scan.left.id, one.path.rpartition("/")[2]) or (
                mark if mark in (Mark.ONLY_SOURCE, Mark.ONLY_DESTINATION) else Mark.UNKNOWN
            )
        return mark

    def _held(self, side: int, row: SessionRow | None) -> Holding | None:
        return self._holdings.of(side, row) if row is not None else None

    def _files(self, side: int, row: SessionRow | None, scan: object) -> Sequence[FileRow] | None:
        held = self._held(side, row)
        if held is None or held.detail.files is None or not isinstance(scan, ScanRow):
            return None
        return held.files.get(scan.id, ())


def _note(beneath: Node, left: str | None, right: str | None) -> list[Node]:
    """Words in place of what cannot be listed."""
    if left is None and right is None:
        return []
    return [Node(Kind.NOTE, f"{beneath.key}/?", beneath.depth + 1, left, right)]
