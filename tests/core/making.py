"""Makes core values for the tests of the pure stages."""

from io import BytesIO
from zipfile import ZIP_STORED, ZipFile

from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, MRImageStorage

from xnat_ferry.dicom.header import HeaderElement, HeaderSample
from xnat_ferry.listing import Listing
from xnat_ferry.model import (
    Endpoint,
    FileRow,
    Instance,
    PrearchiveRow,
    ScanRow,
    SessionDetail,
    SessionRow,
)
from xnat_ferry.plan import Fate, Plan, PlannedScan, PlannedSession
from xnat_ferry.project import ProjectSettings, Rights, Script, SeriesFilter, UploaderRules
from xnat_ferry.settings.room import Room
from xnat_ferry.survey import Chosen, Headers, ProjectView, Survey

FULL = Rights(
    role="Owners",
    accessibility="private",
    creatable=("xnat:ctSessionData", "xnat:mrSessionData", "xnat:subjectData"),
    edit=True,
    delete=True,
    share=True,
)
"""What an owner may do."""

STOCK_SCRIPT = "(0008,1030) := project\n(0010,0010) := subject\n(0010,0020) := session\n"
PLAIN = ProjectSettings(
    prearchive_code=0,
    quarantine=False,
    site_script=Script(enabled=True, text=STOCK_SCRIPT),
    project_script=Script(enabled=False),
    site_filter=SeriesFilter(enabled=False),
    project_filter=SeriesFilter(enabled=False),
    uploader=UploaderRules(),
    checksums=True,
    routing=(),
)
"""A project as XNAT makes it."""

ROOMY = (
    Room(what="spool", folder="/spool", free=10**12),
    Room(what="transfers", folder="/transfers", free=10**12),
)

SOURCE = Endpoint("https://a.example", "SRC")
DESTINATION = Endpoint("https://b.example", "DST")


def session_row(label: str = "001_MR1", subject: str = "001", **more: object) -> SessionRow:
    facts = {
        "id": f"XNAT_{label}",
        "xsi_type": "xnat:mrSessionData",
        "owner": "SRC",
        "study_uid": f"1.2.{label}",
    }
    return SessionRow(label=label, subject=subject, **(facts | more))  # type: ignore[arg-type]


def waiting(name: str, study_uid: str = "", status: str = "READY", project: str = "DST") -> PrearchiveRow:
    return PrearchiveRow(
        project=project,
        timestamp="20240102_030405678",
        folder=name,
        name=name,
        subject="001",
        status=status,
        study_uid=study_uid,
    )


def file_row(path: str = "1.dcm", scan: str = "1", **more: object) -> FileRow:
    facts = {"resource": "DICOM", "size": 100, "digest": ""}
    return FileRow(scan=scan, path=path, **(facts | more))  # type: ignore[arg-type]


def detail_of(row: SessionRow, *scans: ScanRow, files: tuple[FileRow, ...] | None = None) -> SessionDetail:
    scans = scans or (ScanRow(id="1", uid="1.2.3.1", type="t1"),)
    listed = tuple(file_row(scan=scan.id) for scan in scans) if files is None else files
    return SessionDetail(
        id=row.id, label=row.label, project="SRC", study_uid=row.study_uid or "", scans=scans, files=listed
    )


def header_of(row: SessionRow, scan: ScanRow, **more: str) -> HeaderSample:
    """As XNAT's stock script leaves a header at the source; ``more`` are values by keyword, "" for none."""
    said = {
        "StudyInstanceUID": row.study_uid or "",
        "SeriesInstanceUID": scan.uid,
        "StudyDescription": "SRC",
        "SeriesDescription": scan.description,
        "PatientName": row.subject,
        "PatientID": row.label,
        "PatientIdentityRemoved": "YES",
    }
    tags = {keyword: tag_for_keyword(keyword) or 0 for keyword in said | more}
    return HeaderSample(
        scan=scan.id,
        elements=tuple(
            HeaderElement(tags[keyword], dictionary_VR(tags[keyword]), value)
            for keyword, value in (said | more).items()
            if value
        ),
    )


def chosen(row: SessionRow, *scans: ScanRow, files: tuple[FileRow, ...] | None = None) -> Chosen:
    detail = detail_of(row, *scans, files=files)
    headers = tuple(header_of(row, scan) for scan in detail.scans if detail.dicom_files(scan.id))
    return Chosen(row=row, detail=detail, headers=headers)


def view(
    endpoint: Endpoint,
    sessions: tuple[SessionRow, ...] | None = (),
    prearchive: tuple[PrearchiveRow, ...] | None = (),
    rights: Rights | None = None,
    problem: str = "",
) -> ProjectView:
    return ProjectView(
        endpoint=endpoint,
        user="ada",
        version="1.9.2.1",
        rights=rights or FULL,
        sessions=None if sessions is None else Listing(sessions),
        prearchive=prearchive,
        settings=PLAIN,
        problem=problem,
        advice="Ask somebody." if problem else "",
    )


def survey_of(
    *sessions: Chosen,
    there: tuple[SessionRow, ...] | None = (),
    prearchive: tuple[PrearchiveRow, ...] | None = (),
    rights: Rights | None = None,
) -> Survey:
    return Survey(
        source=view(SOURCE, tuple(one.row for one in sessions)),
        destination=view(DESTINATION, there, prearchive, rights),
        chosen=sessions,
        rooms=ROOMY,
        headers=Headers.SCAN,
    )


def planned(label: str = "001_MR1", fate: Fate = Fate.COPY, **more: object) -> PlannedSession:
    facts = {
        "id": f"XNAT_{label}",
        "subject": "001",
        "to_subject": "001",
        "to_session": label,
        "study_uid": "1.2.3",
        "scans": (PlannedScan(id="1", uid="1.2.3.1", type="t1", files=2, bytes=200),),
    }
    return PlannedSession(session=label, fate=fate, **(facts | more))  # type: ignore[arg-type]


def plan_of(*sessions: PlannedSession) -> Plan:
    return Plan(made="2026-01-02T03:04:05+00:00", source=SOURCE, destination=DESTINATION, sessions=sessions)


def instance(name: str = "1.dcm", sop_uid: str = "", series_uid: str = "1.2.3.1", **more: object) -> Instance:
    facts = {"scan": "1", "path": name, "size": 100, "md5": "a" * 32, "pixel_md5": "b" * 32, "tail_md5": ""}
    return Instance(name=name, sop_uid=sop_uid or f"9.{name}", series_uid=series_uid, **(facts | more))  # type: ignore[arg-type]


def dicom_bytes(
    sop_uid: str = "1.2.3.1.1",
    study_uid: str = "1.2.3",
    series_uid: str = "1.2.3.1",
    sop_class: UID = MRImageStorage,
) -> bytes:
    """A small image, MR unless another class is wanted."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = sop_class
    meta.MediaStorageSOPInstanceUID = UID(sop_uid)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPClassUID = sop_class
    dataset.SOPInstanceUID = sop_uid
    dataset.StudyInstanceUID = study_uid
    dataset.SeriesInstanceUID = series_uid
    dataset.Rows = dataset.Columns = 2
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 8, 8, 7
    dataset.PixelRepresentation, dataset.SamplesPerPixel = 0, 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.PixelData = sop_uid.encode().ljust(4)[-4:]
    content = BytesIO()
    dataset.save_as(content, enforce_file_format=True)
    return content.getvalue()


def zip_of(files: dict[str, bytes], folder: str = "001_MR1") -> BytesIO:
    """A zip as XNAT sends it: stored, below the session's folder."""
    content = BytesIO()
    with ZipFile(content, "w", ZIP_STORED) as archive:
        for name, data in files.items():
            archive.writestr(f"{folder}/{name}", data)
    content.seek(0)
    return content
