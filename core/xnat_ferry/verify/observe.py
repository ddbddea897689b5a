"""Looks at what a destination holds of one session: one or two requests for its scans and one a scan."""

from collections.abc import Callable, Sequence
from functools import partial

from xnat_ferry.errors import NotFound, ServerAnswer
from xnat_ferry.model import DICOM_RESOURCES, ScanRow, SessionDetail, StoredFile, StoredScan, Where
from xnat_ferry.packed import joined
from xnat_ferry.verify.observed import Observed
from xnat_ferry.xnat import prearchive
from xnat_ferry.xnat.catalogs import read_catalog
from xnat_ferry.xnat.client import XnatClient
from xnat_ferry.xnat.listings import find_session, read_session


def observe_archive(client: XnatClient, project: str, label: str) -> Observed | None:
    """The archived session from its catalogs, which carry every SOPInstanceUID; None when it is not there."""
    found = find_session(client, project, label)
    if found is None:
        return None
    return _archived(client, found)


def observe_session(client: XnatClient, session_id: str) -> Observed:
    """The same by accession ID; raises NotFound."""
    return _archived(client, read_session(client, session_id, files=False))


def _archived(client: XnatClient, found: SessionDetail) -> Observed:
    scans = tuple(_stored(scan, partial(read_catalog, client, found.id, scan.id)) for scan in found.scans)
    return Observed(
        where=Where.ARCHIVE,
        id=found.id,
        owner=found.project,
        subject_id=found.subject_id,
        study_uid=found.study_uid,
        scans=scans,
        knows_uids=True,
    )


def observe_prearchive(client: XnatClient, path: str) -> Observed | None:
    """The built session at a path below /data; None when it is gone.

    The prearchive shows SeriesInstanceUIDs in its document and names and sizes in its listings, no more.
    """
    row = prearchive.find_row(client, path)
    if row is None:
        return None
    try:
        study_uid, found = prearchive.read_document(client, path)
    except NotFound:
        if prearchive.find_row(client, path) is None:
            return None
        problem = f"it is {row.status} and has no session document yet"
        return Observed(
            where=Where.PREARCHIVE,
            study_uid=row.study_uid,
            subject=row.subject,
            scans=(),
            knows_uids=False,
            problem=problem,
        )
    scans = tuple(_stored(scan, partial(prearchive.list_files, client, path, scan.id)) for scan in found)
    return Observed(
        where=Where.PREARCHIVE, study_uid=study_uid, subject=row.subject, scans=scans, knows_uids=False
    )


def _stored(scan: ScanRow, read: Callable[[str], Sequence[StoredFile]]) -> StoredScan:
    """A scan that cannot be read is unknown, not empty."""
    wanted = [resource.label for resource in scan.dicom]
    if not scan.resources:
        wanted = list(DICOM_RESOURCES[:1])  # the listing does not tell; this is where XNAT puts it
    try:
        return StoredScan(scan=scan, files=joined(StoredFile, map(read, wanted)))
    except ServerAnswer as error:
        return StoredScan(scan=scan, files=None, problem=str(error))
