"""Reconstructed images of a session: a kind of data that nobody has made for years, and so has none here."""

from xnat_ferry.practice.http.negotiation import TABLE, negotiate
from xnat_ferry.practice.http.replies import Refused, Reply
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes, under_sessions
from xnat_ferry.practice.http.tables import table
from xnat_ferry.practice.rules.access import readable_session

ROUTES = Routes()
_COLUMNS = ["xnat_reconstructedimagedata_id", "ID", "type", "baseScanType", "xsiType", "URI"]


@ROUTES.at(*under_sessions("/reconstructions"))
def listing(request: Request, session: str, project: str | None = None, subject: str = "") -> Reply:
    """The address exists, and its list is empty (wire-read 0.2)."""
    negotiate(request, *TABLE)
    readable_session(request.site, request.user, session, project)
    if request.rest.strip("/"):
        raise Refused(404, "Unable to find the specified reconstruction.")
    return table(request, [], _COLUMNS, title="Reconstructions")
