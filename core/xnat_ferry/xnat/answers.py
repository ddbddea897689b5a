"""Reads what an XNAT answered and trusts no status: a 200 may be a login page, empty, or another object."""

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from xnat_ferry.errors import (
    AlreadyThere,
    Forbidden,
    LoginLapsed,
    NameTaken,
    NotAnAnswer,
    NotFound,
    NotTaken,
    OtherIdentity,
    ServerAnswer,
    ServerBusy,
    ServerFault,
    StillWorking,
    TooLarge,
    UnfitFiles,
)
from xnat_ferry.settings.redact import plain, redact
from xnat_ferry.xnat.libraries import httpx

_H3 = re.compile(r"<h3>(.*?)</h3>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_PAGE = re.compile(rb"(?:\xef\xbb\xbf|[ \t\r\n])*<(?:!doctype html|html)", re.IGNORECASE)
_LOGIN_PAGE = "xnat-templates/screens/login.vm"
_BY_STATUS: dict[int, type[ServerAnswer]] = {
    403: Forbidden,
    404: NotFound,
    413: TooLarge,
    429: ServerBusy,
    502: ServerBusy,
    503: ServerBusy,
    504: StillWorking,
}


class Meaning(NamedTuple):
    """What some words of XNAT's stand for."""

    words: str
    kind: type[ServerAnswer]
    overridable: bool = False
    """Whether archiving can be told to pass over it (wire-write 3.3)."""


MEANINGS = (
    Meaning("no way to override", NameTaken),
    Meaning("retry with overwrite enabled", AlreadyThere, overridable=True),
    Meaning("matching files", AlreadyThere, overridable=True),
    Meaning("same resources", AlreadyThere, overridable=True),
    Meaning("Duplicate DICOM file", AlreadyThere, overridable=True),
    Meaning("session UID", OtherIdentity, overridable=True),
    Meaning("same UID, but a different number", OtherIdentity, overridable=True),
    Meaning("session subject", OtherIdentity),
    Meaning("session project", OtherIdentity),
    Meaning("session label", OtherIdentity),
    Meaning("session modality", OtherIdentity),
    Meaning("(or non-parsable", UnfitFiles, overridable=True),
    Meaning("duplicated SOP", UnfitFiles, overridable=True),
    Meaning("Expected a catalog", UnfitFiles, overridable=True),
    Meaning("timeout interval", StillWorking),
    Meaning("unable to read DICOM object", NotTaken),
    Meaning("Concurrent file sends", ServerBusy),
    Meaning("already archiving", ServerBusy),
    Meaning("session in use", ServerBusy),
    Meaning("already in progress", ServerBusy),
    Meaning("already be in progress", ServerBusy),
    Meaning("document locked", ServerBusy),
    Meaning("is locked", ServerBusy),
)
"""What XNAT says, under any status, and what that is; the first that fits (wire-write 1.7, 1.10, 2.4, 3.5).

None is a single word that could be somebody's label or project.
"""
_STORED_NOTHING = {401, 403, 404, 405, 413}
"""Statuses of an upload that was turned away before its body was read: no right, no such service, too large.

A 400 is none of them: what an importer read before it remains (wire-write 1.7). Nor is what a server or a
proxy says that failed or is busy: it may have gone on.
"""
_BEFORE_THE_REASON = "Operation Failed: "
_LONGEST_WAIT = 600.0
_LONGEST_LINE = 200


def said(body: str) -> str:
    """The server's own words: the ``<h3>`` of its error page, else its plain text (wire-write 0.5)."""
    found = _H3.search(body)
    if found is None and is_html(body):
        return "an HTML page without a message"
    text = html.unescape(found.group(1) if found else _TAG.sub(" ", body))
    return plain(redact(text)) or "nothing"


def meaning(said: str) -> Meaning | None:
    """What XNAT's words stand for; None for words that nobody has written down.

    The session's own name comes before the reason, and may hold any of these words (wire-write 2.5).
    """
    reason = said.rpartition(_BEFORE_THE_REASON)[2]
    return next((one for one in MEANINGS if one.words in reason), None)


def stored_nothing(error: Exception) -> bool:
    """Whether an upload that failed like this has certainly left nothing at the server."""
    return isinstance(error, ServerAnswer) and error.facts.get("status") in _STORED_NOTHING


def is_html(body: str) -> bool:
    """Whether a body is a page for people, which is never an answer here (wire-read 1.3)."""
    start = body.lstrip("\ufeff \t\r\n")[:200].lower()
    return start.startswith(("<!doctype html", "<html"))


def is_login_page(response: httpx.Response) -> bool:
    """Whether the server wants a login: 401, its login page, or a redirect into ``/app/``."""
    if response.status_code == 401:
        return True
    if response.is_redirect:
        return "/app/" in response.headers.get("location", "")
    # the beginning first, and in bytes: most answers are no pages, and some are very long
    return bool(_PAGE.match(response.content)) and _LOGIN_PAGE in response.text.lower()


def failure(server: str, what: str, response: httpx.Response) -> ServerAnswer:
    """The error that a status which is not a success stands for."""
    status = response.status_code
    facts: dict[str, Any] = {"server": server, "status": status, "what": what, "said": said(response.text)}
    if is_login_page(response):
        return LoginLapsed(**facts)
    told = meaning(facts["said"]) if status >= 400 else None
    kind = _BY_STATUS.get(status, ServerFault if status >= 500 else ServerAnswer)
    return (told.kind if told else kind)(**facts, after=_wanted_wait(response))


def _wanted_wait(response: httpx.Response) -> float | None:
    """Seconds that the server wants to be left alone (RFC 9110 10.2.3), within reason."""
    wanted = response.headers.get("retry-after", "").strip()
    if (whole_seconds := count(wanted)) is not None:
        return min(float(whole_seconds), _LONGEST_WAIT)
    try:
        seconds = (parsedate_to_datetime(wanted) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(seconds, 0.0), _LONGEST_WAIT)


def not_an_answer(server: str, what: str, response: httpx.Response) -> NotAnAnswer:
    """The error for a success status over a body that is something else."""
    words = _kind_of(response.text) if response.content.strip() else "an empty body"
    return NotAnAnswer(server=server, what=what, status=response.status_code, said=words)


def _kind_of(body: str) -> str:
    """What came, in the server's words where these are words: data of a project may hold anybody's values."""
    start = body.lstrip()[:1]
    if start in ("{", "["):
        return "JSON that is another or damaged"
    if is_html(body) or _H3.search(body):
        return said(body)
    if start == "<":
        return "a document that is another or damaged"
    line = body.strip()
    return said(line) if line.isprintable() and len(line) <= _LONGEST_LINE else "data of some other kind"


def text(server: str, what: str, response: httpx.Response) -> str:
    """The body of a plain-text answer; HTML is refused."""
    if is_html(response.text):
        raise not_an_answer(server, what, response)
    return response.text.strip()


def json_value(server: str, what: str, response: httpx.Response) -> Any:
    """The decoded body; an empty one or a page under a JSON content type is refused (wire-read 0.5)."""
    try:
        return msgspec.json.decode(response.content)
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise not_an_answer(server, what, response) from None


class _Rows(Struct):
    Result: list[msgspec.Raw]


class _Table(Struct):
    ResultSet: _Rows


_TABLE, _ROW = msgspec.json.Decoder(_Table), msgspec.json.Decoder(dict[str, Any])


def table(server: str, what: str, response: httpx.Response) -> Iterator[dict[str, str]]:
    """The rows of a ``ResultSet``: keys in lower case, every cell a string (wire-read 0.7).

    Each is decoded when its turn comes: there may be very many, and as dicts they take ten times their room.
    """
    try:
        for row in _TABLE.decode(response.content).ResultSet.Result:
            yield {key.lower(): _cell(cell) for key, cell in _ROW.decode(row).items()}
    except (msgspec.DecodeError, ValueError, RecursionError):
        json_value(server, what, response)  # tells what it is where it is no JSON at all
        raise NotAnAnswer(server=server, what=what, status=200, said="JSON that is not a table") from None


def item(server: str, what: str, value: Any) -> dict[str, Any]:
    """The first item of an item answer: ``meta``, ``data_fields`` and ``children`` (wire-read 2.6)."""
    try:
        found = value["items"][0]
        if _is_item(found):
            return dict(found)
    except (KeyError, TypeError, IndexError, AttributeError, RecursionError):
        pass
    raise NotAnAnswer(server=server, what=what, status=200, said="JSON that is not an item")


def _is_item(found: dict[str, Any]) -> bool:
    """Whether it is one down to its last child: plain values, and items in named fields."""
    plain_values = not any(isinstance(value, dict | list) for value in found["data_fields"].values())
    return (
        plain_values
        and isinstance(found.get("meta", {}), dict)
        and all(
            isinstance(child.get("items", []), list) and all(map(_is_item, child.get("items", [])))
            for child in found.get("children", [])
        )
    )


def children(of: dict[str, Any], field: str) -> list[dict[str, Any]]:
    """The child items of one field; none when the field is absent."""
    return [
        entry
        for child in of.get("children", [])
        if child.get("field") == field
        for entry in child.get("items", [])
    ]


def count(text: str) -> int | None:
    """A number of files or bytes; None for what is none that anybody has."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def uri_list(response: httpx.Response) -> list[str]:
    """The lines of a ``text/uri-list`` without the ``/data`` in front (wire-write 1.6)."""
    lines = (line.strip() for line in response.text.splitlines())
    return [line.removeprefix("/data") for line in lines if line]


def _cell(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else str(value)
