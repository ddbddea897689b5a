"""Logging in, staying so, and leaving (wire-read 1.4)."""

from urllib.parse import parse_qs

from xnat_ferry.practice.http.negotiation import negotiate
from xnat_ferry.practice.http.replies import Refused, Reply, text
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.rooms.login.basic import LOCAL, Credentials, account_of
from xnat_ferry.practice.rooms.login.csrf import with_token
from xnat_ferry.practice.rules.access import is_admin
from xnat_ferry.practice.site.logins import GUEST, TooManySessions

ROUTES = Routes()


@ROUTES.at("/data/JSESSION", methods="GET POST DELETE")
def session(request: Request) -> Reply:
    """The session's ID, a fresh guest's where nobody is logged in: no proof of a login."""
    negotiate(request, "text")
    if request.method == "DELETE":
        request.site.logins.end(request.login)
        return text("")
    if not request.login:
        request.login, request.started = request.site.logins.start("").id, True
    return text(with_token(request, request.login))


@ROUTES.at("/data/auth")
def who(request: Request) -> Reply:
    """The proof of a login, unless it says ``guest``."""
    negotiate(request, "text")
    return text(with_token(request, f"User '{request.user or GUEST}' is logged in"))


@ROUTES.at("/data/services/auth", methods="PUT POST")
def authenticate(request: Request) -> Reply:
    """PUT or POST of a form; the answer is the session's ID."""
    form = parse_qs(request.body.read().decode(errors="replace"), keep_blank_values=True)
    user, password, provider = (form.get(name, [""])[-1] for name in ("username", "password", "provider"))
    if provider and provider != LOCAL:
        raise Refused(400, f"Unknown authentication provider: {provider}")
    account = account_of(request.site, Credentials(user, password))
    if account is None:
        raise Refused(401, "Authentication failed.")
    logins = request.site.logins
    try:
        login = logins.start(account, logins.find(request.login))
    except TooManySessions:
        raise Refused(401, "Authentication failed.") from None
    request.user, request.login, request.started = account, login.id, True
    return text(login.id)


@ROUTES.at("/data/services/sessions")
def count(request: Request) -> Reply:
    """How many sessions somebody has; another's are an administrator's business."""
    user = request.rest.strip("/") or request.user
    if user != request.user and not is_admin(request.site, request.user):
        raise Refused(403)
    return text(str(request.site.logins.count(user)))
