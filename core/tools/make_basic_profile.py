"""Writes ``xnat_ferry/dicom/basic_profile.py`` anew: ``python core/tools/make_basic_profile.py``.

The actions come from dicom-anonymizer's transcription of PS3.15 Table E.1-1, VRs and keywords from pydicom's
dictionary, and from the transcription's remarks where pydicom does not know an attribute yet. Both packages
are in the extra ``generate``.
"""

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from dicomanonymizer.dicom_anonymization_databases import dicomfields_2026c
from pydicom.datadict import dictionary_VR, keyword_for_tag

EDITION = "2026c"
TARGET = Path(__file__).parents[1] / "xnat_ferry" / "dicom" / "basic_profile.py"

ACTIONS = {
    "D_TAGS": "D",
    "Z_TAGS": "Z",
    "X_TAGS": "X",
    "U_TAGS": "U",
    "Z_D_TAGS": "Z/D",
    "X_Z_TAGS": "X/Z",
    "X_D_TAGS": "X/D",
    "X_Z_D_TAGS": "X/Z/D",
    "X_Z_U_STAR_TAGS": "X/Z/U*",
}
"""The lists of the transcription and the action codes that they stand for."""

HEAD = '''"""The Basic Application Level Confidentiality Profile of PS3.15 {edition}, Table E.1-1, as data.

Made by ``core/tools/make_basic_profile.py``; not to be edited. The actions were taken from dicom-anonymizer's
transcription of the table, which is

{notice}
"""

EDITION = "{edition}"
"""The edition of PS3.15."""

MASKS = (
{masks})
"""Repeating groups: a tag belongs to one if ``tag & mask == value``; then the action, VR and keyword."""

TABLE = """\\
{rows}"""
"""One attribute a line: tag, action, VR (``-`` where it is not known), keyword."""
'''


def module_text() -> str:
    """The whole generated module."""
    rows = "".join(f"{tag:08X} {action} {vr} {keyword}\n" for tag, action, vr, keyword in exact_rows())
    masks = "".join(
        f'    (0x{mask:08X}, 0x{value:08X}, "{action}", "{vr}", "{keyword}"),\n'
        for mask, value, action, vr, keyword in sorted(mask_rows())
    )
    return HEAD.format(edition=EDITION, notice=notice(), masks=masks, rows=rows)


def exact_rows() -> Iterator[tuple[int, str, str, str]]:
    """Tag, action, VR, keyword of the attributes with one tag, by tag."""
    remarks = remarks_of(dicomfields_2026c)
    actions = {
        parts[0] << 16 | parts[1]: action
        for name, action in ACTIONS.items()
        for parts in getattr(dicomfields_2026c, name)
        if len(parts) == 2
    }
    for tag, action in sorted(actions.items()):
        keyword = keyword_for_tag(tag)
        yield tag, action, dictionary_VR(tag) if keyword else "-", keyword or remarks[tag]


def mask_rows() -> Iterator[tuple[int, int, str, str, str]]:
    """Mask, value, action, VR and keyword of the attributes of repeating groups."""
    known = {
        0x50000000: ("-", "CurveData"),
        0x60003000: ("OB", "OverlayData"),
        0x60004000: ("LT", "OverlayComments"),
    }
    for name, action in ACTIONS.items():
        for parts in getattr(dicomfields_2026c, name):
            if len(parts) == 4:
                group, element, group_mask, element_mask = parts
                value = group << 16 | element
                yield group_mask << 16 | element_mask, value, action, *known[value]


def remarks_of(module: ModuleType) -> dict[int, str]:
    """The attributes' names in the transcription, made keywords."""
    found = re.findall(r"\(0x(\w{4}), 0x(\w{4})\),  # (.+)", inspect.getsource(module))
    return {int(group + element, 16): re.sub(r"\W", "", name) for group, element, name in found}


def notice() -> str:
    """The licence under which the transcription came, to be kept with it."""
    from importlib.metadata import files

    (licence,) = (file for file in files("dicom-anonymizer") or () if file.name == "LICENSE")
    return re.sub(r"[ \t]+$", "", licence.read_text().strip(), flags=re.MULTILINE)


if __name__ == "__main__":
    TARGET.write_text(module_text(), "utf-8")
    sys.stdout.write(f"{TARGET}\n")
