"""The two pages for people that clients read too (wire-read 1.3, 1.5, 8.1)."""

import html

from xnat_ferry.practice.http.engines import LOGIN_TEMPLATE
from xnat_ferry.practice.http.replies import Reply
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.rooms.login.csrf import token_of

ROUTES = Routes()
LOGIN_PAGE = (
    "<!DOCTYPE html>\n<html><head><title>XNAT</title></head><body>\n"
    '<!-- BEGIN xnat-templates/screens/Login.vm -->\n<form name="form1"></form>\n</body></html>\n'
)


@ROUTES.at("/")
def home(request: Request) -> Reply:
    """Says who is logged in, and with a session which CSRF token it has."""
    if not request.user and request.site.preferences["requireLogin"]:
        return Reply(200, LOGIN_PAGE.encode(), "text/html")
    if not request.login:
        request.login, request.started = request.site.logins.start("").id, True
    name = html.escape(request.user)
    who = (
        f'&nbsp;<a href="/app/template/XDATScreen_UpdateUser.vm">{name}</a>'
        if name
        else '<span style="color:red;">Guest</span>'
    )
    page = (
        "<!DOCTYPE html>\n<html><head><title>XNAT</title>\n"
        f"<script>var csrfToken = '{token_of(request)}';</script></head><body>\n"
        f'<span id="user_info">Logged in as: {who}</span>\n</body></html>\n'
    )
    return Reply(200, page.encode(), "text/html")


@ROUTES.at("/app/action/LogoutUser")
def log_out(request: Request) -> Reply:
    """How people leave, and the desktop client (wire-read 10)."""
    request.site.logins.end(request.login)
    request.user = request.login = ""
    return Reply(200, LOGIN_PAGE.encode(), "text/html")


@ROUTES.at("/app", prefix=True)
def template(request: Request) -> Reply:
    """The login page; every other one is the home page here."""
    if request.path.startswith(LOGIN_TEMPLATE):
        return Reply(200, LOGIN_PAGE.encode(), "text/html")
    return home(request)
