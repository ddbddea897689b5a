"""The name under which a file of this machine travels: XNAT keeps it (wire-write 1.7), and people read it."""

import re
from collections.abc import Collection, Iterator

from xnat_ferry.dicom.header import HeaderSample
from xnat_ferry.dicom.uid_name import uid_name

_LONGEST = 150
_TAKEN_OUT = ("files", "resources")
"""What XNAT takes out of a path wherever a part begins with it (wire-read 2.10)."""
_PATIENT_NAME, _PATIENT_ID = 0x00100010, 0x00100020
_FEWEST_LETTERS, _FEWEST_DIGITS = 3, 5


def travelling_name(path: str, sop_uid: str, taken: set[str], telling: Collection[str]) -> str:
    """A file's last part as XNAT stores it, and ``taken`` from then on.

    By its own UID where that name is another file's, or holds one of the ``telling`` words: scripts change
    headers, and no name of a file.
    """
    own = path.rpartition("/")[2]
    name = re.sub(r"[^\w.-]", "_", own, flags=re.ASCII)[-_LONGEST:].lstrip(".")
    if not name or name.casefold() in taken or name.startswith(_TAKEN_OUT) or tells(own, telling):
        name = uid_name(sop_uid, lambda one: one.casefold() in taken)
    taken.add(name.casefold())
    return name


def telling_words(sample: HeaderSample) -> Iterator[str]:
    """What of PatientName and PatientID may stand in a file's name, without case and punctuation."""
    for word in re.findall(r"[^\W\d_]+", sample.value(_PATIENT_NAME).casefold()):
        if len(word) >= _FEWEST_LETTERS:
            yield word
    number = _joined(sample.value(_PATIENT_ID))
    if sum(one.isdigit() for one in number) >= _FEWEST_DIGITS:
        yield number


def tells(text: str, words: Collection[str]) -> bool:
    """Whether one of the ``words`` stands in a text, whatever its case and punctuation."""
    joined = _joined(text) if words else ""
    return any(word in joined for word in words)


def _joined(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())
