"""AutoRun, the pipeline that a session starts, and what is still at work (wire-write 3.4, 5.1)."""

from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.site.records import Session
from xnat_ferry.practice.site.site import Site

PIPELINE = "xnat_tools/AutoRun.xml"
_SECONDS = 60
"""How long it takes by the server's clock."""
_OPEN = ("Queued", "Running", "In Progress", "Awaiting Action", "On Hold")


def start(request: Request, session: Session) -> None:
    """Launch it; it is done a minute later."""
    request.site.note(
        request.user,
        session.id,
        session.project,
        session.xsi_type,
        PIPELINE,
        status="Queued",
        kind="PROCESS",
    )


def running(site: Site, item: str) -> str:
    """The name of a pipeline that is at work on an object, or ""."""
    with site.lock:
        for workflow in site.workflows:
            if workflow.item != item or workflow.status not in _OPEN:
                continue
            if workflow.name == PIPELINE and site.clock.now() - workflow.launched >= _SECONDS:
                workflow.status = "Complete"
                continue
            return workflow.name
    return ""
