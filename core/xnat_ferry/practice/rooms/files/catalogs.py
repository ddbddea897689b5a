"""A resource's catalog as XML, shaped as real ones are (wire-read 2.7)."""

from xnat_ferry.practice.http.xml_text import escape, quoteattr
from xnat_ferry.practice.rules.places import Held
from xnat_ferry.practice.site.records import DICOM, StoredFile

NAMESPACES = 'xmlns:cat="http://nrg.wustl.edu/catalog" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'


def catalog_of(held: Held, root: str = "") -> str:
    """The document; ``root`` is put in front of every entry's URI."""
    dicom = held.place.scan is not None and held.resource.label == DICOM
    name, uid = "Catalog", ""
    if dicom and held.place.scan is not None:
        name, uid = "DCMCatalog", f" UID={quoteattr(held.place.scan.uid)}"
    entries = "".join(_entry(file, root, dicom) for file in list(held.resource.files.values()))
    return f"<cat:{name}{uid} {NAMESPACES}>\n<cat:entries>\n{entries}</cat:entries>\n</cat:{name}>\n"


def _entry(file: StoredFile, root: str, dicom: bool) -> str:
    attributes = {
        "ID": file.path,
        "UID": file.uid if dicom else "",
        "URI": root + file.path,
        "content": file.content,
        "createdBy": file.created_by,
        "createdTime": file.created.replace(" ", "T"),
        "description": file.description,
        "digest": file.digest,
        "format": file.format,
        "instanceNumber": file.instance_number if dicom else "",
        "name": file.path.rpartition("/")[2],
        "xsi:type": "cat:dcmEntry" if dicom and file.uid else "",
    }
    written = " ".join(f"{name}={quoteattr(value)}" for name, value in attributes.items() if value)
    size = f'<cat:metaField name="{"size_in_bytes" if dicom else "SIZE"}">{file.size}</cat:metaField>'
    fields = f"<cat:metaFields>{size}</cat:metaFields>"
    return f"<cat:entry {written}>{fields}{_tags(file.tags)}</cat:entry>\n"


def _tags(tags: str) -> str:
    each = "".join(f"<cat:tag>{escape(tag)}</cat:tag>" for tag in tags.split(",") if tag)
    return f"<cat:tags>{each}</cat:tags>" if each else ""
