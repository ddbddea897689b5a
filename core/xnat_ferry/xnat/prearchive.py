"""The prearchive: what waits there, building it, checking it, archiving it, removing it (wire-write 2, 3)."""

from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from msgspec import Struct

from xnat_ferry.errors import NotAnAnswer, ServerAnswer
from xnat_ferry.model import PrearchiveRow, ResourceRow, ScanRow, StoredFile
from xnat_ferry.settings.redact import plain, redact
from xnat_ferry.xnat import answers
from xnat_ferry.xnat.client import LONG_PATIENCE, XnatClient, data_path
from xnat_ferry.xnat.libraries import httpx


class Notice(Struct, frozen=True):
    """One line of a validation; FAIL can never be overridden (wire-write 2.6)."""

    code: int
    type: str
    message: str


def list_prearchive(client: XnatClient, project: str) -> tuple[PrearchiveRow, ...]:
    """The rows of one project. Some accounts get the Unassigned ones too: they are left out."""
    rows = client.table(data_path("prearchive", "projects", project))
    return tuple(_row(row) for row in rows if row.get("project") == project)


def find_row(client: XnatClient, path: str) -> PrearchiveRow | None:
    """The row at a path below /data, or None when it is gone: archived or removed."""
    rows = client.table(f"/data{path}")
    return _row(rows[0]) if rows else None


def build(client: XnatClient, path: str) -> None:
    """Have the session document built now; the row leaves RECEIVING."""
    client.send("POST", f"/data{path}", params={"action": "build"}, timeout=LONG_PATIENCE)


def read_document(client: XnatClient, path: str) -> tuple[str, tuple[ScanRow, ...]]:
    """The StudyInstanceUID and the scans of a built session, from its document: listings have no UIDs.

    Raises NotFound where there is no such row, and also where it is not built yet (wire-write 2.1).
    """
    response = client.send("GET", f"/data{path}")
    try:
        root = fromstring(response.content)
    except (ParseError, DefusedXmlException, LookupError, ValueError):
        raise answers.not_an_answer(client.server, f"GET /data{path}", response) from None
    if not _plain(root).endswith("Session"):
        raise NotAnAnswer(server=client.server, what=path, status=200, said="XML that is not a session")
    scans = tuple(_scan(element) for element in root.iter() if _plain(element) == "scan")
    return root.get("UID", ""), scans


def list_files(client: XnatClient, path: str, scan: str, resource: str) -> tuple[StoredFile, ...]:
    """Names and sizes in one resource of a scan; the prearchive tells neither UIDs nor digests."""
    place = f"/data{path}" + data_path("scans", scan, "resources", resource, "files").removeprefix("/data")
    return tuple(_file(row, resource) for row in client.table(place))


def other_resources(client: XnatClient, path: str) -> tuple[str, ...]:
    """The labels of what a row holds beside its scans' images: nothing that an upload brings there.

    Two requests. Raises NotFound for a row that is gone or not built.
    """
    beside = [row.get("label", "") for row in client.table(f"/data{path}/resources")]
    scans = read_document(client, path)[1]
    return (*beside, *(one.label for scan in scans for one in scan.resources if one not in scan.dicom))


def validate(client: XnatClient, path: str) -> tuple[Notice, ...]:
    """What the server would say to archiving this session; nothing is changed."""
    what = "POST /data/services/validate-archive"
    response = client.send("POST", what.removeprefix("POST "), params={"src": path, "format": "json"})
    rows = answers.table(client.server, what, response)
    return tuple(
        Notice(answers.count(row.get("code", "")) or 0, row.get("type", ""), row.get("message", ""))
        for row in rows
    )


def archive(client: XnatClient, path: str, *, override: bool = False, patience: float = 60.0) -> str:
    """Archive one session; returns the address of the archived one, "" if not told.

    Without ``override`` it is merged into what has its label, unless something can be overridden (wire-write
    3.2); with it that is overridden too, and the same instances overwritten. The server goes on when nobody
    waits: after ``patience`` seconds without an answer ConnectionLost is raised, and the row tells the rest.
    Raises AlreadyThere, OtherIdentity, NameTaken, UnfitFiles, StillWorking, ServerBusy or, for words that
    nobody has written down, ServerFault: XNAT's reason is in ``facts["said"]`` (wire-write 2.5, 3.5).
    """
    wishes = {"auto-archive": "false", "event_reason": "xnat-ferry"}
    if override:
        wishes["overwrite"] = "append"
    response = client.send(
        "POST",
        "/data/services/archive",
        params={"src": path, **wishes},
        accept=(200, 303),
        timeout=httpx.Timeout(patience, connect=15, pool=None),
    )
    lines = answers.uri_list(response)
    if response.status_code == 200 and (len(lines) != 1 or not lines[0].startswith("/archive/")):
        raise answers.not_an_answer(client.server, "POST /data/services/archive", response)
    return lines[0] if len(lines) == 1 and lines[0].startswith("/archive/") else ""


def read_last_log(client: XnatClient, path: str) -> str:
    """The newest entry of a row's log, where failures are explained (wire-write 2.1); "" without one."""
    try:
        return plain(redact(client.text(f"/data{path}/logs/last")))
    except ServerAnswer:
        return ""


def remove(client: XnatClient, path: str) -> bool:
    """Delete one row for good; True once it is gone. The status alone proves nothing (wire-write 2.4)."""
    client.send("DELETE", f"/data{path}")
    return find_row(client, path) is None


def _file(row: dict[str, str], resource: str) -> StoredFile:
    size = row.get("size", "")
    return StoredFile(
        name=row.get("name", "").rpartition("/")[2],
        size=answers.count(size),
        resource=resource,
        # the address tells sub-folders, a name may not (wire-read 2.8)
        path=row.get("uri", "").partition("/files/")[2] or row.get("name", ""),
    )


def _row(row: dict[str, str]) -> PrearchiveRow:
    return PrearchiveRow(
        project=row.get("project", ""),
        timestamp=row.get("timestamp", ""),
        folder=row.get("foldername", ""),
        name=row.get("name", ""),
        subject=row.get("subject", ""),
        status=row.get("status", ""),
        study_uid=row.get("tag", ""),
        uploaded=row.get("uploaded", ""),
        changed=row.get("lastmod", ""),
    )


def _scan(element: Element) -> ScanRow:
    def child(name: str) -> str:
        return next((found.text or "" for found in element if _plain(found) == name), "")

    return ScanRow(
        id=element.get("ID", ""),
        uid=element.get("UID", ""),
        type=element.get("type", ""),
        description=child("series_description"),
        resources=tuple(
            ResourceRow(label=label)
            for file in element
            if _plain(file) == "file" and (label := file.get("label"))
        ),
    )


def _plain(element: Element) -> str:
    return element.tag.rpartition("}")[2]
