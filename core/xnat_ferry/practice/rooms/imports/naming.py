"""Names of received files (wire-write 1.7, wire-read 13.9)."""

import re
from collections.abc import Callable

from pydicom.datadict import tag_for_keyword

from xnat_ferry.practice.site.records import Scan, StoredFile

Text = Callable[[int], str]
_SOP_CLASS, _SOP_UID = 0x00080016, 0x00080018
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def sent_name(path: str) -> str:
    """The last part of an entry's path, in characters that file names may have; "" where none is left."""
    return re.sub(r"[^A-Za-z0-9_.-]", "_", path.replace("\\", "/").rpartition("/")[2])


def template_name(text: Text, template: str) -> str:
    """A name by the site's template, whose variables are keywords and a hash of what the object is."""

    def value(found: re.Match[str]) -> str:
        if found[1] == "HashSOPClassUIDWithSOPInstanceUID":
            return _base_36(_java_hash(text(_SOP_CLASS) + text(_SOP_UID)))
        tag = tag_for_keyword(found[1])
        return text(tag) if tag is not None else ""

    return sent_name(re.sub(r"\$\{(\w+)\}", value, template).lstrip(".") + ".dcm")


def name_in(scan: Scan, sent: str, text: Text, template: str, *, rename: bool) -> str:
    """The name in a scan: as it was sent, unless it is unusable or another object's."""
    if rename or sent in ("", ".", ".."):
        return template_name(text, template)
    taken = named(scan, sent)
    return sent if taken is None or taken.uid == text(_SOP_UID) else template_name(text, template)


def counted_name(scan: Scan, sent: str, text: Text, template: str) -> str:
    """The session importer's way out of a clash: ``name.dcm_1``."""
    first = name = sent or template_name(text, template)
    count = 0
    while (taken := named(scan, name)) is not None and taken.uid != text(_SOP_UID):
        count += 1
        name = f"{first}_{count}"
    return name


def named(scan: Scan, name: str) -> StoredFile | None:
    """A file of that name in any of the scan's resources: names are one scan's in the prearchive."""
    return next((one.files[name] for one in scan.resources.values() if name in one.files), None)


def _java_hash(words: str) -> int:
    """A number that follows from the words alone, 32 bits as Java's string hash."""
    value = 0
    for character in words:
        value = (value * 31 + ord(character)) & 0xFFFFFFFF
    return value


def _base_36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"
