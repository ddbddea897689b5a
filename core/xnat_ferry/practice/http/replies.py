"""Answers: plain, JSON, lists of addresses, and the page that every error is (wire-write 0.5)."""

import html
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

PIECE = 256 * 1024
"""Bytes read at a time."""

PLAIN = "text/plain"
"""The kind of what has none; nothing at all is sent without a kind."""


@dataclass
class Reply:
    """One answer. A body of bytes has a length, an iterator is sent in chunks."""

    status: int = 200
    body: bytes | Iterator[bytes] | Path = b""
    kind: str = PLAIN
    headers: dict[str, str] = field(default_factory=dict)
    cookies: list[str] = field(default_factory=list)
    length: int | None = None
    """Of an iterator's bytes, where it is known."""
    chunked: bool = False
    """Whether bytes are sent without their length too."""


class Refused(Exception):
    """An answer that is no success (wire-read 0.5).

    Without a message a 404 or 501 has no body, and any other status says its standard phrase.
    """

    def __init__(
        self, status: int, message: str | None = None, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.headers = status, message, headers or {}


STANDARD = {
    400: "The request could not be understood by the server due to malformed syntax",
    401: "The request requires user authentication",
    403: "The server understood the request, but is refusing to fulfill it",
    404: "The server has not found anything matching the request URI",
    405: "The method specified in the request is not allowed for the resource identified by the request URI",
    406: "The resource identified by the request is only capable of generating response entities which have "
    "content characteristics not acceptable according to the accept headers sent in the request",
    409: "The request could not be completed due to a conflict with the current state of the resource",
    410: "The requested resource is no longer available at the server and no forwarding address is known",
    415: "The server is refusing to service the request because the entity of the request is in a format "
    "not supported by the requested resource for the requested method",
    417: "The expectation given in the request header could not be met by this server",
    422: "The server understands the content type of the request entity and the syntax of the request "
    "entity is correct but was unable to process the contained instructions",
    423: "The source or destination resource of a method is locked",
    500: "The server encountered an unexpected condition which prevented it from fulfilling the request",
    501: "The server does not support the functionality required to fulfill the request",
    503: "The server is currently unable to handle the request due to a temporary overloading or maintenance "
    "of the server",
}
"""What the headline says where no handler gave a reason."""
_OF_WEBDAV = (207, 422, 423)


def page(status: int, message: str, *, webdav: bool = True) -> Reply:
    """The Restlet status page, with the message in its headline (wire-write 0.5).

    ``webdav`` says whether the codes that WebDAV added are explained in its own paper.
    """
    if webdav and status in _OF_WEBDAV:
        details = f"http://www.webdav.org/specs/rfc2518.html#STATUS_{status}"
    else:
        section = f"10.{status // 100}.{status % 100 + 1}"
        details = f"http://www.w3.org/Protocols/rfc2616/rfc2616-sec10.html#sec{section}"
    text = (
        "<html>\n<head>\n   <title>Status page</title>\n</head>\n<body>\n"
        f"<h3>{html.escape(message, quote=False)}</h3><p>You can get technical details "
        f'<a href="{details}">here</a>.<br>\n'
        'Please continue your visit at our <a href="/">home page</a>.\n</p>\n</body>\n</html>\n'
    )
    return Reply(status, text.encode(), "text/html")


def container_page(status: int, message: str, headers: dict[str, str] | None = None) -> Reply:
    """What the servlet container answers where neither Restlet nor Spring has come to a word."""
    title = f"HTTP Status {status}"
    text = (
        f"<!doctype html><html><head><title>{title}</title></head><body><h1>{title}</h1>"
        f"<p>{html.escape(message, quote=False)}</p></body></html>"
    )
    return Reply(status, text.encode(), "text/html", headers or {})


def text(value: str, status: int = 200) -> Reply:
    return Reply(status, value.encode(), PLAIN)


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
