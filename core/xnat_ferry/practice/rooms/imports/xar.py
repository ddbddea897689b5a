"""``XAR``: a session's XML document and its files, straight into the archive (wire-write 1.11)."""

import zipfile
from pathlib import PurePosixPath
from typing import BinaryIO, cast
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from xnat_ferry.practice.dicom.storing import copied
from xnat_ferry.practice.http.replies import Refused
from xnat_ferry.practice.rooms.imports.call import Call
from xnat_ferry.practice.rules.access import may_edit
from xnat_ferry.practice.site.keeping import read_header
from xnat_ferry.practice.site.records import Resource, Session, StoredFile
from xnat_ferry.practice.site.site import Site

_XNAT = "{http://nrg.wustl.edu/xnat}"
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}type"
_MODALITIES = {"PET": "PT"}


def import_xar(call: Call) -> list[str]:
    """The address of the session that was made. Raises Refused."""
    try:
        archive = zipfile.ZipFile(cast(BinaryIO, call.file.file))
    except zipfile.BadZipFile:
        raise Refused(400, "Archive file is corrupt or not a valid archive file type.") from None
    with archive:
        documents = dict(_documents(archive))
        if not documents:
            raise Refused(400, "Unable to locate XNAT xml document.")
        if len(documents) > 1:
            raise Refused(400, "XAR can only include data for one imaging session.")
        ((path, root),) = documents.items()
        session = _session(call, root)
        _fill(call.site, session, root, archive, PurePosixPath(path).parent)
    with call.site.lock:
        call.site.sessions.add(session)
        call.site.note(call.user, session.id, session.project, session.xsi_type, "Created")
    return [f"/archive/experiments/{session.id}"]


def _documents(archive: zipfile.ZipFile) -> list[tuple[str, Element]]:
    found = []
    for info in archive.infolist():
        if info.filename.lower().endswith(".xml"):
            try:
                root = fromstring(archive.read(info))
            except (ParseError, DefusedXmlException):
                continue
            if root.tag.startswith(_XNAT) and root.tag.endswith("Session"):
                found.append((info.filename, root))
    return found


def _session(call: Call, root: Element) -> Session:
    """The session as its document has it; the caller must be able to create it."""
    site, project = call.site, root.get("project") or ""
    if project not in site.projects:
        raise Refused(400, "Could not process XAR file - Invalid project tag.")
    if not may_edit(site, call.user, project):
        raise Refused(403, "Invalid permissions")
    label = root.get("label") or root.get("ID") or ""
    if not label or site.session_in(project, label) is not None:
        raise Refused(409, "Specified experiment already exists.")
    kind = root.tag.removeprefix(_XNAT).removesuffix("Session")
    with site.lock:
        subject = site.make_subject(
            project, _text(root, "dcmPatientName") or _text(root, "subject_ID") or label
        )
        return Session(
            site.next_id("E"),
            label,
            project,
            subject.id,
            f"xnat:{kind.lower() if len(kind) <= 3 else kind[0].lower() + kind[1:]}SessionData",
            _text(root, "date"),
            root.get("UID") or "",
            site.archive_folder(project, label),
            site.now(),
        )


def _fill(site: Site, session: Session, root: Element, archive: zipfile.ZipFile, base: PurePosixPath) -> None:
    for element in root.iter(f"{_XNAT}scan"):
        identifier = element.get("ID") or ""
        kind = (element.get(_XSI) or "").removeprefix("xnat:").removesuffix("ScanData").upper()
        scan = site.new_scan(
            identifier,
            element.get("UID") or "",
            element.get("type") or "",
            _text(element, "series_description"),
            _MODALITIES.get(kind, kind),
            int(identifier) if identifier.isdigit() else 0,
        )
        session.scans[identifier] = scan
        for file in element.iter(f"{_XNAT}file"):
            label = file.get("label") or "DICOM"
            resource = site.new_resource(label, session.folder / "SCANS" / identifier / label)
            scan.resources[label] = resource
            folder = (base / (file.get("URI") or "")).parent
            _copy(site, archive, folder, resource)


def _copy(site: Site, archive: zipfile.ZipFile, folder: PurePosixPath, resource: Resource) -> None:
    """All files beside the catalog, which is not one of them."""
    for info in archive.infolist():
        path = PurePosixPath(info.filename)
        if info.is_dir() or path.parent != folder or path.name.lower().endswith(".xml"):
            continue
        file = StoredFile(path.name, resource.place / path.name, created=site.now())
        file.place.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(info) as content:
            written = copied(cast(BinaryIO, content), file.place, digest=site.keeps_checksums)
        file.size, file.digest = written.size, written.digest
        if resource.label == "DICOM":
            read_header(file)
        resource.files[file.path] = file


def _text(element: Element, name: str) -> str:
    found = element.find(f"{_XNAT}{name}")
    return (found.text or "").strip() if found is not None else ""
