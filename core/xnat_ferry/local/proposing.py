"""Which labels a study would get in XNAT: by what routes it in its headers, else by patient and ID.

They are proposals. What a header says may be somebody's name, and the checks say so before anything is sent.
"""

import re
from collections.abc import Iterable

from xnat_ferry.dicom.header import HeaderSample
from xnat_ferry.dicom.routing import routing_of
from xnat_ferry.labels import Labels

NAMELESS = "dicom_upload"
"""XNAT's own word for a session that nothing names (wire-write 1.7)."""

_PATIENT_NAME, _PATIENT_ID = 0x00100010, 0x00100020


def propose(samples: Iterable[HeaderSample]) -> Labels:
    """Subject and session of one study (wire-write 1.9): routing strings, PatientName and PatientID.

    What XNAT does not take in a label becomes ``_``, as it does there.
    """
    subject = session = name = patient = ""
    for sample in samples:
        for routing in routing_of(sample):
            subject, session = subject or routing.subject, session or routing.session
        name, patient = name or sample.value(_PATIENT_NAME), patient or sample.value(_PATIENT_ID)
    session = label(session or patient) or NAMELESS
    return Labels(label(subject or name) or session, session)


def label(text: str) -> str:
    """The text as a label."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", text.strip()).strip("_")


_BY_RANK = (
    *("MR", "CT", "US", "XA", "RF", "CR", "DX", "MG", "NM", "OP", "OPT", "ES", "GM", "SM", "IO"),
    *("EEG", "ECG", "EPS", "HD", "RTIMAGE", "RTDOSE", "RTPLAN", "RTSTRUCT", "SEG", "SR"),
)
_TYPES = {"RTIMAGE": "rt", "RTDOSE": "rt", "RTPLAN": "rt", "RTSTRUCT": "rt", "OP": "op", "SEG": "seg"}


def session_type(modalities: Iterable[str]) -> str:
    """The data type that XNAT gives a session of these modalities; PET decides over MR or CT."""
    there = set(modalities)
    if "PT" in there:
        return "xnat:petmrSessionData" if "MR" in there else "xnat:petSessionData"
    first = next((one for one in _BY_RANK if one in there), "")
    return f"xnat:{_TYPES.get(first, first.lower())}SessionData" if first else "xnat:otherDicomSessionData"
