"""Logins: Basic, the session cookie, its silent lapse, and what an unknown caller gets (wire-read 1)."""

import base64
import binascii
from urllib.parse import parse_qs

from xnat_ferry.practice.http.replies import Refused, Reply, as_json, html_page, text
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.site.logins import GUEST, Login

ROUTES = Routes()
OPEN = ("/", "/data/JSESSION", "/data/services/auth", "/xapi/siteConfig/buildInfo")
_BROWSERS = ("MSIE", "Mozilla", "AppleWebKit", "Opera")
LOGIN_PAGE = (
    "<!DOCTYPE html>\n<html><head><title>XNAT</title></head><body>\n"
    '<!-- BEGIN xnat-templates/screens/Login.vm -->\n<form name="form1"></form>\n</body></html>\n'
)


def identify(request: Request) -> tuple[Login | None, Reply | None]:
    """Who asks, or what an unknown caller is answered."""
    logins = request.site.logins
    cookie = _cookie(request.headers.get("cookie", ""))
    login = logins.find(cookie) if cookie else None
    given = request.headers.get("authorization", "")
    if given.lower().startswith("basic "):
        user, password = _basic(given)
        if not logins.check(user, password):
            return None, _unauthorised()
        if login is None or login.user != user:
            login = logins.start(user)
    if login is not None or request.path in OPEN or request.path.startswith(OPEN[3]):
        return login, None
    agent = request.headers.get("user-agent", "")
    if any(word in agent for word in _BROWSERS) and "XNATDesktopClient" not in agent:
        return None, Reply(302, b"", headers={"Location": "/app/template/Login.vm"})
    return None, _unauthorised()


def _unauthorised() -> Reply:
    body = b"<html><head><title>Error 401</title></head><body><h1>HTTP Status 401</h1></body></html>"
    return Reply(401, body, "text/html", {"WWW-Authenticate": 'Basic realm="XNAT Protected Area"'})


def _basic(given: str) -> tuple[str, str]:
    try:
        user, colon, password = base64.b64decode(given[6:]).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise Refused(500, "Invalid basic authentication token") from None
    if not colon:
        raise Refused(500, "Invalid basic authentication token")
    return user.rpartition("/")[2], password


def _cookie(header: str) -> str:
    for part in header.split(";"):
        name, _, value = part.strip().partition("=")
        if name == "JSESSIONID":
            return value.strip('"')
    return ""


@ROUTES.at("/")
def home(request: Request) -> Reply:
    return html_page("XNAT")


@ROUTES.at("/app", prefix=True)
def login_page(request: Request) -> Reply:
    return Reply(200, LOGIN_PAGE.encode(), "text/html")


@ROUTES.at("/data/services/auth", methods="PUT POST")
def authenticate(request: Request) -> Reply:
    """PUT or POST of a form; the answer is the session's ID."""
    form = parse_qs(request.body.read().decode(errors="replace"), keep_blank_values=True)
    user, password = (form.get(name, [""])[-1] for name in ("username", "password"))
    if not request.site.logins.check(user, password):
        raise Refused(401, "Authentication failed.")
    login = request.site.logins.start(user)
    reply = text(login.id)
    reply.cookies.append(f"JSESSIONID={login.id}; Path=/; HttpOnly")
    return reply


@ROUTES.at("/data/JSESSION", methods="GET POST DELETE")
def session(request: Request) -> Reply:
    """The session's ID, a fresh guest's where nobody is logged in: no proof of a login."""
    cookie = _cookie(request.headers.get("cookie", ""))
    if request.method == "DELETE":
        request.site.logins.end(cookie)
        return text("")
    login = request.site.logins.find(cookie) or request.site.logins.start(request.user)
    return text(login.id)


@ROUTES.at("/data/auth")
def who(request: Request) -> Reply:
    return text(f"User '{request.user or GUEST}' is logged in")


@ROUTES.at("/xapi/users/username")
def username(request: Request) -> Reply:
    return text(request.user or GUEST)


@ROUTES.at("/xapi/siteConfig/buildInfo", prefix=True)
def build_info(request: Request) -> Reply:
    info = {
        "version": request.site.server.version,
        "buildNumber": "1",
        "tag": request.site.server.version,
    }
    if request.rest:
        value = info.get(request.rest.strip("/"))
        if value is None:
            raise Refused(404)
        return text(value)
    return as_json(info)
