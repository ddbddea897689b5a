"""Parameters in a body that is a JSON object, which actions on a row read too (wire-write 2.4)."""

import json

from xnat_ferry.practice.http.bodies import media_type
from xnat_ferry.practice.http.parameters import escaped
from xnat_ferry.practice.http.replies import STANDARD, Refused
from xnat_ferry.practice.http.request import Request


def read_parameters(request: Request) -> None:
    """Add them to those of the query and the form. Raises Refused."""
    if media_type(request) != "application/json":
        return
    for name, value in _object(request).items():
        text = value if isinstance(value, str) else json.dumps(value)
        request.query.setdefault(name, []).append(escaped(text))


def _object(request: Request) -> dict[str, object]:
    try:
        found = json.loads(request.body.read() or b"{}")
    except ValueError:
        raise Refused(400, STANDARD[400]) from None
    if not isinstance(found, dict):
        raise Refused(400, STANDARD[400])
    return found
