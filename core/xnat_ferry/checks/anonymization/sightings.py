"""Attributes that were seen in the headers of a session, each once, with what becomes of it on the way."""

from collections.abc import Iterable
from functools import lru_cache

from msgspec import Struct

from xnat_ferry.checks.anonymization.identifying import shown
from xnat_ferry.checks.anonymization.rewriting import Outcome, Rewriting
from xnat_ferry.checks.phrases import scans as scans_named
from xnat_ferry.dicom.header import HeaderElement
from xnat_ferry.dicom.profile import attribute_of
from xnat_ferry.settings.redact import plain


class Sighting(Struct, frozen=True):
    """One attribute of a session, with what becomes of it."""

    name: str
    """``PatientName (0010,0010)``."""
    keyword: str
    value: str
    """Masked."""
    outcome: Outcome
    words: str
    """What becomes of it."""
    scans: list[str]

    @property
    def brief(self) -> str:
        """``PatientName (DO…)``, for a sentence."""
        return f"{self.keyword} ({self.value})"

    @property
    def told(self) -> str:
        """``DO… remains; scans 1, 2``, for the evidence."""
        return f"{self.value} {self.words}; {scans_named(self.scans)}"


def sightings_of(rewriting: Rewriting, found: Iterable[tuple[str, HeaderElement]]) -> list[Sighting]:
    """Attributes that were found, by scan, each once with all scans in which it was."""
    seen: dict[str, Sighting] = {}
    for scan, element in found:
        keyword, name = _names(element.tag, element.within, element.creator)
        if name not in seen:
            outcome, words = rewriting.of(element)
            seen[name] = Sighting(name, keyword, shown(element.value), outcome, words, [])
        if scan not in seen[name].scans:
            seen[name].scans.append(scan)
    return list(seen.values())


@lru_cache(maxsize=10_000)
def _names(tag: int, within: tuple[int, ...], creator: str) -> tuple[str, str]:
    """A keyword and a full name of an element, both fit for showing."""
    number = f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
    attribute = attribute_of(tag)
    keyword = attribute.keyword if attribute else number
    name = f"{keyword} {number}" if attribute else number
    if creator:
        name += f" of {plain(creator, 64)}"
    if within:
        around = attribute_of(within[0])
        outermost = f"({within[0] >> 16:04X},{within[0] & 0xFFFF:04X})"
        name += f" in {around.keyword if around else outermost}"
    return keyword, name
