"""What is on a line, in words: two lines while walking past, all of it where there is room."""

from collections.abc import Iterator

from msgspec import Struct

from xnat_ferry import wording
from xnat_ferry.model import FileRow, Mark, PrearchiveRow, ScanRow, SessionRow
from xnat_ferry_tui.screens.browse.cells import name_of, stands_elsewhere
from xnat_ferry_tui.screens.browse.holdings import Amount
from xnat_ferry_tui.screens.browse.nodes import SOURCE, Kind, Node, session_of
from xnat_ferry_tui.screens.browse.picture import Picture
from xnat_ferry_tui.screens.browse.table import rows_inside

LEGEND = "+ not there  = ~ proven  * differs  - only there  ? not known"
_MEANINGS = {
    Mark.SAME: "proven to be the same",
    Mark.AS_PLANNED: "proven; only what scripts change is changed",
    Mark.ONLY_SOURCE: "not at the destination",
    Mark.ONLY_DESTINATION: "only at the destination",
    Mark.DIFFERS: "differs; area 4 or V tells in what",
    Mark.UNREADABLE: "could not be read for comparing",
    Mark.UNKNOWN: "not compared yet",
}
_SIDES = ("source", "destination")


class Told(Struct, frozen=True):
    """One line of the browser in words."""

    head: str
    meaning: str
    """How its two sides compare."""
    body: tuple[str, ...]
    """The most important first."""

    def in_short(self) -> list[str]:
        """Two lines."""
        return [f"{self.head}   {self.meaning}", *self.body[:1]]

    def in_full(self) -> list[str]:
        """All of it."""
        return [line for line in (self.head, self.meaning, *self.body) if line]


def tell(node: Node, picture: Picture, problems: tuple[str, str]) -> Told:
    """A line in words; ``problems`` are why its sides could not be read."""
    mark = picture.cells.mark(node)
    meaning = f"{mark} {_MEANINGS[mark]}{_other_names(node)}" if mark else ""
    body = [f"{_SIDES[side]}: {problem}" for side, problem in enumerate(problems) if problem]
    return Told(_head(node, picture), meaning, (*body, *_body(node, picture)))


def _head(node: Node, picture: Picture) -> str:
    side = SOURCE if node.left is not None else 1
    name, much = name_of(node.on(side)), _much(picture.cells.amount(node, side))
    match node.kind:
        case Kind.SUBJECT if stands_elsewhere(node):
            return f"subject {name}: its sessions stand beside the source's, and say SUBJECT/LABEL there"
        case Kind.SUBJECT:
            sessions = wording.plural(len(rows_inside(node, side)), "session")
            return f"subject {name}: {sessions}{much}"
        case Kind.SESSION:
            row = session_of(node, side)
            return f"{name}  subject {row.subject if row else ''}{much}"
        case Kind.PREARCHIVE:
            return "The prearchive: what was sent and is not archived yet. Right opens it."
        case Kind.SCAN:
            return f"scan {name}{much}"
        case _:
            return name


def _much(amount: Amount) -> str:
    files = None if amount.files is None else wording.plural(amount.files, "file")
    size = None if amount.bytes is None else wording.size(amount.bytes)
    known = ", ".join(one for one in (files, size) if one)
    return f", {known}" if known else ""


def _other_names(node: Node) -> str:
    left, right = session_of(node, 0), session_of(node, 1)
    if left is None or right is None:
        return ""
    names = (("label", left.label, right.label), ("subject", left.subject, right.subject))
    differing = [f"{what} {there}" for what, here, there in names if here != there]
    return f"; there it has {' and '.join(differing)}" if differing else ""


def _body(node: Node, picture: Picture) -> Iterator[str]:
    things = [(side, node.on(side)) for side in (0, 1) if node.on(side) is not None]
    rows = [(side, thing) for side, thing in things if isinstance(thing, SessionRow)]
    yield from (_scans(side, row, picture) for side, row in rows)
    yield from (_session(side, row) for side, row in rows)
    for side, thing in things:
        match thing:
            case PrearchiveRow():
                yield _waiting(side, thing)
            case ScanRow():
                words = thing.description or thing.type or thing.id
                yield f"{_SIDES[side]}: {words}, SeriesInstanceUID {thing.uid or 'not known'}"
            case FileRow():
                size = "size not known" if thing.size is None else wording.size(thing.size)
                digest = thing.digest or "not known"
                yield f"{_SIDES[side]}: {thing.resource}/{thing.path}, {size}, MD5 {digest}"


def _scans(side: int, row: SessionRow, picture: Picture) -> str:
    held = picture.holdings.of(side, row)
    if held is None:
        return f"{_SIDES[side]}: its scans have not been read; Right reads them."
    if not held.scans:
        return f"{_SIDES[side]}: it has no scans."
    scans = ", ".join(f"{scan.id} {scan.type or '-'}" for scan in held.detail.scans)
    return f"{_SIDES[side]}: {wording.plural(len(held.scans), 'scan')}: {scans}"


def _session(side: int, row: SessionRow) -> str:
    facts = (row.date, row.modality, f"ID {row.id}", f"owned by {row.owner}" if row.owner else "")
    return f"{_SIDES[side]}: {', '.join(fact for fact in facts if fact)}"


def _waiting(side: int, row: PrearchiveRow) -> str:
    from xnat_ferry.settle.outcomes import read_status  # brings along what speaks with servers

    status = read_status(row.status)
    subject = f"subject {row.subject or 'not known'}"
    return f"{_SIDES[side]}: {row.status}, {subject}: {status.meaning}. {status.advice} L reads its log."
