"""Assessors: read, and made anew under another session as far as a server takes them (wire-write 4.2).

A document names what only means something where it was made: accession IDs, the session, where its files lie,
with whom it is shared. None of that is sent.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import Element, ParseError, register_namespace, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from xnat_ferry.errors import Forbidden, LoginLapsed, NotAnAnswer, NotFound, ServerAnswer
from xnat_ferry.xnat import answers
from xnat_ferry.xnat.client import XnatClient, data_path
from xnat_ferry.xnat.resources import of_session

_REASON = {"event_reason": "xnat-ferry"}
_OWN = frozenset({"ID", "id", "label", "project", "imageSession_ID", "image_session_ID"})
_ELSEWHERE = frozenset({"sharing", "out", "in", "resources", "imageSession_ID", "file"})
"""Elements that say where something is, not what it is."""
_NOT_TAKEN = (NotFound, Forbidden, LoginLapsed)


def read_document(client: XnatClient, assessor_id: str) -> bytes:
    """Its XML without what only holds where it was made; raises a ServerAnswer."""
    path = data_path("experiments", assessor_id)
    response = client.send("GET", path, params={"format": "xml"})
    try:
        root = _parsed(response.content)
    except (ParseError, DefusedXmlException, LookupError, ValueError):
        raise answers.not_an_answer(client.server, f"GET {path}", response) from None
    for name in _OWN & root.attrib.keys():
        del root.attrib[name]
    for child in [one for one in root if _local(one) in _ELSEWHERE]:
        root.remove(child)
    document: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def make(client: XnatClient, session_id: str, label: str, xsi_type: str, document: bytes) -> bool:
    """Make one under a session; whether the server took its document, or knows it by label and type alone.

    Raises a ServerAnswer where it takes neither.
    """
    path = f"{of_session(session_id)}/assessors/{_quoted(label)}"
    headers = {"Content-Type": "text/xml", "Content-Length": str(len(document))}
    try:
        client.send(
            "PUT", path, params=_REASON, headers=headers, body=lambda: iter([document]), accept=(200, 201)
        )
    except _NOT_TAKEN:
        raise
    except ServerAnswer:
        client.send("PUT", path, params={"xsiType": xsi_type, **_REASON}, accept=(200, 201))
        return False
    return True


def read_fields(client: XnatClient, assessor_id: str) -> dict[str, str]:
    """What it says of itself, by path; what only holds where it was made is not in it."""
    path = data_path("experiments", assessor_id)
    found = client.item(path)
    if found["data_fields"].get("ID") != assessor_id:
        raise NotAnAnswer(server=client.server, what=f"GET {path}", status=200, said="another object")
    return dict(_fields(found, ""))


def _fields(item: Mapping[str, Any], above: str) -> Iterator[tuple[str, str]]:
    for name, value in item.get("data_fields", {}).items():
        if name not in _OWN and not name.startswith("xnat_") and value not in (None, ""):
            yield f"{above}{name}", str(value)
    for child in item.get("children", []):
        field = str(child.get("field", ""))
        if field.partition("/")[0] in _ELSEWHERE:
            continue
        for number, one in enumerate(child.get("items", [])):
            yield from _fields(one, f"{above}{field}[{number}]/")


def _parsed(content: bytes) -> Element:
    """With the document's own prefixes, as servers read them."""
    root: Element | None = None
    for event, found in iterparse(BytesIO(content), events=("start", "start-ns")):
        if event == "start-ns":
            with suppress(ValueError):  # one that is not for others to use: it gets another
                register_namespace(*found)
        elif root is None:
            root = found
    if root is None:
        raise ValueError("no element")
    return root


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _quoted(label: str) -> str:
    return data_path(label).removeprefix("/data/")
