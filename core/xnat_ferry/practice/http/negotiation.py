"""``Accept`` is looked at before ``format=`` (wire-read 0.3)."""

from xnat_ferry.practice.http.replies import STANDARD, Refused
from xnat_ferry.practice.http.request import Request

_MEDIA = {
    "json": "application/json",
    "html": "text/html",
    "xml": "text/xml",
    "text": "text/plain",
    "jpeg": "image/jpeg",
}
TABLE = ("json", "html", "xml")
"""The variants of a listing."""
ITEM = ("html", "xml")
"""The variants of a single object."""


def negotiate(request: Request, *variants: str) -> str:
    """The variant that Accept likes best, of equals the one offered first; kept in ``request.variant``
    where Accept names it. 406 when it allows none, whatever ``format=`` says. Raises Refused."""
    accepted = _accepted(request.headers.get("accept", "*/*"))
    best, liked = "", 0.0
    for variant in variants:
        quality = max((accepted.get(one, 0.0) for one in _ranges(variant)), default=0.0)
        if quality > liked:
            best, liked = variant, quality
    if not best:
        raise Refused(406, STANDARD[406])
    if any(accepted.get(one, 0.0) >= liked for one in _ranges(best)[:2]):
        request.variant = best
    return best


def _ranges(variant: str) -> tuple[str, str, str]:
    media = _MEDIA[variant]
    return media, media.partition("/")[0] + "/*", "*/*"


def _accepted(header: str) -> dict[str, float]:
    """Each media range with its quality."""
    found: dict[str, float] = {}
    for part in header.split(","):
        media, *options = (piece.strip() for piece in part.split(";"))
        found[media.lower()] = max(found.get(media.lower(), 0.0), _quality(options))
    return found


def _quality(options: list[str]) -> float:
    for option in options:
        name, _, value = option.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 1.0
    return 1.0
