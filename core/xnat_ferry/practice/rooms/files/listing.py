"""Tables of files (wire-read 2.8)."""

from collections.abc import Callable, Iterable

from xnat_ferry.practice.http.replies import Reply
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.tables import Cells, table
from xnat_ferry.practice.rules.places import Held
from xnat_ferry.practice.site.records import StoredFile
from xnat_ferry.practice.site.site import Site

_LOCATORS = {"absolutepath": "absolutePath", "projectpath": "projectPath"}
BaseOf = Callable[[Held], str]
Found = Iterable[tuple[Held, StoredFile]]


def accepted(request: Request) -> Callable[[StoredFile], bool]:
    """The filters on an entry's own format and content, which say nothing of the resource's.

    ``file_content=NULL`` means entries without one; ``file_format=NULL`` means no entry at all.
    """
    formats = request.query.get("file_format", [])
    contents = request.query.get("file_content", [])

    def fits(file: StoredFile) -> bool:
        if formats and (not file.format or file.format not in formats):
            return False
        return not contents or (file.content or "NULL") in contents

    return fits


def list_files(request: Request, found: Found, base_of: BaseOf) -> Reply:
    """The rows, without a total; a locator shows where the files lie instead of their address."""
    locator = _LOCATORS.get((request.get("locator") or "").lower(), "URI")
    columns = ["Name", "Size", locator, "collection", "file_tags", "file_format", "file_content"]
    columns += ["cat_ID", "digest"]
    rows: list[Cells] = [
        {
            "Name": file.path.rpartition("/")[2],
            "Size": file.size,
            locator: _located(request.site, held, file, locator, base_of),
            "collection": held.resource.label,
            "file_tags": file.tags,
            "file_format": file.format,
            "file_content": file.content,
            "cat_ID": held.resource.id,
            "digest": file.digest,
        }
        for held, file in found
    ]
    return files_table(request, rows, columns)


def files_table(request: Request, rows: list[Cells], columns: list[str]) -> Reply:
    described = [{"key": "URI", "serverRoot": ""}]
    return table(request, rows, columns, title="Files", total=False, described=described)


def _located(site: Site, held: Held, file: StoredFile, locator: str, base_of: BaseOf) -> str:
    if locator == "URI":
        return address_of(held, file, base_of)
    path = file.place
    if locator == "projectPath":
        path = path.relative_to(site.data / "archive" / held.place.project)
    return path.as_posix()


def address_of(held: Held, file: StoredFile, base_of: BaseOf) -> str:
    """A file's address, not percent-encoded, with the number of its resource."""
    return f"{base_of(held)}/resources/{held.resource.id}/files/{file.path}"
