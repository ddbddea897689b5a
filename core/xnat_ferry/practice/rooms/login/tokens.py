"""Alias tokens: passwords that end by themselves (wire-read 1.7)."""

from datetime import UTC, datetime

from xnat_ferry.practice.http.replies import Refused, Reply, as_json
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.rules.access import is_admin
from xnat_ferry.practice.site.tokens import Token, check_token, invalidate, issue, tokens_of

ROUTES = Routes()


@ROUTES.at("/data/services/tokens")
def tokens(request: Request) -> Reply:
    """The operation and what it is about stand in the path."""
    if not request.user:
        raise Refused(403)
    operation, *rest = request.rest.strip("/").split("/")
    match operation:
        case "issue":
            return as_json(_written(request, _issue(request, rest)))
        case "show":
            return as_json([_written(request, one) for one in tokens_of(request.site, request.user)])
        case "validate":
            return _validate(request, rest)
        case "invalidate":
            return _invalidate(request, rest)
    raise Refused(400, f"Unknown operation: {operation}")


def _issue(request: Request, rest: list[str]) -> Token:
    user = rest[1] if len(rest) > 1 and rest[0] == "user" else request.user
    if user != request.user:
        if not is_admin(request.site, request.user):
            raise Refused(403, "Only administrators may issue tokens for others.")
        if user not in request.site.users:
            raise Refused(404, f"Unknown user: {user}")
    return issue(request.site, user)


def _validate(request: Request, rest: list[str]) -> Reply:
    if len(rest) < 2:
        raise Refused(401)
    alias, secret = rest[:2]
    if alias not in request.site.tokens:
        raise Refused(404, f"Unknown alias: {alias}")
    user = check_token(request.site, alias, secret)
    return as_json({} if user is None else {"valid": user})


def _invalidate(request: Request, rest: list[str]) -> Reply:
    """Also of a token that does not exist, and of another's, of which nothing comes."""
    found = request.site.tokens.get(rest[0]) if rest else None
    fits = found is not None and (len(rest) < 2 or rest[1] == found.secret)
    if found is not None and fits and (found.user == request.user or is_admin(request.site, request.user)):
        invalidate(request.site, found)
    return as_json({"result": "OK"})


def _written(request: Request, token: Token) -> dict[str, object]:
    def when(seconds: float) -> object:
        if request.site.unconfirmed["token_times_are_milliseconds"]:
            return int(seconds * 1000)
        return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")

    return {
        "alias": token.alias,
        "secret": token.secret,
        "singleUse": False,
        "estimatedExpirationTime": when(token.expires),
        "xdatUserId": token.user,
        "id": token.id,
        "enabled": True,
        "created": when(token.created),
        "timestamp": when(token.created),
        "disabled": when(0),
    }
