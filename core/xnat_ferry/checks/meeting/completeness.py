"""Whether a session that is there already has all that this one has: by series UID and number of files."""

from msgspec import Struct

from xnat_ferry.model import SessionDetail
from xnat_ferry.wording import out_of, plural

_AT_MOST = 3


class Completeness(Struct, frozen=True):
    """What a session there lacks."""

    missing: tuple[str, ...] = ()
    """In words, a scan each."""
    unknown: tuple[str, ...] = ()
    """Scans of which it cannot be told, in words."""

    @property
    def complete(self) -> bool | None:
        """None: not known."""
        if self.missing:
            return False
        return None if self.unknown else True

    @property
    def what_is_missing(self) -> str:
        """Half a sentence, cut short where there is much."""
        more = len(self.missing) - _AT_MOST
        return ", ".join(self.missing[:_AT_MOST]) + (f" and {more} more" if more > 0 else "")


NOT_KNOWN = Completeness(unknown=("nothing of it could be compared",))


def compare(here: SessionDetail | None, there: SessionDetail | None) -> Completeness:
    """Scans are matched by SeriesInstanceUID, as XNAT merges them (wire-write 3.4); where a scan has none, or
    something there could not be counted, it is not known."""
    if here is None or there is None:
        return NOT_KNOWN
    stored = _by_series(there)
    missing, unknown = [], []
    for uid, wanted in _by_series(here).items():
        if wanted.files == 0:
            continue
        found = stored.get(uid)
        if not uid or (found is None and "" in stored):
            unknown.append(wanted.name)
        elif found is None:
            missing.append(f"{wanted.name} is missing")
        elif wanted.files is None or found.files is None:
            unknown.append(wanted.name)
        elif found.files < wanted.files:
            missing.append(f"{wanted.name} has {out_of(found.files, wanted.files, 'file')}")
    return Completeness(tuple(missing), tuple(unknown))


def amount(detail: SessionDetail | None) -> str:
    """Scans and DICOM files of a session, in words."""
    if detail is None:
        return "unknown"
    counts = [detail.amount(scan)[0] for scan in detail.scans]
    files = "files not counted" if None in counts else plural(sum(one or 0 for one in counts), "file")
    return f"{plural(len(detail.scans), 'scan')}, {files}"


class _Series(Struct, frozen=True):
    """The scans of one SeriesInstanceUID in a session."""

    scans: tuple[str, ...] = ()
    files: int | None = 0

    @property
    def name(self) -> str:
        return "scan " + ", ".join(self.scans)


def _by_series(detail: SessionDetail) -> dict[str, _Series]:
    found: dict[str, _Series] = {}
    for scan in detail.scans:
        before, files = found.get(scan.uid, _Series()), detail.amount(scan)[0]
        both = None if files is None or before.files is None else before.files + files
        found[scan.uid] = _Series((*before.scans, scan.id), both)
    return found
