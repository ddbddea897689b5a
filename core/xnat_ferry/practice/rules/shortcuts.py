"""The short names of columns and parameters, each with the schema path that it means (wire-read 2.1).

Of two short names for one path the first is the one that a listing shows, whichever was asked for; a name
that stands twice in XNAT's own table means the last of its paths.
"""

from functools import cache

_INVESTIGATOR = {"pi_firstname": "investigator/firstname", "pi_lastname": "investigator/lastname"}
_VALIDATION = {f"validation_{part}": f"validation/{part}" for part in ("method", "status", "date", "notes")}
_META = {
    "insert_date": "meta/insert_date",
    "insert_user": "meta/insert_user/login",
    "last_modified": "meta/last_modified",
}
_TYPE = {"xsiType": "extension_item/element_name"}
_DEMOGRAPHIC = (
    "dob",
    "yob",
    "age",
    "gender",
    "handedness",
    "ses",
    "education",
    "educationDesc",
    "race",
    "ethnicity",
    "weight",
    "height",
    "gestational_age",
    "post_menstrual_age",
    "birth_weight",
)


def _same(*names: str) -> dict[str, str]:
    """Short names that are the path below the type themselves."""
    return {name: name for name in names}


def _under(xsi_type: str, paths: dict[str, str]) -> dict[str, str]:
    return {name: f"{xsi_type}/{path}" for name, path in paths.items()}


_DERIVED = (
    _under("xnat:experimentData", _same("ID", "visit_id", "date", "time", "note"))
    | _under("xnat:experimentData", _INVESTIGATOR | _VALIDATION)
    | _under("xnat:experimentData", _same("project", "label"))
)
_SESSION_READ_ONLY = _under(
    "xnat:imageSessionData", {f"session_{name}": name for name in ("ID", "label", "project")}
)
_WRITABLE: dict[str, dict[str, str]] = {
    "project": _under(
        "xnat:projectData",
        _same("ID", "secondary_ID", "name", "description", "keywords")
        | {
            "alias": "aliases/alias/alias",
            "pi_firstname": "PI/firstname",
            "pi_lastname": "PI/lastname",
            "note": "fields/field[name=note]/field",
        },
    ),
    "subject": _under("xnat:subjectData", _same("project", "label", "ID", "group", "src") | _INVESTIGATOR)
    | _under(
        "xnat:subjectData",
        {name: f"demographics[@xsi:type=xnat:demographicData]/{name}" for name in _DEMOGRAPHIC},
    ),
    "session": _DERIVED
    | _under("xnat:experimentData", _same("visit", "protocol"))
    | _under(
        "xnat:imageSessionData",
        _same("scanner", "operator", "dcmAccessionNumber", "dcmPatientId", "dcmPatientName")
        | _same("session_type", "modality", "UID")
        | {"studyInstanceUID": "UID"},
    )
    | _under("xnat:mrSessionData", _same("coil", "fieldStrength", "marker"))
    | _under(
        "xnat:petSessionData",
        _same("studyType", "patientID", "patientName", "stabilization")
        | {
            "scan_start_time": "start_time_scan",
            "injection_start_time": "start_time_injection",
            "tracer_name": "tracer/name",
            "tracer_startTime": "tracer/startTime",
            "tracer_dose": "tracer/dose",
            "tracer_sa": "tracer/specificActivity",
            "tracer_totalmass": "tracer/totalMass",
            "tracer_intermediate": "tracer/intermediate",
            "tracer_isotope": "tracer/isotope/half-life",
            "tracer_transmissions": "tracer/transmissions",
            "tracer_transmissions_start": "tracer/transmissions_startTime",
        },
    )
    | {"subject_ID": "xnat:subjectAssessorData/subject_ID"},
    "scan": _under(
        "xnat:imageScanData",
        _same("ID", "type", "UID", "note", "quality", "condition", "series_description", "documentation")
        | _same("scanner", "modality", "frames")
        | _VALIDATION
        | {"scanTime": "startTime"},
    )
    | _under("xnat:mrScanData", _same("coil", "fieldStrength", "marker", "stabilization"))
    | _under(
        "xnat:petScanData",
        {
            name: f"parameters/{name}"
            for name in (
                "orientation",
                "originalFileName",
                "systemType",
                "fileType",
                "transaxialFOV",
                "acqType",
                "facility",
                "numPlanes",
                "numGates",
                "planeSeparation",
                "binSize",
                "dataType",
            )
        }
        | {"numFrames": "parameters/frames/numFrames"},
    ),
    "assessor": _DERIVED,
    "reconstruction": _under("xnat:reconstructedImageData", _same("ID", "type", "baseScanType")),
}
_READ_ONLY: dict[str, dict[str, str]] = {
    "project": {},
    "subject": _under("xnat:subjectData", _META),
    "session": {"subject_label": "xnat:subjectData/label", "subject_project": "xnat:subjectData/project"}
    | _SESSION_READ_ONLY
    | _under("xnat:experimentData", _META | _TYPE),
    "scan": _under("xnat:imageScanData", _same("xnat_imagescandata_id") | _META | _TYPE),
    "assessor": _SESSION_READ_ONLY | _under("xnat:experimentData", _META | _TYPE),
    "reconstruction": _under("xnat:reconstructedImageData", _same("xnat_reconstructedimagedata_id") | _TYPE),
}


def shortcuts_of(context: str) -> dict[str, str]:
    """What a changing request may say by a short name.

    ``context`` is project, subject, session, scan, assessor or reconstruction.
    """
    return _WRITABLE[context]


@cache
def columns_of(context: str) -> dict[str, str]:
    """What a listing may show by a short name: all those that can be set, and what XNAT alone sets."""
    return _WRITABLE[context] | _READ_ONLY[context]
