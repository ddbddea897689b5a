"""Catalogs: one document a scan that names every instance without fetching it (wire-read 2.7)."""

from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from msgspec.structs import replace

from xnat_ferry.errors import NotAnAnswer
from xnat_ferry.model import StoredFile
from xnat_ferry.xnat.answers import count
from xnat_ferry.xnat.client import LONG_PATIENCE, XnatClient, data_path

_SIZE_FIELDS = {"size_in_bytes", "size"}


def read_catalog(client: XnatClient, session_id: str, scan: str, resource: str) -> tuple[StoredFile, ...]:
    """The entries of one resource of a scan; raises NotFound, or NotAnAnswer for what is no catalog."""
    path = data_path("experiments", session_id, "scans", scan, "resources", resource)
    body = client.send("GET", path).content
    try:
        return tuple(replace(entry, resource=resource) for entry in parse_catalog(body))
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


def parse_catalog(body: bytes) -> tuple[StoredFile, ...]:
    """The entries of a catalog document; raises ValueError for anything else."""
    try:
        root = fromstring(body)
    except (ParseError, DefusedXmlException, LookupError, ValueError):
        raise ValueError("a document that is not readable XML") from None
    if _plain(root) not in {"Catalog", "DCMCatalog"}:
        raise ValueError(f"an XML document of another kind ({_plain(root)[:40]})")
    return tuple(_entry(element) for element in root.iter() if _plain(element) == "entry")


def _entry(element: Element) -> StoredFile:
    size = next(
        (
            field.text
            for field in element.iter()
            if _plain(field) == "metaField" and (field.get("name") or "").lower() in _SIZE_FIELDS
        ),
        None,
    )
    path = element.get("URI") or element.get("ID") or ""
    return StoredFile(
        name=path.rpartition("/")[2],
        path=path,
        uid=element.get("UID", ""),
        size=count((size or "").strip()),
        digest=element.get("digest", "").lower(),
    )


def _plain(element: Element) -> str:
    return element.tag.rpartition("}")[2]
