"""The caller's own account (wire-read 1.4)."""

from xnat_ferry.practice.http.replies import Reply, as_json, text
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.rules.xapi import logged_in
from xnat_ferry.practice.site.logins import GUEST

ROUTES = Routes()


@ROUTES.at("/xapi/users/username")
def username(request: Request) -> Reply:
    return text(request.user or GUEST)


@ROUTES.at("/xapi/users/profile")
def profile(request: Request) -> Reply:
    """As the caller may see it: no password, no roles."""
    logged_in(request)
    number = list(request.site.users).index(request.user) + 1
    return as_json(
        {
            "id": number,
            "username": request.user,
            "firstName": request.user.capitalize(),
            "lastName": "Practice",
            "email": f"{request.user}@example.org",
            "enabled": True,
            "verified": True,
        }
    )
