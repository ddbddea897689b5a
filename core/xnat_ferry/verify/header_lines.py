"""The headers of one file at both sides, line by line; for the eyes of whoever asked, never for a file."""

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct

from xnat_ferry.dicom.header_lines import HeaderLine, read_lines
from xnat_ferry.errors import NotFound
from xnat_ferry.model import DICOM_RESOURCES, FileRow, Instance
from xnat_ferry.verify.observe import observe_session
from xnat_ferry.verify.observed import place_of
from xnat_ferry.xnat.client import XnatClient
from xnat_ferry.xnat.headers import read_header


class Beside(Struct, frozen=True, kw_only=True):
    """One element at both sides; None where that side has none."""

    sent: HeaderLine | None
    there: HeaderLine | None

    @property
    def line(self) -> HeaderLine:
        """The element itself, from the side that has it."""
        found = self.sent or self.there
        assert found is not None
        return found

    @property
    def differs(self) -> bool:
        """Whether one side lacks it, or its value is another one."""
        return self.sent is None or self.there is None or self.sent.value != self.there.value

    @property
    def identifying(self) -> bool:
        """Whether either value may tell who somebody is."""
        return any(one is not None and one.identifying for one in (self.sent, self.there))


def lay_beside(sent: Iterable[HeaderLine], there: Iterable[HeaderLine]) -> tuple[Beside, ...]:
    """Both headers in the order of their tags; what repeats within sequences is paired in its order."""
    left, right = _placed(sent), _placed(there)
    return tuple(Beside(sent=left.get(key), there=right.get(key)) for key in sorted({*left, *right}))


_Key = tuple[tuple[int, int], ...]


def _placed(lines: Iterable[HeaderLine]) -> dict[_Key, HeaderLine]:
    """Lines by the tags around them, each with how often it came before in the same place."""
    found: dict[_Key, HeaderLine] = {}
    around: list[tuple[int, int]] = []
    seen: Counter[_Key] = Counter()
    for line in lines:
        del around[line.depth :]
        place = (*around, (line.tag, 0))
        key = (*around, (line.tag, seen[place]))
        seen[place] += 1
        found[key] = line
        around.append(key[-1])
    return found


def read_sent(client: XnatClient, session_id: str, one: Instance) -> tuple[HeaderLine, ...]:
    """The header of a file as the source has it now; raises a ServerAnswer."""
    for resource in DICOM_RESOURCES:
        try:
            return _read(client, session_id, one.scan, resource, one.path)
        except NotFound:
            continue
    raise NotFound(server=client.server, what=one.name)


def read_there(client: XnatClient, session_id: str, one: Instance) -> tuple[HeaderLine, ...]:
    """The header of the same instance in an archived session, wherever it lies; raises a ServerAnswer."""
    for scan in observe_session(client, session_id).scans:
        for file in scan.files or ():
            if (file.uid and file.uid == one.sop_uid) or (not file.uid and file.name == one.name):
                return _read(client, session_id, *place_of(scan, file))
    raise NotFound(server=client.server, what=one.name)


def _read(client: XnatClient, session_id: str, scan: str, resource: str, path: str) -> tuple[HeaderLine, ...]:
    row = FileRow(scan=scan, resource=resource, path=path, size=None, digest="")
    return read_lines(read_header(client, session_id, row))
