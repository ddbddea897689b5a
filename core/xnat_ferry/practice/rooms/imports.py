"""The import service: what comes in, where it lands, and what silently does not (wire-write 1)."""

import json
import re
import tarfile
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO

from pydicom import Dataset, dcmread

from xnat_ferry.practice.http.replies import Refused, Reply, uri_list
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.rooms.access import may_read
from xnat_ferry.practice.rooms.anonymise import run_script
from xnat_ferry.practice.rooms.archiving import archive_row
from xnat_ferry.practice.rooms.prearchive import build_row
from xnat_ferry.practice.rooms.sorting import scan_for
from xnat_ferry.practice.site.keeping import measure, read_header
from xnat_ferry.practice.site.records import DICOM, UNASSIGNED, Project, StoredFile, Waiting
from xnat_ferry.practice.site.site import Site

ROUTES = Routes()

_TYPES = {
    "application/zip": "upload.zip",
    "application/x-tar": "upload.tar",
    "application/x-gtar": "upload.tar.gz",
}
_DEST = re.compile(
    r"/(?P<where>prearchive|archive)(?:/projects/(?P<project>[^/]+)(?:/subjects/(?P<subject>[^/]+))?"
    r"(?:/experiments/(?P<session>[^/]+))?(?:/(?P<timestamp>\d{8}_\d+)(?:/(?P<folder>[^/]+))?)?)?$"
)
_TAGS = ["SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "SeriesNumber", "Modality"]
_TAGS += ["SeriesDescription", "PatientName", "PatientID", "StudyDescription", "AccessionNumber", "StudyDate"]
_TAGS += ["PatientComments", "InstanceNumber"]


@ROUTES.at("/data/services/import", methods="POST")
def import_upload(request: Request) -> Reply:
    """POST of an archive or of one object (wire-write 1)."""
    return Import(request).run()


class Import:
    """One call of the DICOM-zip or gradual-DICOM importer."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._site: Site = request.site
        self._drop = request.fault.drop_file
        self._rows: dict[tuple[str, str, str], Waiting] = {}
        dest = (request.get("dest") or "").removeprefix("/data").removeprefix("/REST")
        found = _DEST.fullmatch(dest) if dest else None
        if dest and found is None:
            raise Refused(400, "Parameter dest format error")
        self._dest = found.groupdict() if found else {}
        self._commit = request.get("action") == "commit" or bool(dest)
        self._lenient = request.flag("Ignore-Unparsable") or request.get("action") == "commit"

    def run(self) -> Reply:
        handler = self._request.get("import-handler") or "DICOM-zip"
        if handler not in ("DICOM-zip", "gradual-DICOM"):
            raise Refused(404, f"Unknown importer implementation specified: {handler}")
        name, body = self._upload()
        with self._site.lock:
            if handler == "gradual-DICOM":
                self._store(name, body.read())
            else:
                self._unpack(name, body)
            return self._answer()

    def _upload(self) -> tuple[str, BinaryIO]:
        request = self._request
        media = request.headers.get("content-type", "").split(";")[0].strip()
        if media == "multipart/form-data":
            return _from_form(request)
        if media == "application/x-www-form-urlencoded" or (
            not request.length and media != "application/zip"
        ):
            raise Refused(400, "Unable to identify upload format.")
        return request.rest.strip("/") or _TYPES.get(media, "upload"), request.body

    def _unpack(self, name: str, body: BinaryIO) -> None:
        """The unpacker goes by the file's name (wire-write 1.2)."""
        errors: list[Refused] = []
        stored = 0
        for entry, content in _entries(name, body):
            if self._drop > 0:
                self._drop -= 1
                continue
            try:
                self._store(entry, content)
                stored += 1
            except Refused as error:
                if not self._lenient:
                    raise
                errors.append(error)
        if errors and not stored:
            raise errors[-1]

    def _store(self, name: str, content: bytes) -> None:
        try:
            header = dcmread(BytesIO(content), stop_before_pixels=True, force=True, specific_tags=_TAGS)
            sop_class, sop_uid = str(header.get("SOPClassUID", "")), str(header.get("SOPInstanceUID", ""))
        except Exception:  # whatever it is, it is not DICOM
            raise Refused(400, f"unable to read DICOM object {name}") from None
        if not sop_class:
            raise Refused(
                400,
                f"unable to read DICOM object {name}"
                if not sop_uid
                else f"object {name} contains no SOP Class UID",
            )
        if not sop_uid:
            raise Refused(400, f"object {name} contains no SOP Instance UID")
        project, subject, session = self._identify(header)
        if project is not None and _filtered(
            self._site, project, str(header.get("SeriesDescription", "") or "")
        ):
            return  # dropped without a message (wire-write 1.7)
        row = self._row(
            project.id if project else UNASSIGNED, str(header.StudyInstanceUID), subject, session, header
        )
        row.prevent_anon = row.prevent_anon or self._request.get("prevent_anon") == "true"
        if self._site.preferences["enableSitewideAnonymizationScript"] and not row.prevent_anon:
            names = {"project": row.project, "subject": row.subject, "session": row.name}
            content = run_script(
                content,
                str(self._site.preferences["sitewideAnonymizationScript"]),
                names,
                "site",
                row.log.append,
            )
        self._write(row, name.rpartition("/")[2], sop_class, sop_uid, header, content)

    def _identify(self, header: Dataset) -> tuple[Project | None, str, str]:
        """Parameters, then dest, then the DICOM itself (wire-write 1.5, 1.9)."""
        get, dest = self._request.get, self._dest
        wanted = get("project") or dest.get("project") or get("PROJECT_ID") or ""
        project = self._site.projects.get(wanted)
        if project is not None and not may_read(self._site, self._request.user, project.id):
            project = None
        comment = str(header.get("PatientComments", "") or "")
        if project is None:
            project = self._routed(header, comment)
        subject = get("subject") or dest.get("subject") or get("SUBJECT_ID") or _keyword(comment, "Subject")
        session = get("session") or dest.get("session") or get("EXPT_LABEL") or _keyword(comment, "Session")
        subject = subject or str(header.get("PatientName", "") or "")
        session = session or str(header.get("PatientID", "") or "") or "dicom_upload"
        return project, _label(subject), _label(session)

    def _routed(self, header: Dataset, comment: str) -> Project | None:
        candidates = (
            _keyword(comment, "Project"),
            header.get("StudyDescription"),
            header.get("AccessionNumber"),
        )
        for candidate in candidates:
            found = self._site.projects.get(str(candidate or ""))
            if found is not None:
                return found
        return None

    def _row(self, project: str, study_uid: str, subject: str, session: str, header: Dataset) -> Waiting:
        """One row a project, study and label (wire-write 1.7)."""
        now = self._site.clock.now()
        row = next(
            (
                one
                for one in self._site.waiting.values()
                if (one.project, one.study_uid, one.name) == (project, study_uid, session)
            ),
            None,
        )
        if row is None:
            stamp = self._dest.get("timestamp") or self._site.clock.stamp()
            while (project, stamp, session) in self._site.waiting:
                stamp = f"{stamp[:-3]}{int(stamp[-3:]) + 1:03d}"
            place = self._site.data / "prearchive" / project / stamp / session
            row = Waiting(project, stamp, session, session, subject, study_uid, place, uploaded=now)
            date = str(header.get("StudyDate", "") or "")
            row.date = f"{date[:4]}-{date[4:6]}-{date[6:8]}" if len(date) == 8 else ""
            row.prevent_auto_commit = self._request.get("prevent_auto_commit") == "true"
            row.source = self._request.get("SOURCE") or ""
            self._site.waiting[row.key] = row
        if row.status.startswith("_") or row.status.startswith("QUEUED"):
            raise Refused(400, "Concurrent file sends of the same data is not supported.")
        row.status, row.built, row.last_modified = "RECEIVING", False, now
        self._rows[row.key] = row
        return row

    def _write(
        self, row: Waiting, name: str, sop_class: str, sop_uid: str, header: Dataset, content: bytes
    ) -> None:
        scan = scan_for(
            self._site,
            row.scans,
            row.place,
            series_uid=str(header.get("SeriesInstanceUID", "")),
            number=str(header.get("SeriesNumber", "") or ""),
            modality=str(header.get("Modality", "") or "OT"),
            description=str(header.get("SeriesDescription", "") or ""),
        )
        resource = scan.resources[DICOM]
        taken = resource.files.get(name)
        if not name or self._request.get("rename") == "true" or (taken is not None and taken.uid != sop_uid):
            number = header.get("SeriesNumber", "") or ""
            hashed = format(abs(hash_of(sop_class + sop_uid)), "x")
            name = f"{row.study_uid}-{number}-{header.get('InstanceNumber', '') or ''}-{hashed}.dcm"
        file = StoredFile(name, resource.place / name)
        file.place.parent.mkdir(parents=True, exist_ok=True)
        file.place.write_bytes(content)
        measure(file, self._site.keeps_checksums)
        read_header(file)
        resource.files[name] = file

    def _answer(self) -> Reply:
        rows = list(self._rows.values())
        if not self._commit:
            return uri_list(*(f"/data{row.path}" for row in rows))
        for row in rows:
            build_row(self._site, row)
        if self._dest.get("where") != "archive" and not (
            self._request.flag("AA") or self._request.flag("auto-archive")
        ):
            return uri_list(*(f"/data{row.path}" for row in rows))
        lines = []
        overwrite = self._request.get("overwrite")
        for row in rows:
            try:
                session = archive_row(
                    self._site,
                    row,
                    merge=overwrite is not None or self._auto(row),
                    override=overwrite in ("delete", "override"),
                    user=self._request.user,
                )
            except Refused:
                raise Refused(400, "unable to archive for the Prearchive session") from None
            subject = self._site.subjects[session.subject]
            lines.append(
                f"/data/archive/projects/{row.project}/subjects/{subject.label}/experiments/{session.label}"
            )
        return uri_list(*lines)

    def _auto(self, row: Waiting) -> bool:
        project = self._site.projects.get(row.project)
        return project is not None and project.prearchive_code >= 4


def hash_of(words: str) -> int:
    """A number that follows from the words alone, 32 bits as Java's string hash."""
    value = 0
    for character in words:
        value = (value * 31 + ord(character)) & 0xFFFFFFFF
    return value


def _entries(name: str, body: BinaryIO) -> Iterator[tuple[str, bytes]]:
    lower = name.lower()
    if lower.endswith((".zip", ".zar")):
        try:
            with zipfile.ZipFile(body) as archive:
                for info in archive.infolist():
                    if not info.is_dir():
                        yield info.filename, archive.read(info)
        except zipfile.BadZipFile:
            return  # a file that only calls itself a zip: 200, and nothing stored (wire-write 1.6)
    elif lower.endswith((".tar", ".tgz", ".tar.gz", ".xar")):
        with tarfile.open(fileobj=body) as archive:
            for member in archive:
                opened = archive.extractfile(member) if member.isfile() else None
                if opened is not None:
                    yield member.name, opened.read()
    else:
        raise Refused(400, "Unsupported format UNKNOWN")


def _from_form(request: Request) -> tuple[str, BinaryIO]:
    """The one file of a multipart body; other fields become parameters."""
    boundary = request.headers["content-type"].partition("boundary=")[2].strip('"').encode()
    found: list[tuple[str, bytes]] = []
    for part in request.body.read().split(b"--" + boundary)[1:-1]:
        head, _, content = part.lstrip(b"\r\n").partition(b"\r\n\r\n")
        name = re.search(rb'name="([^"]*)"', head)
        file = re.search(rb'filename="([^"]*)"', head)
        content = content.removesuffix(b"\r\n")
        if file:
            found.append((file[1].decode(), content))
        elif name:
            request.query.setdefault(name[1].decode(), []).append(content.decode(errors="replace"))
    if len(found) != 1:
        raise Refused(400, "Importer is limited to one uploaded resource at a time.")
    return found[0][0], BytesIO(found[0][1])


def _keyword(comment: str, name: str) -> str:
    found = re.search(rf"(?:^|[\s,;]){name}:([\w-]*)", comment, re.IGNORECASE)
    return found[1] if found else ""


def _label(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "_", text)


def _filtered(site: Site, project: Project, description: str) -> bool:
    contents = site.config(project.id, "seriesImportFilter", "config")
    if contents is None:
        return False
    chosen = json.loads(contents)
    matches = any(re.fullmatch(pattern, description) for pattern in chosen["list"].splitlines())
    return matches if chosen["mode"] == "blacklist" else not matches
