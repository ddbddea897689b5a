"""Who may pass, before anything is routed or read (wire-read 1.1 to 1.3)."""

import re

from xnat_ferry.practice.http.engines import LOGIN_TEMPLATE
from xnat_ferry.practice.http.replies import Reply, container_page
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.rooms.login.basic import account_of, credentials_in
from xnat_ferry.practice.rooms.login.cookies import session_cookie
from xnat_ferry.practice.site.logins import TooManySessions

_SETTINGS = ("buildInfo", "siteHome", "siteId", "siteLogoPath", "siteUrl")
OPEN = (
    "/",
    "/data/JSESSION",
    "/REST/JSESSION",
    "/data/services/auth",
    "/data/services/sendemailverification",
    *(f"/xapi/siteConfig/{name}" for name in _SETTINGS),
    LOGIN_TEMPLATE,
    "/app/template/Register.vm",
)
"""What needs no login, whatever ``requireLogin`` says."""
_OPEN_BELOW = ("/xapi/siteConfig/buildInfo/", "/scripts/", "/style/", "/images/", "/themes/")


def let_in(request: Request) -> Reply | None:
    """Say who asks: the answer of one who may not pass, or None; sets ``user`` and ``login``."""
    logins = request.site.logins
    held = logins.find(session_cookie(request))
    if held is not None:
        request.user, request.login = held.user, held.id
    try:
        claimed = credentials_in(request.headers.get("authorization", ""))
    except ValueError:
        return container_page(500, "Invalid basic authentication token")
    if claimed is not None and (held is None or held.user != claimed.user):
        request.user = request.login = ""
        account = account_of(request.site, claimed)
        try:
            login = logins.start(account, held) if account is not None else None
        except TooManySessions:
            login = None
        if login is None:
            return _turned_away(request)
        request.user, request.login, request.started = login.user, login.id, True
    return None if request.user or _is_open(request) else _sent_to_login(request)


def _is_open(request: Request) -> bool:
    if not request.site.preferences["requireLogin"]:
        return True
    return request.path in OPEN or request.path.startswith(_OPEN_BELOW)


def _turned_away(request: Request) -> Reply:
    """Wrong, unknown, locked: one answer for all of them."""
    preferences = request.site.preferences
    words = str(preferences["uiLoginFailureMessage"]).replace("%d", str(preferences["maxFailedLogins"]))
    return container_page(401, words, _challenge(request))


def _sent_to_login(request: Request) -> Reply:
    if _is_data(request) and not _is_interactive(request):
        return container_page(401, "Unauthorized", _challenge(request))
    return Reply(302, headers={"Location": request.base + LOGIN_TEMPLATE})


def _challenge(request: Request) -> dict[str, str]:
    return {"WWW-Authenticate": f'Basic realm="{request.site.preferences["siteId"]}"'}


def _is_data(request: Request) -> bool:
    """Whether the path is one of ``dataPaths``."""
    paths = _listed(request.site.preferences["dataPaths"])
    return any(request.path.startswith(path.removesuffix("**")) for path in paths)


def _is_interactive(request: Request) -> bool:
    agent = request.headers.get("user-agent", "").strip()
    if not agent or "XNATDesktopClient" in agent:
        return False
    patterns = _listed(request.site.preferences["interactiveAgentIds"])
    return any(re.fullmatch(pattern, agent) for pattern in patterns)


def _listed(preference: object) -> list[str]:
    return [str(one) for one in preference] if isinstance(preference, list) else str(preference).split(",")
