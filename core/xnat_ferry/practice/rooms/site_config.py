"""The site's facts and preferences (wire-read 1.9, 13.14)."""

import json

from xnat_ferry.practice.http.replies import Refused, Reply, as_json, text
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.rules.access import is_admin
from xnat_ferry.practice.rules.xapi import EMPTY, admins_only, logged_in
from xnat_ferry.practice.site.preferences import OF_ANY_LOGIN, OF_EVERYBODY

ROUTES = Routes()


@ROUTES.at("/xapi/siteConfig/buildInfo", prefix=True)
def build_info(request: Request) -> Reply:
    """Everybody may know which XNAT this is; all values are strings."""
    version = request.site.server.version
    started = str(int(request.site.started * 1000))
    info = {
        "version": version,
        "buildNumber": "1",
        "buildDate": "2024-06-01",
        "sha": "0000000",
        "shaFull": "0" * 40,
        "isDirty": "false",
        "branch": "practice",
        "commit": "0",
        "tag": version,
        "timestamp": started,
        "hostName": "localhost",
        "displayHostName": "never",
        "nodeId": "practice",
    }
    key = request.rest.strip("/")
    if not key:
        return as_json(info)
    if key not in info:
        raise Refused(404, EMPTY)
    return text(info[key])


@ROUTES.at("/xapi/siteConfig/uptime")
def uptime(request: Request) -> Reply:
    """How long the server has run, in words of digits."""
    logged_in(request)
    minutes, seconds = divmod(request.site.clock.now() - request.site.started, 60)
    hours, minutes = divmod(int(minutes), 60)
    days, hours = divmod(hours, 24)
    return as_json(
        {"days": str(days), "hours": str(hours), "minutes": str(minutes), "seconds": f"{seconds:.3f}"}
    )


@ROUTES.at("/xapi/siteConfig", methods="GET POST")
def everything(request: Request) -> Reply:
    """What the caller may read; an administrator sets several at once, and unknown names are passed over."""
    if request.method == "POST":
        return _set_many(request)
    return as_json({name: value for name, value in _values(request).items() if _may_read(request, name)})


@ROUTES.at("/xapi/siteConfig/values/{names}")
def some(request: Request, names: str) -> Reply:
    """Those that are there and that the caller may read."""
    values = _values(request)
    readable = [name for name in names.split(",") if name in values and _may_read(request, name)]
    return as_json({name: values[name] for name in readable})


@ROUTES.at("/xapi/siteConfig/{name}", methods="GET POST")
def one(request: Request, name: str) -> Reply:
    """One value as plain text; plain text sets it."""
    if request.method == "POST":
        admins_only(request)
    values = _values(request)
    if name not in values:
        raise Refused(404, EMPTY)
    if request.method == "POST":
        sent = request.body.read().decode(errors="replace")
        with request.site.lock:
            request.site.preferences[name] = _like(values[name], sent)
        return Reply(200)
    if not _may_read(request, name):
        raise Refused(403, EMPTY)
    value = values[name]
    return text(value if isinstance(value, str) else json.dumps(value))


def _set_many(request: Request) -> Reply:
    admins_only(request)
    try:
        sent = json.loads(request.body.read())
    except ValueError:
        raise Refused(400, "The body is no JSON.") from None
    if not isinstance(sent, dict):
        raise Refused(400, "The body is no map.")
    with request.site.lock:
        known = request.site.preferences
        known.update({name: value for name, value in sent.items() if name in known})
    return Reply(200)


def _values(request: Request) -> dict[str, object]:
    """With the address of this server where nobody has set another."""
    preferences = request.site.preferences
    return {**preferences, "siteUrl": preferences["siteUrl"] or request.base}


def _may_read(request: Request, name: str) -> bool:
    if name in OF_EVERYBODY or is_admin(request.site, request.user):
        return True
    return bool(request.user) and name in OF_ANY_LOGIN


def _like(now: object, sent: str) -> object:
    """The text as a value of the kind that is there now."""
    if isinstance(now, str):
        return sent
    try:
        value: object = json.loads(sent)
    except ValueError:
        raise Refused(400, f"{sent} is no {type(now).__name__}.") from None
    return value
