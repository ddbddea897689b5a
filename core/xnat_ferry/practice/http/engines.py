"""Which engine answers a path, and how its answers and refusals look (wire-read 0.1, 0.5, 1.8)."""

import re

from xnat_ferry.practice.http.ranges import ranged
from xnat_ferry.practice.http.replies import STANDARD, Refused, Reply, container_page, page
from xnat_ferry.practice.http.request import Request

BROWSER = re.compile("Mozilla|MSIE|AppleWebKit|Opera")
LOGIN_TEMPLATE = "/app/template/Login.vm"
_MADE_WHILE_SENT = ("application/json", "text/csv")
"""Tables and items, whose length nobody knows beforehand (wire-read 0.6)."""
_REALM = 'Basic realm="XNAT Protected Area"'


def is_restlet(path: str) -> bool:
    return path.startswith(("/data/", "/REST/"))


def is_spring(path: str) -> bool:
    return path.startswith(("/xapi/", "/admin/", "/pages/", "/schemas/"))


def dressed(request: Request, reply: Reply) -> Reply:
    """An answer with what its engine adds to every one."""
    if not is_restlet(request.path):
        return reply
    if reply.kind in _MADE_WHILE_SENT and reply.status < 300 and reply.body:
        reply.chunked = True
    reply = ranged(request, reply)
    reply.headers.setdefault("Accept-Ranges", "bytes")
    reply.headers.setdefault("Vary", "Accept, Accept-Charset, Accept-Encoding, Accept-Language")
    return reply


def refuse_parts(request: Request) -> None:
    """A body that is a part of something cannot be stored. Raises Refused."""
    if request.method == "PUT" and "content-range" in request.headers and is_restlet(request.path):
        raise Refused(501, STANDARD[501])


def refusal(request: Request, error: Refused) -> Reply:
    """A page, a line or nothing, as the engine of that path has it."""
    if is_restlet(request.path):
        reply = _restlet_refusal(request, error)
    elif is_spring(request.path):
        reply = Reply(error.status, (error.message or "").encode(), "text/plain")
    else:
        reply = container_page(error.status, error.message or STANDARD.get(error.status, ""))
    reply.headers |= error.headers
    return reply


def _restlet_refusal(request: Request, error: Refused) -> Reply:
    if error.status == 404 and _is_guest_who_reads(request):
        # with a browser, who might see more after logging in (wire-read 0.5)
        return Reply(307, headers={"Location": request.base + LOGIN_TEMPLATE})
    if error.message is None and error.status in (404, 501):
        return Reply(error.status, b"", "text/html")
    message = error.message or STANDARD.get(error.status, "Error")
    reply = page(error.status, message, webdav=request.site.unconfirmed["webdav_codes_link_to_webdav"])
    if error.status == 401:
        reply.headers["WWW-Authenticate"] = _REALM
    return reply


def _is_guest_who_reads(request: Request) -> bool:
    browser = BROWSER.search(request.headers.get("user-agent", ""))
    return browser is not None and not request.user and request.method in ("GET", "HEAD")


def broken(request: Request) -> Reply:
    """What an exception that nobody caught becomes."""
    return refusal(request, Refused(500, STANDARD[500]))
