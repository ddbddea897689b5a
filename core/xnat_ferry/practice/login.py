"""Logins: Basic, the session cookie, its silent lapse, and what an unknown caller gets (wire-read 1)."""

import base64
import binascii
import secrets
import threading
from dataclasses import dataclass
from urllib.parse import parse_qs

from xnat_ferry.practice.http import Refused, Reply, Request, as_json, html_page, text
from xnat_ferry.practice.site import Site

GUEST = "guest"
OPEN = ("/", "/data/JSESSION", "/data/services/auth", "/xapi/siteConfig/buildInfo")
_BROWSERS = ("MSIE", "Mozilla", "AppleWebKit", "Opera")
LOGIN_PAGE = (
    "<!DOCTYPE html>\n<html><head><title>XNAT</title></head><body>\n"
    '<!-- BEGIN xnat-templates/screens/Login.vm -->\n<form name="form1"></form>\n</body></html>\n'
)


@dataclass
class Login:
    """One session of one user."""

    id: str
    user: str
    seen: float


class Logins:
    """The sessions of one server."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._known: dict[str, Login] = {}
        self._lock = threading.Lock()

    @property
    def patience(self) -> float:
        """Seconds a session lasts without a request."""
        return self._site.server.session_timeout_minutes * 60

    def start(self, user: str) -> Login:
        login = Login(secrets.token_hex(16).upper(), user, self._site.clock.now())
        with self._lock:
            self._known[login.id] = login
        return login

    def find(self, identifier: str) -> Login | None:
        """A session that has not lapsed; looking extends it."""
        now = self._site.clock.now()
        with self._lock:
            login = self._known.get(identifier)
            if login is None or now - login.seen > self.patience:
                self._known.pop(identifier, None)
                return None
            login.seen = now
            return login

    def end(self, identifier: str) -> None:
        with self._lock:
            self._known.pop(identifier, None)

    def lapse(self) -> None:
        """Forget everybody, as after a restart."""
        with self._lock:
            self._known.clear()

    def check(self, user: str, password: str) -> bool:
        known = self._site.users.get(user)
        return known is not None and secrets.compare_digest(known.password.encode(), password.encode())


def identify(logins: Logins, request: Request) -> tuple[Login | None, Reply | None]:
    """Who asks, or what an unknown caller is answered."""
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


class LoginRoom:
    """The routes that have to do with logging in."""

    def __init__(self, logins: Logins) -> None:
        self._logins = logins

    def home(self, request: Request) -> Reply:
        return html_page("XNAT")

    def login_page(self, request: Request) -> Reply:
        return Reply(200, LOGIN_PAGE.encode(), "text/html")

    def authenticate(self, request: Request) -> Reply:
        """PUT or POST of a form; the answer is the session's ID."""
        form = parse_qs(request.body.read().decode(errors="replace"), keep_blank_values=True)
        user, password = (form.get(name, [""])[-1] for name in ("username", "password"))
        if not self._logins.check(user, password):
            raise Refused(401, "Authentication failed.")
        login = self._logins.start(user)
        reply = text(login.id)
        reply.cookies.append(f"JSESSIONID={login.id}; Path=/; HttpOnly")
        return reply

    def session(self, request: Request) -> Reply:
        """The session's ID, a fresh guest's where nobody is logged in: no proof of a login."""
        cookie = _cookie(request.headers.get("cookie", ""))
        if request.method == "DELETE":
            self._logins.end(cookie)
            return text("")
        login = self._logins.find(cookie) or self._logins.start(request.user)
        return text(login.id)

    def who(self, request: Request) -> Reply:
        return text(f"User '{request.user or GUEST}' is logged in")

    def username(self, request: Request) -> Reply:
        return text(request.user or GUEST)

    def build_info(self, request: Request) -> Reply:
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
