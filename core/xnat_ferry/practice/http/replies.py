"""Answers: plain, JSON, lists of addresses, and the page that every error is (wire-write 0.5)."""

import html
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

PIECE = 64 * 1024
"""Bytes sent at a time."""


@dataclass
class Reply:
    """One answer. A body of bytes has a length, an iterator is sent in chunks."""

    status: int = 200
    body: bytes | Iterator[bytes] | Path = b""
    kind: str = "text/plain"
    headers: dict[str, str] = field(default_factory=dict)
    cookies: list[str] = field(default_factory=list)


class Refused(Exception):
    """An answer that is no success; without a message the body is empty (wire-read 0.5)."""

    def __init__(self, status: int, message: str | None = None) -> None:
        super().__init__(message)
        self.status, self.message = status, message


STANDARD = {
    400: "The request could not be understood by the server due to malformed syntax",
    403: "The server understood the request, but is refusing to fulfill it",
    404: "The server has not found anything matching the request URI",
    405: "The method specified in the request is not allowed for the resource identified by the request URI",
    406: "The resource identified by the request is only capable of generating response entities which have "
    "content characteristics not acceptable according to the accept headers sent in the request",
    500: "The server encountered an unexpected condition which prevented it from fulfilling the request",
    501: "The server does not support the functionality required to fulfill the request",
}
"""What the headline says where no handler gave a reason."""


def page(status: int, message: str) -> Reply:
    """The Restlet status page, with the message in its headline (wire-write 0.5)."""
    section = f"10.{status // 100}.{status % 100 + 1}"
    text = (
        "<html>\n<head>\n   <title>Status page</title>\n</head>\n<body>\n"
        f"<h3>{html.escape(message, quote=False)}</h3><p>You can get technical details "
        f'<a href="http://www.w3.org/Protocols/rfc2616/rfc2616-sec10.html#sec{section}">here</a>.<br>\n'
        'Please continue your visit at our <a href="/">home page</a>.\n</p>\n</body>\n</html>\n'
    )
    return Reply(status, text.encode(), "text/html")


def text(value: str, status: int = 200) -> Reply:
    return Reply(status, value.encode(), "text/plain")


def as_json(value: object, status: int = 200) -> Reply:
    return Reply(status, json.dumps(value).encode(), "application/json")


def xml(document: str) -> Reply:
    return Reply(200, ('<?xml version="1.0" encoding="UTF-8"?>\n' + document).encode(), "text/xml")


def uri_list(*lines: str, end: bool = True, status: int = 200) -> Reply:
    """Lines ended by CRLF, the last one too unless told otherwise (wire-write 1.6)."""
    body = "\r\n".join(lines) + ("\r\n" if end and lines else "")
    return Reply(status, body.encode(), "text/uri-list")


def html_page(what: str) -> Reply:
    """A page for people: what an item answers unless ``format=`` is given."""
    body = f"<!DOCTYPE html>\n<html><head><title>XNAT</title></head><body>{html.escape(what)}</body></html>"
    return Reply(200, body.encode(), "text/html")
