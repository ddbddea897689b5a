"""Every data type that the server can name, with its names for people (wire-read 7.3, 8.3)."""

from typing import NamedTuple


class DataType(NamedTuple):
    """One data type of the model."""

    name: str
    """The xsiType, ``xnat:mrSessionData``."""
    kind: str
    """project, subject, session, scan or assessor: what can be searched; else "part"."""
    singular: str
    plural: str

    @property
    def secured(self) -> bool:
        """Whether rights are given for it: scans and parts have those of what they belong to."""
        return self.kind in ("project", "subject", "session", "assessor")


_MODALITIES = {
    "mr": "MR",
    "pet": "PET",
    "ct": "CT",
    "us": "US",
    "cr": "CR",
    "dx": "DX",
    "nm": "NM",
    "xa": "XA",
    "mg": "MG",
    "rf": "RF",
    "op": "OP",
    "sm": "SM",
    "es": "ES",
    "gm": "GM",
    "hd": "HD",
    "ecg": "ECG",
    "eeg": "EEG",
    "meg": "MEG",
    "xc": "XC",
    "otherDicom": "Other DICOM",
}
_SESSIONS_ONLY = {"petmr": "PET MR", "rt": "RT"}
_SCANS_ONLY = {"rtImage": "RT Image", "sc": "SC", "sr": "SR", "seg": "SEG", "pr": "PR"}
_ASSESSORS = {
    "qcManualAssessorData": ("Manual QC", "Manual QCs"),
    "qcAssessmentData": ("Auto QC", "Auto QCs"),
    "mrAssessorData": ("MR Assessor", "MR Assessors"),
    "petAssessorData": ("PET Assessor", "PET Assessors"),
    "ctAssessorData": ("CT Assessor", "CT Assessors"),
    "imageAssessorData": ("Image Assessor", "Image Assessors"),
}
_PARTS = (
    "xnat:experimentData",
    "xnat:subjectAssessorData",
    "xnat:imageSessionData",
    "xnat:imageScanData",
    "xnat:reconstructedImageData",
    "xnat:derivedData",
    "xnat:abstractResource",
    "xnat:resource",
    "xnat:resourceCatalog",
    "xnat:resourceSeries",
    "xnat:dicomSeries",
    "xnat:investigatorData",
    "xnat:abstractDemographicData",
    "xnat:demographicData",
    "xnat:validationData",
    "wrk:workflowData",
)


def _all() -> list[DataType]:
    sessions = {**_MODALITIES, **_SESSIONS_ONLY}
    scans = {**_MODALITIES, **_SCANS_ONLY}
    return [
        DataType("xnat:projectData", "project", "Project", "Projects"),
        DataType("xnat:subjectData", "subject", "Subject", "Subjects"),
        *(
            DataType(f"xnat:{short}SessionData", "session", f"{name} Session", f"{name} Sessions")
            for short, name in sessions.items()
        ),
        *(
            DataType(f"xnat:{short}ScanData", "scan", f"{name} Scan", f"{name} Scans")
            for short, name in scans.items()
        ),
        *(DataType(f"xnat:{short}", "assessor", *names) for short, names in _ASSESSORS.items()),
        *(DataType(name, "part", name, name) for name in _PARTS),
    ]


TYPES = {one.name: one for one in _all()}
"""By xsiType. The schemas have a class for each (wire-read 8.3)."""


def kind_of(xsi_type: str) -> str:
    """project, subject, session, scan, assessor or part; "" for what is no type at all."""
    found = TYPES.get(xsi_type)
    return found.kind if found else ""
