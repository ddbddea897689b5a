"""Puts what came in into the records, and tells the answers that every kind of object shares."""

from collections.abc import Mapping, MutableMapping

from xnat_ferry.practice.http.replies import Reply
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.rooms.creating.incoming import Incoming
from xnat_ferry.practice.site.records import Scan, Session
from xnat_ferry.practice.site.site import Site

OWN = ("ID", "label", "project", "subject_ID", "image_session_ID", "imageSession_ID")
"""Paths that say what and where an object is; they are never mere fields."""
_ABOVE = {
    "session": ("xnat:imageSessionData", "xnat:subjectAssessorData", "xnat:experimentData"),
    "scan": ("xnat:imageScanData",),
    "assessor": ("xnat:imageAssessorData", "xnat:derivedData", "xnat:experimentData"),
    "subject": ("xnat:subjectData",),
    "project": ("xnat:projectData",),
}
_SESSION = {"UID": "study_uid", "date": "date"}
_SCAN = {
    "UID": "uid",
    "type": "type",
    "series_description": "description",
    "quality": "quality",
    "note": "note",
}
_CODES = {"pet": "PT"}


def take_parameters(given: Incoming, kind: str, xsi_type: str) -> None:
    """Parameters that name this type or one it descends from."""
    given.take(xsi_type, *_ABOVE[kind])


def set_fields(fields: MutableMapping[str, str], values: Mapping[str, str]) -> None:
    """Metadata by path; NULL takes a value away."""
    for path, value in values.items():
        if path in OWN:
            continue
        if value == "NULL":
            fields.pop(path, None)
        else:
            fields[path] = value


def fill_session(session: Session, given: Incoming) -> None:
    """A session's metadata and variables."""
    _set(session, _SESSION, session.fields, given)
    session.variables.update(given.variables)


def fill_scan(scan: Scan, given: Incoming) -> None:
    """A scan's metadata."""
    _set(scan, _SCAN, scan.fields, given)


def _set(record: Session | Scan, members: dict[str, str], fields: dict[str, str], given: Incoming) -> None:
    known = _known_anyway(record)
    rest = {path: value for path, value in given.values.items() if path in fields or known.get(path) != value}
    for path, member in members.items():
        if path in rest:
            value = rest.pop(path)
            setattr(record, member, "" if value == "NULL" else value)
    set_fields(fields, rest)


def _known_anyway(record: Session | Scan) -> dict[str, str]:
    """What a document says of it without anybody having set it."""
    if isinstance(record, Scan):
        return {"modality": record.modality, "frames": str(sum(1 for _ in record.files()))}
    return {"modality": record.xsi_type.removeprefix("xnat:").removesuffix("SessionData").upper()}


def new_scan(site: Site, identifier: str, xsi_type: str) -> Scan:
    """A scan of a type that was given."""
    modality = xsi_type.removeprefix("xnat:").removesuffix("ScanData")
    code = _CODES.get(modality, modality.upper())
    number = int(identifier) if identifier.isdigit() else 0
    scan = site.new_scan(identifier, "", "", "", code, number)
    scan.xsi = xsi_type
    return scan


def created_in_list(request: Request, identifier: str) -> Reply:
    """What a POST to a collection answers: 200 and the new address on the site's URL (wire-write 4.3)."""
    base = str(request.site.preferences.get("siteUrl") or request.base).rstrip("/")
    address = f"{base}{request.path.rstrip('/')}/{identifier}"
    return Reply(200, address.encode(), "text/plain", {"Location": address})
