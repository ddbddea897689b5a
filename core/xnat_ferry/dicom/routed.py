"""A copy of a DICOM file that a receiver will route to a session: one element is another one."""

from collections.abc import Mapping
from typing import IO, TYPE_CHECKING, BinaryIO

from xnat_ferry.dicom.opening import open_dicom
from xnat_ferry.dicom.routing import STUDY_DESCRIPTION

if TYPE_CHECKING:
    from pydicom import Dataset

_SYNTAX = 0x00020010
LONGEST = 64
"""Characters of an element of VR LO (PS3.5 6.2)."""


def routing_string(project: str, subject: str, session: str) -> str:
    """What guides for DICOM receivers have in StudyDescription: ``xnat://project/subject/session``."""
    return f"xnat://{project}/{subject}/{session}"


def read_routed(file: BinaryIO, address: str) -> "Dataset":
    """The data set of a file with ``address`` as its StudyDescription, in the encoding that it has.

    What is not touched stays as it is encoded, pixels too; all of it is held in memory. A file without meta
    information gets what it is sent by: its transfer syntax. Raises whatever pydicom does for a file that is
    none.
    """
    file.seek(0)
    dataset = open_dicom(file, force=True)
    dataset.add_new(STUDY_DESCRIPTION, "LO", address)
    dataset.file_meta.add_new(_SYNTAX, "UI", pair_of(dataset)[1])
    return dataset


Pair = tuple[str, str]
"""A SOP class and a transfer syntax."""


def read_pair(file: IO[bytes]) -> Pair:
    """By which pair a file is sent; raises whatever pydicom does for a file that is none."""
    return pair_of(open_dicom(file, force=True, stop_before_pixels=True, specific_tags=["SOPClassUID"]))


def pair_of(dataset: "Dataset") -> Pair:
    """The same of a data set that was read; raises KeyError where it has no SOP class.

    One that does not name its transfer syntax is not packed, so it is one of the first three (PS3.5 A).
    """
    named = dataset.file_meta.get("TransferSyntaxUID")
    return str(dataset["SOPClassUID"].value), str(named or _PLAIN[dataset.original_encoding])


_PLAIN: Mapping[tuple[bool | None, bool | None], str] = {
    (True, True): "1.2.840.10008.1.2",
    (False, True): "1.2.840.10008.1.2.1",
    (False, False): "1.2.840.10008.1.2.2",
}
"""Transfer syntaxes by whether the VRs are left out, and whether the least byte comes first."""
