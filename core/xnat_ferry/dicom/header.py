"""What is kept of a DICOM header for judging it: its elements as text, shortened, without the pixels.

A header may name a patient. Nothing here goes into a plan, a journal, a record or a log.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from pydicom import Dataset


class HeaderElement(Struct, frozen=True):
    """One element of a DICOM header; the value is text, shortened, for judging and showing only."""

    tag: int
    """``0x00100010`` for (0010,0010)."""
    vr: str
    value: str
    within: tuple[int, ...] = ()
    """The sequences around it, outermost first."""
    creator: str = ""
    """The private creator's name, for an element of an odd group."""


class HeaderSample(Struct, frozen=True, kw_only=True):
    """The header of one file of a scan. What it says may name a patient: it goes into no file of ours."""

    scan: str
    elements: tuple[HeaderElement, ...] = ()
    problem: str = ""
    """Why it could not be read."""

    def value(self, tag: int) -> str:
        """The value of an element outside any sequence; "" when absent or empty."""
        return next((one.value for one in self.elements if one.tag == tag and not one.within), "")


LONGEST = 200
"""Characters that are kept of a value."""


def sample_of(scan: str, header: "Dataset") -> HeaderSample:
    """The elements of a header as text; bulk data are left out."""
    return HeaderSample(scan=scan, elements=tuple(_elements(header, ())))


_BULK = {"OB", "OD", "OF", "OL", "OV", "OW", "UN"}


def _elements(dataset: "Dataset", within: tuple[int, ...]) -> Iterator[HeaderElement]:
    for element in dataset:
        tag = int(element.tag)
        if element.VR == "SQ":
            for item in element.value:
                yield from _elements(item, (*within, tag))
        elif element.VR not in _BULK:
            creator = str(getattr(element, "private_creator", None) or "")
            value = "\\".join(map(str, element.value)) if element.VM > 1 else str(element.value or "")
            yield HeaderElement(tag, element.VR, value[:LONGEST], within, creator)
