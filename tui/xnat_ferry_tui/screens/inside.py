"""What is in a session, in a few lines: in one while walking past, scan by scan once it was opened."""

from collections.abc import Iterable

from xnat_ferry import wording
from xnat_ferry.model import ScanRow, SessionDetail
from xnat_ferry_tui.screens.pairing import Pair

_AT_MOST = 7


def not_read(pair: Pair) -> list[str]:
    """A session of which only its row is known."""
    return [f"{pair.label}  subject {pair.subject}", "Its scans have not been read; Enter reads them."]


def in_short(pair: Pair, detail: SessionDetail) -> list[str]:
    """One line about the session and one with its scans, which may be cut."""
    scans = "   ".join(f"{scan.id} {scan.type or '-'}: {detail.amount(scan)[0]}" for scan in detail.scans)
    return [_head(pair, detail), f"Scans: {scans}" if scans else "It has no scans."]


def in_full(pair: Pair, detail: SessionDetail) -> list[str]:
    """One line a scan, as far as there is room."""
    lines = [
        f"{scan.id:<5}  {scan.type or '-':<24.24}  {_amount(detail, [scan])}  {scan.description}"
        for scan in detail.scans[:_AT_MOST]
    ]
    more = len(detail.scans) - _AT_MOST
    return [_head(pair, detail), *lines, *([f"and {wording.plural(more, 'more scan')}"] if more > 0 else [])]


def _head(pair: Pair, detail: SessionDetail) -> str:
    scans = wording.plural(len(detail.scans), "scan")
    return f"{pair.label}  subject {pair.subject}: {scans}, {_amount(detail, detail.scans)}"


def _amount(detail: SessionDetail, scans: Iterable[ScanRow]) -> str:
    """The DICOM in some scans, as far as the server tells."""
    amounts = [detail.amount(scan) for scan in scans]
    files, size = (sum(amount[place] or 0 for amount in amounts) for place in (0, 1))
    return f"{wording.plural(files, 'file')}, {wording.size(size)}"
