"""What the Basic Profile of PS3.15 would not leave in a header, and what hints at text in the pixels."""

from collections.abc import Iterator

from xnat_ferry.checks.anonymization.identifying import OTHER_IDS, Known, is_blank
from xnat_ferry.dicom.header import HeaderElement, HeaderSample
from xnat_ferry.dicom.profile import BASIC_PROFILE, CLEAN_PIXELS, STATED_BY, Option, attribute_of, option_of

GROUPS: dict[Option | None, str] = {
    None: "identifiers",
    Option.DATES: "dates",
    Option.PATIENT: "patient characteristics",
    Option.INSTITUTION: "institution",
    Option.DEVICE: "device",
    Option.DESCRIPTORS: "descriptions",
}
"""The attributes of the profile by the option that would let them be; the first no option does."""

_METHOD_CODES, _CODE_VALUE = 0x00120064, 0x00080100
_IDENTITY_REMOVED, _DATES_MODIFIED = 0x00120062, 0x00280303
_SHORT = 3


def codes_of(sample: HeaderSample) -> frozenset[str]:
    """The codes by which a header states how it was de-identified (PS3.16 CID 7050)."""
    return frozenset(
        one.value for one in sample.elements if one.tag == _CODE_VALUE and one.within == (_METHOD_CODES,)
    )


def stated(sample: HeaderSample) -> frozenset[Option]:
    """The options that a header says were taken."""
    options = {STATED_BY[code] for code in codes_of(sample) if code in STATED_BY}
    if sample.value(_DATES_MODIFIED) in ("UNMODIFIED", "MODIFIED"):
        options.add(Option.DATES)
    return frozenset(options)


def deviations(
    sample: HeaderSample, keep: frozenset[Option], known: Known
) -> Iterator[tuple[Option | None, HeaderElement]]:
    """The elements that the profile removes or replaces and that no option taken lets be.

    UIDs are not among them: XNAT keeps them, and the proof of a transfer needs them. Where a header states
    that the profile was applied, a value where the profile allows a dummy is taken for one.
    """
    allowed = keep | stated(sample)
    applied = BASIC_PROFILE in codes_of(sample) or sample.value(_IDENTITY_REMOVED) == "YES"
    for element in sample.elements:
        attribute = attribute_of(element.tag)
        if attribute is None or attribute.vr == "UI" or is_blank(element.value):
            continue
        option = option_of(element.tag)
        if option in allowed or known.same(element.value) or (applied and attribute.may_stay_filled):
            continue
        if option is not None or (len(element.value) > _SHORT and OTHER_IDS not in element.within):
            yield option, element


def private_elements(sample: HeaderSample, keep: frozenset[Option]) -> Iterator[HeaderElement]:
    """The private elements of a header, unless they are said to be safe (PS3.15 E.3.10)."""
    if Option.PRIVATE not in keep | stated(sample):
        yield from (element for element in sample.elements if element.private)


_IMAGE_TYPE, _SOP_CLASS, _BURNED_IN, _FACE = 0x00080008, 0x00080016, 0x00280301, 0x00280302
_OVERLAY_MASK, _OVERLAY = 0xFF00FFFF, 0x60003000
_STORAGE = "1.2.840.10008.5.1.4.1.1."
_DOCUMENTS = {"104.": "an encapsulated document", "88.": "a structured report"}
_SCREENS = {"7.": "a secondary capture", "6.": "ultrasound", "3.": "ultrasound"}


def text_in_pixels(sample: HeaderSample) -> Iterator[str]:
    """Why the pixels may show text or a face, in a few words each (PS3.15 E.3.1, E.3.2)."""
    if sample.value(_BURNED_IN) == "YES":
        yield "BurnedInAnnotation is YES"
    elif sample.value(_BURNED_IN) != "NO" and CLEAN_PIXELS not in codes_of(sample):
        yield from _likely_screens(sample)
    if kind := _kind_of(sample, _DOCUMENTS):
        yield f"it is {kind}"
    if sample.value(_FACE) == "YES":
        yield "RecognizableVisualFeatures is YES"
    if any(element.tag & _OVERLAY_MASK == _OVERLAY for element in sample.elements):
        yield "it has overlays"


def _likely_screens(sample: HeaderSample) -> Iterator[str]:
    if kind := _kind_of(sample, _SCREENS):
        yield f"it is {kind}"
    words = sample.value(_IMAGE_TYPE).upper().split("\\")
    screen = "SECONDARY" in words and any("SCREEN" in word for word in words)
    if screen or any("REPORT" in word or "DOSE" in word for word in words):
        yield "its ImageType is that of a screen or a report"


def _kind_of(sample: HeaderSample, kinds: dict[str, str]) -> str:
    """What a SOP class is (PS3.4 B.5), by the beginning of what follows the UIDs of all storage classes."""
    sop_class = sample.value(_SOP_CLASS)
    ending = sop_class.removeprefix(_STORAGE) + "."
    if ending == sop_class + ".":
        return ""
    return next((words for beginning, words in kinds.items() if ending.startswith(beginning)), "")
