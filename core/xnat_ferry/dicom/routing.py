"""Where a header says that it belongs: what DICOM receivers read to find project, subject and session."""

import re
from collections.abc import Iterator

from msgspec import Struct

from xnat_ferry.dicom.header import HeaderSample

STUDY_DESCRIPTION = 0x00081030
COMMENTS = (0x00104000, 0x00324000, 0x001021B0)
"""PatientComments, StudyComments and AdditionalPatientHistory, in XNAT's order (wire-write 1.9)."""


class Routing(Struct, frozen=True):
    """What one element of a header asks for; "" where it says nothing about that."""

    tag: int
    project: str = ""
    subject: str = ""
    session: str = ""


def routing_of(sample: HeaderSample) -> tuple[Routing, ...]:
    """The strings that were written to route a file.

    ``xnat://project/subject/session`` in StudyDescription, as guides for DICOM receivers have it, and XNAT's
    own ``Project:P Subject:S Session:L`` in the comments (wire-write 1.9).
    """
    return tuple(_written(sample))


_ADDRESS = re.compile(r"xnat://([^/\s]+)(?:/([^/\s]+))?(?:/([^/\s]+))?", re.IGNORECASE)
_KEYWORD = re.compile(r"(?:^|[\s,;])(project|subject|session):([\w-]+)", re.IGNORECASE | re.ASCII)


def _written(sample: HeaderSample) -> Iterator[Routing]:
    address = _ADDRESS.search(sample.value(STUDY_DESCRIPTION))
    if address:
        yield Routing(STUDY_DESCRIPTION, *(part or "" for part in address.groups()))
    for tag in COMMENTS:
        # the first of each keyword counts
        said = {word.lower(): value for word, value in reversed(_KEYWORD.findall(sample.value(tag)))}
        if said:
            yield Routing(tag, said.get("project", ""), said.get("subject", ""), said.get("session", ""))
