"""DICOM headers without the files they stand in (wire-read 2.12)."""

import html
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from pydicom import dcmread
from pydicom.datadict import dictionary_description, tag_for_keyword
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.tag import BaseTag, Tag

from xnat_ferry.practice.http.negotiation import TABLE, negotiate
from xnat_ferry.practice.http.replies import STANDARD, Refused, Reply
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.http.tables import Cells, table
from xnat_ferry.practice.rooms.waiting.rows import may_work_on
from xnat_ferry.practice.rules.access import readable_session
from xnat_ferry.practice.site.records import Scan, StoredFile

ROUTES = Routes()
_COLUMNS = ["tag1", "tag2", "vr", "value", "desc"]
_LABELS = ("DICOM", "secondary")
_LONGEST = 255
_MOST_FILES = 10_000
_BELOW = r"(?:/scans/(?P<scan>[^/]+)(?:/resources/DICOM/files/(?P<file>[^/]+))?)?"
_ARCHIVE = re.compile(
    rf"/archive/projects/(?P<project>[^/]+)(?:/subjects/[^/]+)?/experiments/(?P<session>[^/]+){_BELOW}"
)
_PREARCHIVE = re.compile(
    rf"/prearchive/projects/(?P<project>[^/]+)/(?P<time>[^/]+)/(?P<session>[^/]+){_BELOW}"
)
Names = dict[str, str | None]


@ROUTES.at("/data/services/dicomdump")
def dump(request: Request) -> Reply:
    """Of one file, the first that there is; ``summary`` puts the values of many together."""
    negotiate(request, *TABLE)
    source = request.get("src")
    if source is None:
        raise Refused(400, "Please set the src parameter")
    wanted = {_tag_of(field) for field in request.query.get("field", [])}
    files = _files(request, source)
    paths = (file.on_disk() for file in files if file.on_disk().exists())
    count = _MOST_FILES if request.flag("summary") else 1
    return table(
        request, _merged(_rows(path, wanted) for path in islice(paths, count)), _COLUMNS, total=False
    )


def _tag_of(field: str) -> BaseTag:
    """A keyword or eight hex digits; what follows a colon picks from a shadow header. Raises Refused."""
    name = field.partition(":")[0]
    number = tag_for_keyword(name)
    if number is None and re.fullmatch(r"[0-9A-Fa-f]{1,8}", name):
        number = int(name, 16)
    if number is None:
        raise Refused(400, f"not a valid DICOM attribute tag: {name}")
    return Tag(number)


def _files(request: Request, source: str) -> Iterator[StoredFile]:
    """The DICOM files that an address means; of an address that is none there are none. Raises Refused."""
    archived, waiting = _ARCHIVE.match(source), _PREARCHIVE.match(source)
    if archived is not None:
        return _picked(_archived(request, archived.groupdict()), archived.groupdict())
    if waiting is not None:
        return _picked(_waiting(request, waiting.groupdict()), waiting.groupdict())
    return iter(())


def _archived(request: Request, names: Names) -> dict[str, Scan]:
    try:
        return readable_session(
            request.site, request.user, names["session"] or "", names["project"] or ""
        ).scans
    except Refused:
        raise Refused(404, "Experiment or project not found") from None


def _waiting(request: Request, names: Names) -> dict[str, Scan]:
    row = request.site.waiting.get((names["project"] or "", names["time"] or "", names["session"] or ""))
    if row is None:
        raise Refused(404, STANDARD[404])
    if not may_work_on(request.site, request.user, row.project):
        raise Refused(500, STANDARD[500])
    return row.scans


def _picked(scans: dict[str, Scan], names: Names) -> Iterator[StoredFile]:
    for scan in list(scans.values()):
        for label in _LABELS:
            resource = scan.resources.get(label)
            if resource is None or names["scan"] not in (None, scan.id):
                continue
            for file in list(resource.files.values()):
                if names["file"] in (None, file.path.rpartition("/")[2]):
                    yield file


def _rows(path: Path, wanted: set[BaseTag]) -> list[Cells]:
    """Up to the pixels, with sequences one level deep. Raises Refused."""
    try:
        header = dcmread(path, stop_before_pixels=True)
    except InvalidDicomError:
        raise Refused(500, STANDARD[500]) from None
    chosen = (one for one in (*header.file_meta, *header) if not wanted or one.tag in wanted)
    return [row for element in chosen for row in _of_element(element)]


def _of_element(element: DataElement) -> Iterator[Cells]:
    if element.VR != "SQ":
        yield _row(element, "")
        return
    item: Dataset
    for item in element.value:
        yield _row(element, _written(element.tag))
        for inner in item:
            yield _row(inner, _written(element.tag))


def _row(element: DataElement, parent: str) -> Cells:
    tag = _written(element.tag)
    return {
        "tag1": parent or tag,
        "tag2": tag if parent else "",
        "vr": element.VR,
        "value": html.escape(_value(element), quote=False).replace('"', "&quot;"),
        "desc": html.escape(_name(element.tag), quote=False),
    }


def _written(tag: BaseTag) -> str:
    return f"({tag.group:04X},{tag.element:04X})"


def _value(element: DataElement) -> str:
    """Cut short; of bytes as much as can be read."""
    if element.VR == "SQ" or element.value is None:
        return ""
    if isinstance(element.value, bytes):
        return element.value[:_LONGEST].decode("latin-1")
    several = element.value if element.VM > 1 else [element.value]
    return "\\".join(map(str, several))[:_LONGEST]


def _name(tag: BaseTag) -> str:
    try:
        return dictionary_description(tag)
    except KeyError:
        return "?"


def _merged(each: Iterator[list[Cells]]) -> list[Cells]:
    """The rows of all files, one for every place in a header, its different values side by side."""
    rows: dict[tuple[object, object, int], Cells] = {}
    values: dict[tuple[object, object, int], dict[object, None]] = {}
    for one in each:
        seen: dict[tuple[object, object], int] = {}
        for row in one:
            place = (row["tag1"], row["tag2"])
            seen[place] = seen.get(place, 0) + 1
            key = (*place, seen[place])
            rows.setdefault(key, row)
            values.setdefault(key, {})[row["value"]] = None
    return [{**row, "value": ",".join(map(str, values[key]))} for key, row in rows.items()]
