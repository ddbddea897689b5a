"""What is kept of a DICOM header for judging it: its elements as text, shortened, without the pixels.

A header may name a patient. Nothing here goes into a plan, a journal, a record or a log.
"""

import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING

from msgspec import Struct

from xnat_ferry.dicom.profile import attribute_of

if TYPE_CHECKING:
    from pydicom import Dataset


class HeaderElement(Struct, frozen=True):
    """One element of a DICOM header; the value is text, shortened, for judging and showing only."""

    tag: int
    """``0x00100010`` for (0010,0010)."""
    vr: str
    value: str
    """"" for what is empty, and for bulk data that are there."""
    within: tuple[int, ...] = ()
    """The sequences around it, outermost first."""
    creator: str = ""
    """The private creator's name, for an element of an odd group."""

    @property
    def private(self) -> bool:
        """Whether it is of an odd group, and no private creator itself (PS3.5 7.8.1)."""
        return bool(self.tag & 0x00010000) and self.tag & 0xFFFF > 0xFF


class HeaderSample(Struct, frozen=True, kw_only=True):
    """The header of one file of a scan. What it says may name a patient: it goes into no file of ours."""

    scan: str
    elements: tuple[HeaderElement, ...] = ()
    problem: str = ""
    """Why it could not be read."""

    def value(self, tag: int) -> str:
        """The value of an element outside any sequence; "" when absent or empty."""
        for one in self.elements:  # asked for very often
            if one.tag == tag and not one.within:
                return one.value
        return ""


LONGEST = 200
"""Characters that are kept of a value."""


def sample_of(scan: str, header: "Dataset") -> HeaderSample:
    """What of a header is judged: attributes of the Basic Profile, all text, private elements, identity.

    Raises nothing: a value that cannot be decoded is kept as the text that its bytes make, or as "".
    Thousands of samples fit in memory, since equal elements are one object; of dates and numbers that repeat
    from frame to frame a few are kept, and of a private block without text one element, without its value.
    """
    with quietly():
        found = dict.fromkeys(_elements(header, ()))
    seen: Counter[tuple[int, tuple[int, ...]]] = Counter()
    kept = []
    for element in found:
        place, most = _how_many(element)
        seen[place] += 1
        if most is None or seen[place] <= most:
            kept.append(element)
    return HeaderSample(scan=scan, elements=tuple(kept))


@contextmanager
def quietly() -> Iterator[None]:
    """Decode within it: odd values are to be judged or shown, and not to be told to any log."""
    from xnat_ferry.dicom.loaded import config  # slow to import

    with _ONE_AT_A_TIME, warnings.catch_warnings(), config.disable_value_validation():
        warnings.simplefilter("ignore")
        yield


_ONE_AT_A_TIME = Lock()
"""What warns is the same for all threads."""

TEXT = frozenset({"LO", "LT", "PN", "SH", "ST", "UC", "UT"})
"""The VRs in which people write."""

_FEW = 4
BULK = frozenset({"OB", "OD", "OF", "OL", "OV", "OW"})
"""The VRs of bulk data."""
_DEEPEST = 8
_STATED = frozenset(
    {
        *(0x00080008, 0x00080016, 0x00080018, 0x00080060, 0x0020000D, 0x0020000E),
        *(0x00120062, 0x00120063, 0x00280301, 0x00280302, 0x00280303),
    }
)
"""ImageType, SOP class and instance, Modality, Study and Series UID; PatientIdentityRemoved,
DeidentificationMethod, BurnedInAnnotation, RecognizableVisualFeatures, and
LongitudinalTemporalInformationModified."""


def _how_many(element: HeaderElement) -> tuple[tuple[int, tuple[int, ...]], int | None]:
    """Where an element is counted, and how many are kept of what is counted there; None for all."""
    if element.vr in TEXT or (element.vr == "UN" and element.value):
        return (element.tag, ()), None
    if element.private:
        return (element.tag & ~0xFF, element.within), 1
    return (element.tag, ()), _FEW


_one_of_many = lru_cache(maxsize=50_000)(HeaderElement)
"""Equal elements of many headers are one object."""


def _elements(dataset: "Dataset", within: tuple[int, ...]) -> Iterator[HeaderElement]:
    for key in list(dataset.keys()):
        tag = int(key)
        try:
            element = dataset[key]
            vr, value = str(element.VR), element.value
        except Exception:  # pydicom raises many kinds for odd values
            vr, value = _as_written(dataset, key)
            element = None
        if vr == "SQ":
            if len(within) < _DEEPEST and not isinstance(value, bytes):
                for item in value or ():
                    yield from _elements(item, (*within, tag))
        elif _is_judged(tag, vr, within):
            creator = str(getattr(element, "private_creator", None) or "")
            if vr not in BULK or value:
                wordless = tag & 0x00010000 and vr not in TEXT and vr != "UN"
                text = "" if wordless else as_text(value, vr)
                yield _one_of_many(tag, vr, text, within, creator[:LONGEST])


def _is_judged(tag: int, vr: str, within: tuple[int, ...]) -> bool:
    if tag & 0x00010000 or vr in TEXT or (tag in _STATED and not within):
        return True
    return vr != "UI" and attribute_of(tag) is not None


def _as_written(dataset: "Dataset", key: object) -> tuple[str, bytes]:
    """VR and bytes of an element that cannot be decoded."""
    raw = dataset.get_item(key, keep_deferred=True)  # type: ignore[call-overload]
    value = getattr(raw, "value", None)
    return str(getattr(raw, "VR", None) or "UN"), value if isinstance(value, bytes) else b""


def as_text(value: object, vr: str) -> str:
    """A value as text, shortened; "" for bulk data and for what cannot be decoded."""
    if vr in BULK or value is None:
        return ""
    if isinstance(value, bytes):
        text = value[:LONGEST].decode("latin-1").strip(" \0")
        return text if text.isprintable() else ""
    try:
        many = not isinstance(value, str) and hasattr(value, "__iter__") and vr != "PN"
        text = "\\".join(map(str, value)) if many else str(value)  # type: ignore[call-overload]
    except Exception:  # a name in a character set that its header does not state
        return ""
    return text[:LONGEST]
