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


def negotiate(request: Request, *variants: str) -> None:
    """406 when Accept allows none of the variants, whatever ``format=`` says. Raises Refused."""
    accepted = [part.split(";")[0].strip() for part in request.headers.get("accept", "*/*").split(",")]
    for wanted in accepted:
        for variant in variants:
            media = _MEDIA[variant]
            if wanted in ("*/*", media, media.split("/")[0] + "/*"):
                return
    raise Refused(406, STANDARD[406])
