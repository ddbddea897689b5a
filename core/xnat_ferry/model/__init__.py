"""The frozen values everybody passes around. Words are XNAT's own; DICOM attributes go by keyword."""

from xnat_ferry.model.endpoint import HERE, ZIPS_HERE, Endpoint, servers_of
from xnat_ferry.model.files import NOT_KNOWN, Instance, StoredFile, StoredScan
from xnat_ferry.model.listed import (
    DICOM_RESOURCES,
    LABEL,
    AssessorRow,
    FileRow,
    PrearchiveRow,
    ResourceRow,
    ScanRow,
    SessionDetail,
    SessionRow,
)
from xnat_ferry.model.words import Level, Mark, Road, Verdict, Where

__all__ = [
    "DICOM_RESOURCES",
    "HERE",
    "LABEL",
    "NOT_KNOWN",
    "ZIPS_HERE",
    "AssessorRow",
    "Endpoint",
    "FileRow",
    "Instance",
    "Level",
    "Mark",
    "PrearchiveRow",
    "ResourceRow",
    "Road",
    "ScanRow",
    "SessionDetail",
    "SessionRow",
    "StoredFile",
    "StoredScan",
    "Verdict",
    "Where",
    "servers_of",
]
