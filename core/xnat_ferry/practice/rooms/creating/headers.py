"""What the headers of a session's files say, taken into its metadata (wire-write 4.2, 4.5)."""

from datetime import datetime

from pydicom import Dataset, dcmread
from pydicom.errors import InvalidDicomError

from xnat_ferry.practice.site.keeping import read_header
from xnat_ferry.practice.site.records import DICOM, Resource, Scan, Session
from xnat_ferry.practice.site.site import Site

_TAGS = ["StudyInstanceUID", "SeriesInstanceUID", "SeriesDescription", "StudyDate", "SOPInstanceUID"]


def pull_session(site: Site, session: Session, *, overwrite: bool) -> None:
    """Study and series facts of all scans; what is known stays unless it is to be overwritten."""
    for scan in session.filled().scans.values():
        pull_scan(site, session, scan, overwrite=overwrite)


def pull_scan(site: Site, session: Session, scan: Scan, *, overwrite: bool) -> None:
    """One scan's facts, and the instances in its catalog."""
    header = None
    for label, resource in scan.resources.items():
        if label == DICOM:
            header = read_resource(resource) or header
    if header is None:
        return
    with site.lock:
        session.study_uid = _chosen(session.study_uid, header.get("StudyInstanceUID"), overwrite)
        session.date = _chosen(session.date, _date(header), overwrite)
        scan.uid = _chosen(scan.uid, header.get("SeriesInstanceUID"), overwrite)
        scan.description = _chosen(scan.description, header.get("SeriesDescription"), overwrite)
        scan.type = scan.type or scan.description


def read_resource(resource: Resource) -> Dataset | None:
    """Fill the catalog's instances from the files; the header of the last that is DICOM."""
    found = None
    for file in list(resource.files.values()):
        try:
            header = dcmread(file.on_disk(), stop_before_pixels=True, specific_tags=list(_TAGS))
        except (InvalidDicomError, OSError):
            continue
        read_header(file)
        found = header
    return found


def _chosen(known: str, said: object, overwrite: bool) -> str:
    value = str(said or "")
    return value if value and (overwrite or not known) else known


def _date(header: Dataset) -> str:
    value = str(header.get("StudyDate") or "")
    try:
        return datetime.strptime(value, "%Y%m%d").date().isoformat()  # noqa: DTZ007  a date has no zone
    except ValueError:
        return ""
