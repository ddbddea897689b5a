"""What a project and a session hold, in requests whose number does not grow with the files."""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, unquote

from msgspec.structs import replace

from xnat_ferry.errors import NotAnAnswer, NotFound
from xnat_ferry.listing import Listing
from xnat_ferry.model import AssessorRow, FileRow, ResourceRow, ScanRow, SessionDetail, SessionRow
from xnat_ferry.packed import Packed
from xnat_ferry.xnat import answers
from xnat_ferry.xnat.client import XnatClient, data_path

_IN_SCAN = re.compile(r"/experiments/([^/]+)/scans/([^/]+)/resources/([^/]+)/files/(.+)$", re.DOTALL)


def list_sessions(client: XnatClient, project: str, *, owners: bool = True) -> Listing:
    """All imaging sessions of a project, owned or shared in; two requests for any number of them.

    The first names labels, subjects and the study's UID, which renames the key column (wire-read 13.1). The
    second has no ``label`` column, so that ``project`` stays the owner's (13.2); without ``owners`` it is
    spared. Raises NotFound for a project that is hidden or absent, Forbidden for a protected one.
    """
    path = data_path("projects", project, "experiments")
    shared: dict[str, str] = {}
    named = client.rows(path, columns="ID,label,subject_label,date,xsiType,UID")
    rows = [_session_row(row, shared) for row in named]
    if rows and owners:
        known = client.rows(path, columns="ID,project")
        owned = {_session_id(row): _owner(row, shared) for row in known}
        rows = [replace(row, owner=owned.get(row.id)) for row in rows]
    return Listing(sorted((row for row in rows if row.modality), key=lambda row: (row.subject, row.label)))


def read_session(client: XnatClient, session_id: str, *, files: bool = True) -> SessionDetail:
    """One session with its scans and every file in them; two requests (wire-read 2.6, 2.8, rule 11.6).

    ``session_id`` is the accession ID. Without ``files`` it is one request, and the item's own counts have to
    do. Raises NotFound, and NotAnAnswer for files of another object.
    """
    path = data_path("experiments", session_id)
    found = client.item(path)
    if not files:
        return _detail(found, files=None)
    # asking for files where there is no scan falls through to something else (wire-read 2.4)
    return _detail(found, files=list_files(client, session_id) if _scans(found) else ())


def list_files(client: XnatClient, session_id: str) -> Packed[FileRow]:
    """Every file in every scan of a session, in one request."""
    path = data_path("experiments", session_id, "scans", "ALL", "files")
    return Packed(FileRow, (_file(client, path, session_id, row) for row in client.rows(path)))


def list_everything(client: XnatClient, session_id: str) -> Sequence[FileRow]:
    """Every file of a session, those of the session itself and of its assessors too, in one request.

    The ``scan`` of a file that lies in none is "" (wire-read 2.8).
    """
    path = data_path("experiments", session_id, "files")
    return Packed(FileRow, (_any_file(row) for row in client.rows(path, all="true")))


def find_session(client: XnatClient, project: str, label: str) -> SessionDetail | None:
    """The archived session that a label names in a project, its files not listed; None when free.

    One request. The server tries accession IDs before labels and looks at no project then (wire-read 2.3): an
    answer that is not this project's session of this label is not believed, and the list is asked instead.
    """
    path = data_path("projects", project, "experiments")
    try:
        found = client.item(f"{path}/{quote(label, safe='')}")
    except NotFound:
        return None
    if (project, label.casefold()) not in names_of(found):
        rows = client.table(path, columns="ID,label")
        named = [row for row in rows if row.get("label", "").casefold() == label.casefold()]
        if not named:
            return None
        found = client.item(data_path("experiments", _session_id(named[0])))
    return _detail(found, files=None)


def names_of(item: dict[str, Any]) -> set[tuple[str, str]]:
    """Every project that a subject or a session is in, with its label there in lower case."""
    fields = item["data_fields"]
    called = {**shares_of(item), str(fields.get("project", "")): str(fields.get("label", ""))}
    return {(project, label.casefold()) for project, label in called.items()}


def shares_of(item: dict[str, Any]) -> dict[str, str]:
    """The label of a subject or a session in every other project that shows it."""
    label = str(item["data_fields"].get("label", ""))
    shares = (share["data_fields"] for share in answers.children(item, "sharing/share"))
    # a share that was made without a label shows the owner's
    return {str(one.get("project", "")): str(one.get("label") or label) for one in shares}


def _session_row(named: dict[str, str], shared: dict[str, str]) -> SessionRow:
    """One row without its owner; the same text in very many rows takes its room once, in ``shared``."""

    def once(text: str) -> str:
        return shared.setdefault(text, text)

    return SessionRow(
        id=_session_id(named),
        label=named.get("label", ""),
        subject=once(named.get("subject_label", "")),
        xsi_type=once(_imaging_type(named.get("xsitype", ""))),
        date=once(named.get("date", "")),
        # the two short names share one path, so either may come back (wire-read 2.1)
        study_uid=named.get("uid") or named.get("studyinstanceuid") or None,
    )


def _owner(owned: dict[str, str], shared: dict[str, str]) -> str | None:
    # both spellings name one path, and a session-level column may bring either (wire-read 2.1, 13.1)
    owner = owned.get("project") or owned.get("session_project")
    return shared.setdefault(owner, owner) if owner else None


def _imaging_type(xsi_type: str) -> str:
    return xsi_type if xsi_type.endswith("SessionData") else ""


def _session_id(row: dict[str, str]) -> str:
    for key in ("id", "session_id"):
        if row.get(key):
            return row[key]
    return next((value for key, value in row.items() if key.endswith("/id")), "")


def _detail(session: dict[str, Any], files: Sequence[FileRow] | None) -> SessionDetail:
    fields = session["data_fields"]
    return SessionDetail(
        id=str(fields.get("ID", "")),
        label=str(fields.get("label", "")),
        project=str(fields.get("project", "")),
        study_uid=str(fields.get("UID", "")),
        subject_id=str(fields.get("subject_ID", "")),
        shares=tuple(shares_of(session).items()),
        scans=_scans(session),
        resources=_resources(session, "resources/resource"),
        assessors=tuple(
            AssessorRow(
                label=str(one["data_fields"].get("label", "")),
                xsi_type=str(one.get("meta", {}).get("xsi:type", "")),
                id=str(one["data_fields"].get("ID", "")),
            )
            for one in answers.children(session, "assessors/assessor")
        ),
        files=files,
    )


def _scans(session: dict[str, Any]) -> tuple[ScanRow, ...]:
    return tuple(_scan(child) for child in answers.children(session, "scans/scan"))


def _scan(child: dict[str, Any]) -> ScanRow:
    fields = child["data_fields"]
    return ScanRow(
        id=str(fields.get("ID", "")),
        uid=str(fields.get("UID", "")),
        type=str(fields.get("type", "")),
        description=str(fields.get("series_description", "")),
        resources=_resources(child, "file"),
    )


def _resources(of: dict[str, Any], field: str) -> tuple[ResourceRow, ...]:
    found = (_resource(child["data_fields"]) for child in answers.children(of, field))
    return tuple(one for one in found if one.label)


def _resource(fields: dict[str, Any]) -> ResourceRow:
    return ResourceRow(
        label=str(fields.get("label") or ""),
        files=_number(fields.get("file_count")),
        bytes=_number(fields.get("file_size")),
    )


def _number(value: Any) -> int | None:
    """Numbers are JSON numbers in items, but not on every server (wire-read 2.6)."""
    return answers.count(str(value))


def _file(client: XnatClient, path: str, session_id: str, row: dict[str, str]) -> FileRow:
    """One row, refused unless its address lies in a scan of the session asked for (wire-read 2.4)."""
    place = _IN_SCAN.search(row.get("uri", ""))
    if place is None or unquote(place.group(1)) != session_id:
        raise NotAnAnswer(
            server=client.server,
            what=f"GET {path}",
            status=200,
            said="files of something else than its scans",
        )
    return _any_file(row)


def _any_file(row: dict[str, str]) -> FileRow:
    address, size = row.get("uri", ""), row.get("size", "")
    place = _IN_SCAN.search(address)
    return FileRow(
        scan=unquote(place.group(2)) if place else "",
        resource=row.get("collection") or (place.group(3) if place else ""),
        path=place.group(4) if place else address.partition("/files/")[2] or row.get("name", ""),
        size=answers.count(size),
        digest=row.get("digest", "").lower(),
    )
