"""Reads and writes values of subjects, sessions and scans (wire-read 2.6, 4.5, wire-write 4).

What a server says of a refused value may quote it, so its words are not passed on.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from xnat_ferry.errors import NotFound, ServerAnswer, ValuesRefused
from xnat_ferry.xnat import answers
from xnat_ferry.xnat.client import XnatClient
from xnat_ferry.xnat.resources import of_scan, of_session

LONGEST_ADDRESS = 6000
"""Bytes of parameters in one request; Tomcat refuses 8 KB, request line included."""


def read_subject(client: XnatClient, address: str) -> dict[str, Any]:
    """A subject's item, at its address."""
    return client.item(address)


def read_session_item(client: XnatClient, session_id: str) -> dict[str, Any]:
    """A session's item with its scans."""
    return client.item(of_session(session_id))


def xsi_type(item: Mapping[str, Any]) -> str:
    """``xnat:mrSessionData``."""
    return str(item.get("meta", {}).get("xsi:type", ""))


def write_subject(client: XnatClient, address: str, values: Mapping[str, str]) -> None:
    """Set values of a subject at its address, by their paths below ``xnat:subjectData``."""
    _write(client, address, "xnat:subjectData", values)


def write_session(client: XnatClient, session_id: str, kind: str, values: Mapping[str, str]) -> None:
    """Set values of a session of a type; never its label, which would rename it (wire-write 4.2)."""
    _write(client, of_session(session_id), kind, values)


def write_scan(client: XnatClient, session_id: str, scan: str, kind: str, values: Mapping[str, str]) -> None:
    """Set values of a scan of a type."""
    _write(client, of_scan(session_id, scan), kind, values)


def read_custom_fields(client: XnatClient, place: str) -> dict[str, Any]:
    """The custom fields at an address of ``resources``; none where the server knows none (wire-read 4.5)."""
    path = _custom(place)
    try:
        response = client.send("GET", path)
        found = answers.json_value(client.server, f"GET {path}", response)
    except NotFound:
        return {}
    return dict(found) if isinstance(found, dict) else {}


def write_custom_fields(client: XnatClient, place: str, values: Mapping[str, Any]) -> None:
    """Merge some into those that are there."""
    body = msgspec.json.encode(values)
    headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    try:
        client.send(
            "PUT",
            _custom(place),
            headers=headers,
            body=lambda: iter([body]),
            accept=(200, 201),
            harmless=True,
        )
    except ServerAnswer as error:
        raise _without_words(client, error) from None


def _custom(place: str) -> str:
    return place.replace("/data/", "/xapi/custom-fields/", 1) + "/fields"


def _write(client: XnatClient, address: str, kind: str, values: Mapping[str, str]) -> None:
    for some in _portions(kind, values):
        try:
            client.send(
                "PUT", address, params=some | {"event_reason": "xnat-ferry"}, accept=(200, 201), harmless=True
            )
        except ServerAnswer as error:
            raise _without_words(client, error) from None


def _portions(kind: str, values: Mapping[str, str]) -> Iterable[dict[str, str]]:
    """The values as parameters, as many a request as fit in an address."""
    portion: dict[str, str] = {}
    length = 0
    for path, value in values.items():
        size = 3 * len(path.encode() + value.encode())
        if portion and length + size > LONGEST_ADDRESS:
            yield portion
            portion, length = {}, 0
        portion[f"{kind}/{path}"] = value
        length += size
    if portion:
        yield portion


def _without_words(client: XnatClient, error: ServerAnswer) -> ServerAnswer:
    """The same refusal; its words may hold a value. One that may pass stays what it is."""
    status = error.facts.get("status", "")
    if error.retry == error.retry.NEVER:
        return ValuesRefused(server=client.server, what=error.facts.get("what", ""), status=status, said="")
    return type(error)(**(error.facts | {"said": "its words are not repeated here"}))
