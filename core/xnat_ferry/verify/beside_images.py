"""What a source session holds beside its images, looked for file by file at the destination."""

from collections.abc import Iterable

from xnat_ferry.belongings import HeldFile, HeldResource, Level, compare_file, scans_there
from xnat_ferry.model import DICOM_RESOURCES, FileRow, Mark
from xnat_ferry.xnat.client import XnatClient
from xnat_ferry.xnat.listings import read_session
from xnat_ferry.xnat.resources import list_resources, of_session


def compare_beside(
    source: XnatClient,
    source_id: str,
    destination: XnatClient,
    destination_id: str,
    listing: Iterable[FileRow],
) -> dict[FileRow, Mark]:
    """How each file of the source's ``listing`` that is no image compares with what is there in its place.

    By size and digest as both sides list them; no request where there is none, else four. Raises a
    ServerAnswer.
    """
    rows = [row for row in listing if not (row.scan and row.resource in DICOM_RESOURCES)]
    if not rows:
        return {}
    here = read_session(source, source_id, files=False).scans
    there = read_session(destination, destination_id, files=False).scans
    twins = {"": "", **scans_there(here, there)}
    held = _held(list_resources(destination, of_session(destination_id), Level.SESSION))
    return {
        row: compare_file(
            HeldFile(path=row.path, size=row.size, digest=row.digest),
            held.get((twins.get(row.scan), row.resource, row.path)),
        )
        for row in rows
    }


def _held(resources: Iterable[HeldResource]) -> dict[tuple[str | None, str, str], HeldFile]:
    """By scan, resource and path; what hangs on an assessor is in no such place."""
    return {
        (one.scan, one.label, file.path): file
        for one in resources
        if one.level in (Level.SESSION, Level.SCAN)
        for file in one.files
    }
