"""Parameters from the query and from forms, and their escaping on entry (wire-write 0.3)."""

from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from xnat_ferry.practice.http.request import Request

_QUOTES = {'"': "&quot;", "'": "&apos;"}
_READS_FORMS = ("/data/services", "/REST/services", "/data/prearchive", "/REST/prearchive")
_LARGEST_FORM = 2 * 1024 * 1024
"""A servlet container reads no parameters from a longer one (wire-write 7)."""


def escaped(value: str) -> str:
    """What becomes of a parameter's value before anybody looks at it."""
    return escape(value, _QUOTES)


def all_escaped(parameters: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: [escaped(value) for value in values] for name, values in parameters.items()}


def is_form(request: Request) -> bool:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/x-www-form-urlencoded"


def form_of(request: Request) -> dict[str, list[str]]:
    """The values of a form's body, not escaped; the body can be read again afterwards."""
    if not is_form(request) or request.length > _LARGEST_FORM:
        return {}
    request.body.seek(0)
    values = parse_qs(request.body.read().decode(errors="replace"), keep_blank_values=True)
    request.body.seek(0)
    return values


def take_form(request: Request) -> None:
    """``services/*`` and ``prearchive/*`` read a form's body too; everybody else the query only."""
    if not request.path.startswith(_READS_FORMS) or request.flag("inbody"):
        return
    for name, values in form_of(request).items():
        request.given.setdefault(name, []).extend(values)
        request.query.setdefault(name, []).extend(map(escaped, values))
