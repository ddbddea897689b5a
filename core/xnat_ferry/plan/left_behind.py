"""What of a session does not travel, in words."""

from collections.abc import Collection, Iterator, Sequence

from xnat_ferry.model import DICOM_RESOURCES, ScanRow, SessionDetail

_ASSESSOR = (
    "its ID, its links to scans and files, who validated it and what its type says would not survive a copy"
)


def left_behind(
    detail: SessionDetail, wanted: Sequence[ScanRow], along: Collection[tuple[str, str]]
) -> tuple[str, ...]:
    """Resources and assessors that stay, and scans without DICOM.

    ``wanted`` are the scans that were asked for, ``along`` the resources that travel as well: the scan's ID,
    "" for the session's own, and the label.
    """
    return (
        *_of_scans(detail, wanted, along),
        *(f"scan {scan.id}: no DICOM files" for scan in wanted if not detail.amount(scan)[0]),
        *(f"resource {one.label}" for one in detail.resources if ("", one.label) not in along),
        *(
            f"assessor {one.label} ({one.xsi_type}): {_ASSESSOR}"
            for one in detail.assessors
            if (f"assessor {one.label}", one.label) not in along
        ),
    )


def _of_scans(
    detail: SessionDetail, wanted: Sequence[ScanRow], along: Collection[tuple[str, str]]
) -> Iterator[str]:
    others = {(scan.id, one.label) for scan in wanted for one in scan.resources}
    others |= {(file.scan, file.resource) for file in detail.files or ()}
    ids = {scan.id for scan in wanted}
    for scan, resource in sorted(others - set(along)):
        if scan in ids and resource not in DICOM_RESOURCES:
            yield f"resource {resource} of scan {scan}"
