"""A study on this machine in the words for sessions on a server: the same checks and engine take it."""

from xnat_ferry.local.scanning import Scanned, Study
from xnat_ferry.model import FileRow, ResourceRow, ScanRow, SessionDetail, SessionRow
from xnat_ferry.packed import Packed

_RESOURCE = "DICOM"


def row_of(study: Study) -> SessionRow:
    """It as a row; its StudyInstanceUID stands for the accession ID that it does not have."""
    return SessionRow(
        id=study.uid,
        label=study.labels.session,
        subject=study.labels.subject,
        xsi_type=study.xsi_type,
        date=study.date,
        study_uid=study.uid,
    )


def listings_of(scanned: Scanned) -> dict[tuple[str, str], str]:
    """A digest of the files' names, sizes and times, by StudyInstanceUID and scan."""
    return {(study.uid, series.scan): series.listing for study in scanned.studies for series in study.series}


def detail_of(study: Study) -> SessionDetail:
    """It with all its files, each by the name it travels under. No digest is known before they are read."""
    return SessionDetail(
        id=study.uid,
        label=study.labels.session,
        project="",
        study_uid=study.uid,
        scans=tuple(
            ScanRow(
                id=series.scan,
                uid=series.uid,
                type=series.type,
                description=series.description,
                resources=(
                    ResourceRow(
                        label=_RESOURCE,
                        files=len(series.files),
                        bytes=sum(file.found.size for file in series.files),
                    ),
                ),
            )
            for series in study.series
        ),
        files=Packed(
            FileRow,
            (
                FileRow(scan=series.scan, resource=_RESOURCE, path=file.name, size=file.found.size, digest="")
                for series in study.series
                for file in series.files
            ),
        ),
    )
