"""The two cookies: the session, and when it lapses (wire-read 1.4)."""

from xnat_ferry.practice.http.replies import Reply
from xnat_ferry.practice.http.request import Request


def session_cookie(request: Request) -> str:
    """The JSESSIONID that the caller has sent, or ""."""
    for part in request.headers.get("cookie", "").split(";"):
        name, _, value = part.strip().partition("=")
        if name == "JSESSIONID":
            return value.strip('"')
    return ""


def set_cookies(request: Request, reply: Reply) -> Reply:
    """A session is told when it begins; the server's time and the patience go with every answer."""
    logins = request.site.logins
    if request.started:
        secure = "; Secure" if str(request.site.preferences["siteUrl"]).startswith("https:") else ""
        reply.cookies.append(f"JSESSIONID={request.login}; Path=/{secure}; HttpOnly")
    now = int(request.site.clock.now() * 1000)
    patience = int(logins.patience_of(request.login) * 1000)
    reply.cookies.append(f'SESSION_EXPIRATION_TIME="{now},{patience}"; Version=1; Path=/')
    return reply
