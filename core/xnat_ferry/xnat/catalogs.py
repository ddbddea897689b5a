"""Catalogs: one document a scan that names every instance without fetching it (wire-read 2.7)."""

from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from xnat_ferry.errors import NotAnAnswer
from xnat_ferry.model import StoredFile
from xnat_ferry.packed import Packed
from xnat_ferry.xnat.answers import count
from xnat_ferry.xnat.client import LONG_PATIENCE, XnatClient, data_path

_SIZE_FIELDS = {"size_in_bytes", "size"}


def read_catalog(client: XnatClient, session_id: str, scan: str, resource: str) -> Packed[StoredFile]:
    """The entries of one resource of a scan; raises NotFound, or NotAnAnswer for what is no catalog."""
    path = data_path("experiments", session_id, "scans", scan, "resources", resource)
    body = client.send("GET", path).content
    try:
        return parse_catalog(body, resource)
    except ValueError as error:
        raise NotAnAnswer(server=client.server, what=f"GET {path}", status=200, said=str(error)) from None


def refresh_catalogs(client: XnatClient, session_id: str) -> None:
    """Have the server take sizes and digests of an archived session's files anew (wire-write 4.7).

    Entries are neither added nor removed. Raises Forbidden without the right to edit the session.
    """
    client.send(
        "POST",
        "/data/services/refresh/catalog",
        params={"resource": f"/archive/experiments/{session_id}", "options": "checksum,populateStats"},
        timeout=LONG_PATIENCE,
    )


def parse_catalog(body: bytes, resource: str = "") -> Packed[StoredFile]:
    """The entries of a catalog document, all of one resource; raises ValueError for anything else."""
    entries = _Entries(resource)
    parser = DefusedXMLParser(target=entries)
    try:
        parser.feed(body)
        parser.close()
    except (ParseError, DefusedXmlException, LookupError, ValueError):
        raise ValueError("a document that is not readable XML") from None
    if entries.kind not in {"Catalog", "DCMCatalog"}:
        raise ValueError(f"an XML document of another kind ({entries.kind[:40]})")
    return entries.found


class _Entries:
    """Takes the entries as a parser comes by them: as a tree they would take two kilobytes each."""

    def __init__(self, resource: str) -> None:
        self.kind = ""
        """The name of the outermost element."""
        self.found = Packed(StoredFile)
        self._resource = resource
        self._entry: dict[str, str] = {}
        self._size: str | None = None
        self._in_size = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = _plain(tag)
        self.kind = self.kind or name
        if name == "entry":
            self._entry, self._size = attributes, None
        elif name == "metaField" and self._size is None:
            self._in_size = attributes.get("name", "").lower() in _SIZE_FIELDS
            self._size = "" if self._in_size else None

    def data(self, text: str) -> None:
        if self._in_size:
            self._size = (self._size or "") + text

    def end(self, tag: str) -> None:
        self._in_size = False
        if _plain(tag) == "entry":
            self.found.append(_stored(self._entry, self._size or "", self._resource))

    def close(self) -> None:
        """There is no tree to be given."""


def _stored(entry: dict[str, str], size: str, resource: str) -> StoredFile:
    path = entry.get("URI") or entry.get("ID") or ""
    return StoredFile(
        name=path.rpartition("/")[2],
        path=path,
        uid=entry.get("UID", ""),
        size=count(size.strip()),
        digest=entry.get("digest", "").lower(),
        resource=resource,
    )


def _plain(tag: str) -> str:
    return tag.rpartition("}")[2]
