"""Which attributes the Basic Profile changes, and which option of PS3.15 Annex E.3 would let them be.

Table E.1-1 has a column for each option; the transcription that we use has not (see ``basic_profile``). The
option of an attribute is therefore told by its VR and by words of its keyword.
"""

import re
from enum import StrEnum
from functools import cache

from msgspec import Struct

from xnat_ferry.dicom.basic_profile import MASKS, TABLE


class Option(StrEnum):
    """What a project may keep on purpose, beyond the Basic Profile."""

    DATES = "dates"
    """Retain Longitudinal Temporal Information, PS3.15 E.3.6."""
    DEVICE = "device"
    """Retain Device Identity, E.3.8."""
    INSTITUTION = "institution"
    """Retain Institution Identity, E.3.11."""
    PATIENT = "patient"
    """Retain Patient Characteristics, E.3.7."""
    DESCRIPTORS = "descriptors"
    """Clean Descriptors, E.3.5, and Clean Structured Content, E.3.4."""
    PRIVATE = "private"
    """Retain Safe Private, E.3.10."""


STATED_BY = {
    "113104": Option.DESCRIPTORS,
    "113105": Option.DESCRIPTORS,
    "113106": Option.DATES,
    "113107": Option.DATES,
    "113108": Option.PATIENT,
    "113109": Option.DEVICE,
    "113111": Option.PRIVATE,
    "113112": Option.INSTITUTION,
}
"""The codes by which a header says that an option was taken (PS3.16 CID 7050)."""

BASIC_PROFILE = "113100"
CLEAN_PIXELS = "113101"


class Attribute(Struct, frozen=True):
    """A row of Table E.1-1."""

    action: str
    """D dummy, Z empty or dummy, X removed, U new UID; more than one where it depends on the IOD."""
    vr: str
    keyword: str

    @property
    def may_stay_filled(self) -> bool:
        """Whether a value may stand there after the profile was applied, since a dummy is allowed."""
        return "D" in self.action or "Z" in self.action


@cache
def attribute_of(tag: int) -> Attribute | None:
    """The profile's row of a tag; None for what the profile lets be. Private attributes have no row."""
    for mask, value, action, vr, keyword in MASKS:
        if tag & mask == value:
            return Attribute(action, vr, keyword)
    return _rows().get(tag)


@cache
def option_of(tag: int) -> Option | None:
    """The option that would let an attribute of the profile be; None where no option does."""
    attribute = attribute_of(tag)
    if attribute is None or re.match("Patient(Birth|Death)", attribute.keyword):
        return None
    if attribute.vr in ("DA", "DT", "TM"):
        return Option.DATES
    return next((option for option, words in _WORDS if words.search(attribute.keyword)), None)


@cache
def _rows() -> dict[int, Attribute]:
    rows = (line.split() for line in TABLE.splitlines())
    return {int(tag, 16): Attribute(action, vr, keyword) for tag, action, vr, keyword in rows}


_WORDS = (
    (Option.DATES, re.compile("(Date|Time|Timestamp)$|^Timezone")),
    (
        Option.PATIENT,
        re.compile(
            "^Patient(Sex|Age|Size|Weight|State)|^EthnicGroup|^(SmokingStatus|PregnancyStatus|Allergies|"
            "MedicalAlerts|PreMedication|SpecialNeeds)$|^(GenderIdentity|SexParameters|Pronoun|ThirdPerson)"
        ),
    ),
    (
        Option.DESCRIPTORS,
        re.compile(
            "Description|Comment|Protocol(Name|$)|History|Label|Reason|Text|Diagnos|Topic|Notes|Narrative|"
            "Contrast.*Agent|^(Occupation|Impressions)$|^(ROI|StructureSet|RTPlan|Entity)Name$|^TreatmentSite"
        ),
    ),
    (Option.INSTITUTION, re.compile("^Institution|^RequestingService$")),
    (
        Option.DEVICE,
        re.compile(
            "Device|Station|Detector|Gantry|Plate|Cassette|Generator|SerialNumber|Manufacturer|Lens|XRaySource|"
            "TreatmentMachine|Transducer"
        ),
    ),
)
"""Tried in this order; the words are those of the keywords of PS3.6."""
