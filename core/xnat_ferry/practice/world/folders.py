"""Reads any folder of DICOM into studies and series; what is not an instance is named and left out."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

import pydicom.data
from msgspec import Struct
from pydicom import dcmread

from xnat_ferry.practice.errors import PracticeError

_BUNDLED = "pydicom:"
_KEYWORDS = [
    "SOPClassUID",
    "SOPInstanceUID",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "StudyDate",
    "Modality",
    "SeriesNumber",
    "SeriesDescription",
    "InstanceNumber",
]


class Found(Struct, frozen=True, kw_only=True):
    """One instance in a folder, and what decides where it belongs."""

    path: Path
    study_uid: str
    series_uid: str
    sop_uid: str
    date: str
    modality: str
    series_number: str
    description: str


def find_studies(given: str | list[str], base: Path, tell: Callable[[str], None]) -> list[list[Found]]:
    """The instances of a folder or of named files, by study in the order of date and UID.

    ``pydicom:NAME`` is a file or folder that pydicom brings along. ``tell`` hears of every file left out.
    """
    studies: dict[str, list[Found]] = defaultdict(list)
    for path in _files([given] if isinstance(given, str) else given, base):
        found = _read(path)
        if isinstance(found, str):
            tell(f"left out {path.name}: {found}")
        else:
            studies[found.study_uid].append(found)
    if not studies:
        raise PracticeError(f"There is no DICOM instance in {given}: name a folder that holds some.")
    return sorted(studies.values(), key=lambda study: (study[0].date, study[0].study_uid))


def _files(given: Iterable[str], base: Path) -> list[Path]:
    paths: list[Path] = []
    for name in given:
        bundled = Path(pydicom.data.__file__).parent / "test_files"
        path = (
            bundled / name.removeprefix(_BUNDLED)
            if name.startswith(_BUNDLED)
            else base / Path(name).expanduser()
        )
        if path.is_dir():
            paths += sorted(inner for inner in path.rglob("*") if inner.is_file())
        elif path.is_file():
            paths.append(path)
        else:
            raise PracticeError(f"There is no file or folder {name}: mend the line 'dicom' of the world.")
    return paths


def _read(path: Path) -> Found | str:
    """The instance, or why it is none."""
    try:
        header = dcmread(path, stop_before_pixels=True, force=True, specific_tags=_KEYWORDS)
        values = {keyword: str(header.get(keyword, "") or "").strip() for keyword in _KEYWORDS}
    except Exception as error:  # pydicom raises many kinds for what is not DICOM
        return f"it cannot be read as DICOM ({type(error).__name__})"
    if not values["SOPInstanceUID"] or not values["SOPClassUID"]:
        return (
            "it is a DICOMDIR" if path.name.upper().startswith("DICOMDIR") else "it is not a DICOM instance"
        )
    if not values["StudyInstanceUID"] or not values["SeriesInstanceUID"]:
        return "it belongs to no study or series"
    return Found(
        path=path,
        study_uid=values["StudyInstanceUID"],
        series_uid=values["SeriesInstanceUID"],
        sop_uid=values["SOPInstanceUID"],
        date=values["StudyDate"],
        modality=values["Modality"] or "OT",
        series_number=values["SeriesNumber"],
        description=values["SeriesDescription"],
    )
