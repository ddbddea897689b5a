"""``POST /data/services/validate-archive``: all that archiving would meet, nothing done (wire-write 2.6)."""

from dataclasses import replace

from xnat_ferry.practice.http.replies import Refused, Reply
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.http.tables import Cells, table
from xnat_ferry.practice.rooms.archiving import wishes
from xnat_ferry.practice.rooms.archiving.cases import case_of
from xnat_ferry.practice.rooms.archiving.checks import notices
from xnat_ferry.practice.rooms.archiving.service import sources_of

ROUTES = Routes()


@ROUTES.at("/data/services/validate-archive", methods="POST")
def validate_archive(request: Request) -> Reply:
    """Merging allowed, nothing overridden."""
    if len(request.query.get("src", [])) > 1:
        raise Refused(400, "Cannot validate multiple sessions in one request.")
    (row,) = sources_of(request)
    wish = replace(wishes.single(request), override=False)
    rows: list[Cells] = [
        {"code": code, "type": kind, "message": message}
        for code, kind, message in notices(request.site, case_of(request.site, row, wish))
    ]
    return table(request, rows, ["code", "type", "message"], total=False)
