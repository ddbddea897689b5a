"""``recent=`` on the experiments: what was made or worked on lately, in its own columns (wire-read 2.3)."""

from datetime import datetime

from xnat_ferry.practice.clock import written
from xnat_ferry.practice.http.replies import Reply
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.tables import Cells, table
from xnat_ferry.practice.rules.access import may_read_session
from xnat_ferry.practice.site.records import Session, Workflow
from xnat_ferry.practice.site.site import Site

_COLUMNS = (
    "id",
    "label",
    "project",
    "date",
    "status",
    "workflow_status",
    "element_name",
    "type_desc",
    "insert_date",
    "activation_date",
    "last_modified",
    "workflow_date",
    "pipeline_name",
    "action_date",
)
_DAYS = 60
_MOST = 60


def recent(request: Request) -> Reply:
    """A number is days back from now; any other word is the last 60 of the last 60 days."""
    site, user = request.site, request.user
    asked = request.get("recent") or ""
    days = int(asked) if asked.isdigit() else _DAYS
    since = site.clock.now() - days * 24 * 3600
    last = {one.item: one for one in list(site.workflows)}
    rows = [
        _row(session, last.get(session.id))
        for session in site.sessions
        if may_read_session(site, user, session) and _touched(site, session, last) > since
    ]
    rows.sort(key=lambda row: str(row["action_date"]), reverse=True)
    if not asked.isdigit():
        rows = rows[:_MOST]
    return table(request, rows, list(_COLUMNS), title="Recent Experiments")


def _touched(site: Site, session: Session, last: dict[str, Workflow]) -> float:
    made = datetime.strptime(session.inserted, "%Y-%m-%d %H:%M:%S.%f").timestamp()  # noqa: DTZ007  as written
    return max(made, last[session.id].launched if session.id in last else 0)


def _row(session: Session, last: Workflow | None) -> Cells:
    when = written(last.launched) if last else ""
    return {
        "id": session.id,
        "label": session.label,
        "project": session.project,
        "date": session.date,
        "status": session.status,
        "workflow_status": last.status if last else "",
        "element_name": session.xsi_type,
        "type_desc": session.xsi_type.removeprefix("xnat:").removesuffix("SessionData").upper(),
        "insert_date": session.inserted,
        "activation_date": session.inserted,
        "last_modified": when or session.inserted,
        "workflow_date": when,
        "pipeline_name": last.name if last else "",
        "action_date": when or session.inserted,
    }
