"""A copy of a DICOM file that a receiver will route to a session: one element is another one."""

from typing import TYPE_CHECKING, BinaryIO

from xnat_ferry.dicom.opening import open_dicom
from xnat_ferry.dicom.routing import STUDY_DESCRIPTION

if TYPE_CHECKING:
    from pydicom import Dataset

LONGEST = 64
"""Characters of an element of VR LO (PS3.5 6.2)."""


def routing_string(project: str, subject: str, session: str) -> str:
    """What guides for DICOM receivers have in StudyDescription: ``xnat://project/subject/session``."""
    return f"xnat://{project}/{subject}/{session}"


def read_routed(file: BinaryIO, address: str) -> "Dataset":
    """The data set of a file with ``address`` as its StudyDescription, in the encoding that it has.

    What is not touched stays as it is encoded, pixels too; all of it is held in memory. Raises whatever
    pydicom does for a file that is none.
    """
    file.seek(0)
    dataset = open_dicom(file)
    dataset.add_new(STUDY_DESCRIPTION, "LO", address)
    return dataset
