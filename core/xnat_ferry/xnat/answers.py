"""Reads what an XNAT answered and trusts no status: a 200 may be a login page, empty, or another object."""

import html
import re
from typing import Any

import httpx
import msgspec

from xnat_ferry.errors import (
    Forbidden,
    LoginLapsed,
    NotAnAnswer,
    NotFound,
    ServerAnswer,
    ServerBusy,
    ServerFault,
)
from xnat_ferry.settings.redact import plain, redact

_H3 = re.compile(r"<h3>(.*?)</h3>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_LOGIN_PAGE = "xnat-templates/screens/login.vm"
_BUSY = {429, 502, 503, 504}
_BUSY_WORDS = (
    "Concurrent file sends",
    "already archiving",
    "session in use",
    "already in progress",
    "locked",
)
"""What XNAT says, under any status, of things that pass (wire-write 1.7, 2.4, 3.5)."""


def said(body: str) -> str:
    """The server's own words: the ``<h3>`` of its error page, else its plain text (wire-write 0.5)."""
    found = _H3.search(body)
    if found is None and is_html(body):
        return "an HTML page without a message"
    text = html.unescape(found.group(1) if found else _TAG.sub(" ", body))
    return plain(redact(text)) or "nothing"


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
    return is_html(response.text) and _LOGIN_PAGE in response.text.lower()


def failure(server: str, what: str, response: httpx.Response) -> ServerAnswer:
    """The error that a status which is not a success stands for."""
    status = response.status_code
    facts: dict[str, Any] = {"server": server, "status": status, "what": what, "said": said(response.text)}
    if is_login_page(response):
        return LoginLapsed(**facts)
    if status == 403:
        return Forbidden(**facts)
    if status == 404:
        return NotFound(**facts)
    if status in _BUSY or any(words in facts["said"] for words in _BUSY_WORDS):
        return ServerBusy(**facts)
    return ServerFault(**facts) if status >= 500 else ServerAnswer(**facts)


def not_an_answer(server: str, what: str, response: httpx.Response) -> NotAnAnswer:
    """The error for a success status over a body that is something else."""
    words = said(response.text) if response.content.strip() else "an empty body"
    return NotAnAnswer(server=server, what=what, status=response.status_code, said=words)


def text(server: str, what: str, response: httpx.Response) -> str:
    """The body of a plain-text answer; HTML is refused."""
    if is_html(response.text):
        raise not_an_answer(server, what, response)
    return response.text.strip()


def json_value(server: str, what: str, response: httpx.Response) -> Any:
    """The decoded body; an empty one or a page under a JSON content type is refused (wire-read 0.5)."""
    try:
        return msgspec.json.decode(response.content)
    except msgspec.DecodeError:
        raise not_an_answer(server, what, response) from None


def table(server: str, what: str, value: Any) -> list[dict[str, str]]:
    """The rows of a ``ResultSet``: keys in lower case, every cell a string (wire-read 0.7)."""
    try:
        rows = value["ResultSet"]["Result"]
        return [{key.lower(): _cell(cell) for key, cell in row.items()} for row in rows]
    except (KeyError, TypeError, AttributeError):
        raise NotAnAnswer(server=server, what=what, status=200, said="JSON that is not a table") from None


def item(server: str, what: str, value: Any) -> dict[str, Any]:
    """The first item of an item answer: ``meta``, ``data_fields`` and ``children`` (wire-read 2.6)."""
    try:
        found = value["items"][0]
        if isinstance(found["data_fields"], dict) and isinstance(found["children"], list):
            return dict(found)
    except (KeyError, TypeError, IndexError):
        pass
    raise NotAnAnswer(server=server, what=what, status=200, said="JSON that is not an item")


def children(of: dict[str, Any], field: str) -> list[dict[str, Any]]:
    """The child items of one field; none when the field is absent."""
    return [
        entry
        for child in of.get("children", [])
        if child.get("field") == field
        for entry in child.get("items", [])
    ]


def uri_list(response: httpx.Response) -> list[str]:
    """The lines of a ``text/uri-list`` without the ``/data`` in front (wire-write 1.6)."""
    lines = (line.strip() for line in response.text.splitlines())
    return [line.removeprefix("/data") for line in lines if line]


def _cell(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else str(value)
