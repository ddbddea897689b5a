"""The token that a browser has to bring, and nobody else (wire-read 1.5)."""

from xnat_ferry.practice.http.engines import BROWSER, is_restlet
from xnat_ferry.practice.http.multipart import is_multipart, parts_of
from xnat_ferry.practice.http.parameters import form_of, is_form
from xnat_ferry.practice.http.replies import STANDARD, Refused
from xnat_ferry.practice.http.request import Request

NAME = "XNAT_CSRF"


def with_token(request: Request, said: str) -> str:
    """A text with the session's token behind it, where ``?CSRF=true`` asks for it."""
    return f"{said}; {NAME}={token_of(request)}" if request.flag("CSRF") else said


def token_of(request: Request) -> str:
    """The session's token, "" where there is no session."""
    login = request.site.logins.find(request.login)
    return login.csrf if login is not None else ""


def check_token(request: Request, *, early: bool = False) -> None:
    """Raises Refused for a browser's write without the token; early, while a form may still bring it, not."""
    if not _is_wanted(request):
        return
    values = list(request.given.get(NAME, []))
    if not values and (is_form(request) or _in_parts(request)):
        if early:
            return
        values = form_of(request).get(NAME, []) or _from_parts(request)
    expected = token_of(request)
    if not expected or not any(value.lower() == expected for value in values):
        forbidden = request.site.unconfirmed["missing_csrf_token_is_403"]
        raise Refused(403, "INVALID CSRF") if forbidden else Refused(500, STANDARD[500])


def _in_parts(request: Request) -> bool:
    return is_multipart(request) and request.site.unconfirmed["multipart_carries_the_csrf_token"]


def _from_parts(request: Request) -> list[str]:
    """The token's parts; the body can be read again afterwards."""
    if not _in_parts(request):
        return []
    found = [part.file.read().decode(errors="replace") for part in parts_of(request) if part.name == NAME]
    request.body.seek(0)
    return found


def _is_wanted(request: Request) -> bool:
    if request.method not in ("POST", "PUT", "DELETE") or not is_restlet(request.path):
        return False
    if not request.site.preferences["enableCsrfToken"]:
        return False
    # nobody, not even a guest, is attached to a call that came through an open door of a closed site
    if not request.user and request.site.preferences["requireLogin"]:
        return False
    agent = request.headers.get("user-agent", "")
    return (
        BROWSER.search(agent) is not None and "JAVA" not in agent.upper() and "XNATDesktopClient" not in agent
    )
