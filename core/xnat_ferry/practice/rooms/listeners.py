"""How far some work is, told to the HTTP session that asked for it (wire-write 0.7)."""

from xnat_ferry.practice.http.replies import STANDARD, Refused, Reply, as_json
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes

ROUTES = Routes()


@ROUTES.at("/data/status/{listener}")
def status(request: Request, listener: str) -> Reply:
    """A list inside a list; only for whoever comes with the same JSESSIONID."""
    login = request.site.logins.find(request.login)
    messages = login.listeners.get(listener) if login is not None else None
    if messages is None:
        raise Refused(404, STANDARD[404])
    told = [{"status": status, "msg": message, "terminal": last} for status, message, last in messages]
    return as_json({"msgs": [told]})
