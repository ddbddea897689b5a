"""What in a header looks as if it identified a person. Judged by the form of values; shown masked only."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from msgspec import Struct

from xnat_ferry.dicom.header import TEXT, HeaderElement, HeaderSample
from xnat_ferry.dicom.profile import Option, option_of
from xnat_ferry.settings.redact import plain

_MASKED = 2


def shown(value: str) -> str:
    """A value so that somebody who knows it recognises it and nobody else learns it: ``DO…``."""
    start = plain(value[: 10 * _MASKED])
    return f"{start[:_MASKED]}…" if len(start) > _MASKED else "…"


class Known(Struct, frozen=True):
    """Labels and IDs of a session on both sides: a header that repeats them names nobody."""

    labels: tuple[str, ...]
    """Each once, in order: one is kept for each session, and a set takes many times the room."""

    @classmethod
    def of(cls, *labels: str | None) -> "Known":
        """From the labels as they are written."""
        return cls(tuple(sorted({_joined(label) for label in labels if label} - {""})))

    def same(self, value: str) -> bool:
        """Whether a value is one of the labels, whatever its case and punctuation."""
        return _joined(value) in self.labels

    def differs(self, other: "Known", elements: Iterable[HeaderElement]) -> bool:
        """Whether one of these elements could be judged in another way by the other labels."""
        by = Known(tuple({*self.labels} ^ {*other.labels}))
        return bool(by.labels) and any(
            by.same(one.value) or (one.tag == PATIENT_ID and by.begins(one.value)) for one in elements
        )

    def begins(self, value: str) -> bool:
        """Whether a value is a label, or a label with something after it: ``001-MR1`` for ``001``."""
        parts = _parts(value)
        return any("".join(parts[:count]) in self.labels for count in range(1, len(parts) + 1))


PATIENT_NAME, PATIENT_ID, BIRTH_DATE = 0x00100010, 0x00100020, 0x00100030
OTHER_IDS = 0x00101002
DIRECT = frozenset(
    {
        *(0x00080092, 0x00080094, 0x00101000, 0x00101001, 0x00101005, 0x00101040, 0x00101050, 0x00101060),
        *(0x00101080, 0x00101090, 0x00102154, 0x00102155, 0x00401102, 0x00401103, 0x00401104, 0x00402010),
    }
)
"""Attributes that identify whatever they say: addresses and telephone numbers of patient, physicians and
other persons, OtherPatientIDs, OtherPatientNames, PatientBirthName, InsurancePlanIdentification,
PatientMotherBirthName, MilitaryRank, MedicalRecordLocator."""


def identifying(sample: HeaderSample, known: Known) -> Iterator[HeaderElement]:
    """The elements of a header that look as if they identified a person."""
    return (element for element in sample.elements if element.value and _identifies(element, known))


def _identifies(element: HeaderElement, known: Known) -> bool:
    tag, value = element.tag, element.value
    if is_blank(value) or known.same(value):
        return False
    if tag in DIRECT:
        return True
    if element.vr == "PN":
        return is_person(value)
    if tag == PATIENT_ID:
        return OTHER_IDS in element.within or (is_record_number(value) and not known.begins(value))
    return tag == BIRTH_DATE and is_birth_date(value)


_DUMMY_WORDS = """
anonymous anonymized anonymised anonym anonymize anon deidentified deidentify pseudo pseudonym pseudonymized
pseudonymised unknown unspecified undefined none null empty na removed redacted withheld confidential dummy
default test tester testing phantom subject patient volunteer participant control person study session scan
scanner project pilot qa qc calibration operator operators tech technician technologist radiographer admin
administrator user service system research researcher radiology radiologist department dept hospital clinic
clinical imaging center centre lab laboratory university institute physician physicians doctor nurse name no
not available applicable the of human brain head mri mr ct pet compressed samples example sample demo
"""
_DUMMIES = frozenset(_DUMMY_WORDS.split())
"""Words that stand where a name is not said."""
_NOTHING = re.compile(r"0*y?|([^\W\d])\1\1+|(?:1[6-9]00|1970)0101")
"""Zeros, ``000Y``, one letter over and over, dates before there were images."""


@lru_cache(maxsize=50_000)
def is_blank(value: str) -> bool:
    """Whether a value says nothing: it is empty, dashes, a dummy, or words for what is not said."""
    return all(part in _DUMMIES or _NOTHING.fullmatch(part) for part in _parts(value))


@lru_cache(maxsize=4096)
def is_person(value: str) -> bool:
    """Whether a value of VR PN (PS3.5 6.2.1) looks like a person's name: family and given name in words."""
    return any(_is_one_person(name) for names in value.split("\\") for name in names.split("="))


_WORD = r"[^\W\d_]+(?:['’`.-]+[^\W\d_]+)*\.?"
_WORDS = re.compile(rf"\s*{_WORD}(?:\s+{_WORD})*\s*")


def _is_one_person(name: str) -> bool:
    parts = [
        part for part in (name.split("^")[:3] if "^" in name else re.split(r"[,\s]+", name)) if part.strip()
    ]
    return (
        2 <= len(parts) <= 4
        and all(_WORDS.fullmatch(part) for part in parts)
        and not _DUMMIES & set(_parts(name))
        and max(len(part) for part in parts) > 2
    )


_ENOUGH_DIGITS, _MOST_LETTERS, _MOST_DOTS = 5, 2, 3


def is_record_number(value: str) -> bool:
    """Whether it looks like a number from a hospital's register: nearly nothing but digits, five or more."""
    digits = sum(character.isdigit() for character in value)
    letters = sum(character.isalpha() for character in value)
    return digits >= _ENOUGH_DIGITS and letters <= _MOST_LETTERS and value.count(".") <= _MOST_DOTS


_FIRST_YEAR = 1901


def is_birth_date(value: str) -> bool:
    """Whether it is a date to the day. The first of January is what stands for a year alone."""
    found = re.fullmatch(r"(\d{4})([.-]?)(\d\d)\2(\d\d)", value.strip())
    if found is None:
        return False
    year, month, day = int(found[1]), int(found[3]), int(found[4])
    return year >= _FIRST_YEAR and 1 <= month <= 12 and 1 <= day <= 31 and (month, day) != (1, 1)


class Name(Struct, frozen=True):
    """What to look for elsewhere of an identifying value."""

    family: str
    """The family name, or a record number."""
    words: frozenset[str]

    def stands_in(self, words: frozenset[str]) -> bool:
        """Whether a text of these words mentions it: a telling family name, or two parts of the name."""
        if len(self.family) >= _TELLING and self.family not in _NO_NAMES and self.family in words:
            return True
        return len(self.words & words) > 1


_TELLING = 3
_PROTOCOL_WORDS = """
head neck brain spine chest body bone bones ball foot hand back long short small little young white black
brown green gray grey gold silver north south east west hill wood field fields cross king best rest mark page
price case rose stone rivers waters banks wells street church castle marsh frank grant sharp strong swift
tesla siemens philips flair echo turbo fast slow main prior post
max min low arm leg hip set all one two ten art cor tra sag lin may ray day way new old big fat sun ben
"""
_NO_NAMES = frozenset(_PROTOCOL_WORDS.split())
"""Family names that are words of protocols, too: alone they prove nothing."""


def names_in(elements: Iterable[HeaderElement]) -> frozenset[Name]:
    """The names and record numbers that identifying elements hold."""
    found: set[Name] = set()
    for element in elements:
        if element.vr == "PN":
            found.update(_names(element.value))
        elif element.tag == PATIENT_ID and is_record_number(element.value):
            number = _joined(element.value)
            found.add(Name(number, frozenset({number})))
    return frozenset(found)


def _names(value: str) -> Iterator[Name]:
    for name in re.split(r"[\\=]", value):
        if _is_one_person(name):
            components = name.split("^")[:3] if "^" in name else [name]
            words = [word for component in components for word in _parts(component) if len(word) > 1]
            if words:
                # without carets either end may be the family name, so that one alone proves nothing
                yield Name(words[0] if "^" in name else "", frozenset(words))


def mentioning(sample: HeaderSample, names: frozenset[Name]) -> Iterator[HeaderElement]:
    """The texts of a header that mention one of the names, private ones included."""
    if not names:
        return
    for element in sample.elements:
        if element.value and _is_text(element):
            words = frozenset(_parts(element.value))
            if any(name.stands_in(words) for name in names):
                yield element


_PLACES = frozenset({Option.INSTITUTION, Option.DEVICE})


def _is_text(element: HeaderElement) -> bool:
    """Hospitals and devices are called after people, too."""
    if element.vr == "PN" or element.tag in DIRECT or element.tag == PATIENT_ID:
        return False
    return (element.vr in TEXT or element.vr == "UN") and option_of(element.tag) not in _PLACES


# sessions repeat each other's values, so that thousands of headers hold few
@lru_cache(maxsize=50_000)
def _parts(value: str) -> tuple[str, ...]:
    return tuple(part for part in re.split(r"[\W_]+", value.casefold()) if part)


def _joined(value: str) -> str:
    return "".join(_parts(value))
