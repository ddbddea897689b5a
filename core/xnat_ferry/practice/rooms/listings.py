"""Projects, subjects, experiments and scans as tables, with the columns' traps (wire-read 2.1 to 2.4, 13)."""

from xnat_ferry.practice.http.negotiation import negotiate
from xnat_ferry.practice.http.replies import Refused, Reply, as_json, text
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes, under_sessions
from xnat_ferry.practice.http.tables import Cells, table
from xnat_ferry.practice.rooms.access import (
    ROLES,
    may_delete,
    may_edit,
    may_read,
    may_read_session,
    may_see,
    readable_project,
    readable_session,
    role,
    visible_project,
)
from xnat_ferry.practice.site.records import Project, Session

ROUTES = Routes()

_SESSION_LEVEL = {"modality", "uid", "studyinstanceuid", "scanner"}
_KNOWN = {
    "id": "ID",
    "label": "label",
    "project": "project",
    "date": "date",
    "xsitype": "xsiType",
    "insert_date": "insert_date",
    "subject_id": "subject_ID",
    "subject_label": "subject_label",
    "modality": "modality",
    "uid": "UID",
    "studyinstanceuid": "UID",
    "session_id": "session_ID",
    "session_label": "session_label",
    "note": "note",
}


@ROUTES.at("/data/projects")
def projects(request: Request) -> Reply:
    """All that the caller can see, or by right with ``permissions=``."""
    negotiate(request, "json", "html", "xml")
    site, user = request.site, request.user
    asked = request.get("permissions")
    if asked is not None:
        return _by_permission(request, asked)
    if request.get("accessible", "data", "owner", "member", "collaborator", "prearc_code") is not None:
        return _filtered(request)
    rows = [_project_row(project) for project in site.projects.values() if may_see(site, user, project)]
    restrict = request.get("restrict")
    if restrict:
        rights = may_edit if restrict == "edit" else may_delete
        rows = [row for row in rows if rights(site, user, str(row["ID"]))]
    columns = ["ID", "secondary_ID", "name", "description", "pi_firstname", "pi_lastname", "URI"]
    given = request.get("columns")
    if given and given != "DEFAULT":
        columns = [name for name in given.split(",") if name in columns and name != "URI"]
        columns = [*dict.fromkeys(["ID", *columns]), "URI"]
    return table(request, rows, columns)


def _project_row(project: Project) -> Cells:
    return {
        "ID": project.id,
        "secondary_ID": project.id,
        "name": project.id,
        "URI": f"/data/projects/{project.id}",
    }


def _by_permission(request: Request, action: str) -> Reply:
    rights = {
        "read": may_read,
        "create": may_edit,
        "edit": may_edit,
        "delete": may_delete,
        "active": may_edit,
    }
    if action not in rights or not (request.get("dataType") or "").startswith("xnat:"):
        raise Refused(500, "Unknown permission or data type")
    allowed = [name for name in request.site.projects if rights[action](request.site, request.user, name)]
    rows: list[Cells] = [{"id": name, "secondary_id": name} for name in allowed]
    return table(request, rows, ["id", "secondary_id"], total=False)


def _filtered(request: Request) -> Reply:
    site, user = request.site, request.user
    wanted = {name for name in ("owner", "member", "collaborator") if request.flag(name)}
    if request.get("data") == "writable":
        wanted |= {"owner", "member"}
    number = list(site.users).index(user) + 1 if user in site.users else 0
    rows: list[Cells] = [
        {
            "id": project.id,
            "name": project.id,
            "secondary_id": project.id,
            "project_access": project.accessibility,
            f"user_role_{number}": ROLES.get(role(site, user, project.id), ""),
        }
        for project in site.projects.values()
        if (role(site, user, project.id) in wanted if wanted else may_see(site, user, project))
    ]
    columns = ["id", "name", "secondary_id", "project_access", f"user_role_{number}"]
    return table(request, rows, columns, title="Projects")


@ROUTES.at("/xapi/access/projects")
def memberships(request: Request) -> Reply:
    """``/xapi/access/projects``: memberships only, as a bare JSON list (wire-read 3.3)."""
    mine = [
        (project, project.members[request.user])
        for project in request.site.projects.values()
        if request.user in project.members
    ]
    return as_json(
        [
            {
                "ID": project.id,
                "secondary_ID": project.id,
                "name": project.id,
                "role": ROLES[name],
                "URI": f"/data/projects/{project.id}",
                "group_id": f"{project.id}_{name}",
                "description": "",
            }
            for project, name in mine
        ]
    )


@ROUTES.at("/data/projects/{project}/users")
def users(request: Request, project: str) -> Reply:
    found = visible_project(request.site, request.user, project)
    rows: list[Cells] = [
        {
            "GROUP_ID": f"{project}_{name}",
            "displayname": ROLES[name],
            "login": login,
            "firstname": login.capitalize(),
            "lastname": "Example",
            "email": f"{login}@example.org",
        }
        for login, name in found.members.items()
    ]
    columns = ["GROUP_ID", "displayname", "login", "firstname", "lastname", "email"]
    return table(request, rows, columns, title="Projects")


@ROUTES.at("/data/projects/{project}/accessibility")
def accessibility(request: Request, project: str) -> Reply:
    negotiate(request, "text")
    return text(visible_project(request.site, request.user, project).accessibility)


@ROUTES.at("/data/projects/{project}/subjects")
def subjects(request: Request, project: str) -> Reply:
    """Owned and shared-in subjects; the project column stays the owner's."""
    negotiate(request, "json", "html", "xml")
    readable_project(request.site, request.user, project, "subjects")
    rows: list[Cells] = [
        {
            "ID": subject.id,
            "project": subject.project,
            "label": request.site.subjects.label_in(subject, project),
            "insert_date": subject.inserted,
            "insert_user": "admin",
            "URI": f"/data/subjects/{subject.id}",
        }
        for subject in request.site.subjects.of(project)
    ]
    columns = ["ID", "project", "label", "insert_date", "insert_user", "URI"]
    given = request.get("columns")
    if given and given != "DEFAULT":
        columns = [*dict.fromkeys(["ID", *(name for name in given.split(",") if name in columns)]), "URI"]
    return table(request, rows, list(dict.fromkeys(columns)))


@ROUTES.at("/data/projects/{project}/subjects/{subject}/experiments", "/data/projects/{project}/experiments")
def experiments(request: Request, project: str, subject: str | None = None) -> Reply:
    """A project's experiments, owned and shared in."""
    negotiate(request, "json", "html", "xml")
    readable_project(request.site, request.user, project, "experiments")
    found = request.site.sessions.of(project)
    if subject is not None:
        known = request.site.subject_in(project, subject)
        if known is None:
            raise Refused(404, f"Unable to identify subject {subject}")
        found = [session for session in found if session.subject == known.id]
    return _experiments(request, found, project)


@ROUTES.at("/data/experiments")
def all_experiments(request: Request) -> Reply:
    negotiate(request, "json", "html", "xml")
    found = [
        session for session in request.site.sessions if may_read_session(request.site, request.user, session)
    ]
    return _experiments(request, found, None)


def _experiments(request: Request, found: list[Session], project: str | None) -> Reply:
    given = request.get("columns")
    root = request.get("xsiType") or ""
    root = root if root and "," not in root else ""
    asked = ["ID", "project", "date", "xsiType", "label", "insert_date"]
    if given and given != "DEFAULT":
        # unknown names are dropped without a word (wire-read 2.1)
        asked = [_KNOWN[name.lower()] for name in given.split(",") if name.lower() in _KNOWN]
    columns = list(dict.fromkeys(asked))
    if any(name.lower() in _SESSION_LEVEL for name in columns):
        # a session-level column renames the key (wire-read 13.1)
        columns = [
            f"{root.lower()}/id" if root else "session_ID",
            *(name for name in columns if name != "ID"),
        ]
    else:
        columns = [*dict.fromkeys(["ID", "project", "xsiType", *columns])] if given else columns
        columns.append(f"{(root or 'xnat:subjectAssessorData').lower()}/id")
    # the project of a shared row is rewritten only when labels are shown too (wire-read 13.2)
    rewritten = project if "label" in columns else None
    rows = [
        _experiment_row(request, session, project, rewritten)
        for session in found
        if not root or session.xsi_type == root
    ]
    for row in rows:
        row.update({name: row["ID"] for name in columns if name.endswith("/id") or name == "session_ID"})
    title = "Matching experiments" if project is None else ""
    return table(request, rows, [*dict.fromkeys(columns), "URI"], title=title)


def _experiment_row(request: Request, session: Session, project: str | None, rewritten: str | None) -> Cells:
    subject = request.site.subjects[session.subject]
    here = project or session.project
    return {
        "ID": session.id,
        "label": request.site.sessions.label_in(session, here),
        "project": rewritten or session.project,
        "date": session.date,
        "xsiType": session.xsi_type,
        "insert_date": session.inserted,
        "subject_ID": subject.id,
        "subject_label": subject.label
        if subject.project == here
        else subject.shares.get(here, subject.label),
        "UID": session.study_uid,
        "modality": session.xsi_type.removeprefix("xnat:").removesuffix("SessionData").upper(),
        "URI": f"/data/experiments/{session.id}",
    }


@ROUTES.at(*under_sessions("/scans"))
def scans(request: Request, session: str, project: str | None = None) -> Reply:
    """A session's scans; ``columns`` without ``ID`` breaks as soon as there is a row (wire-read 2.1)."""
    negotiate(request, "json", "html", "xml")
    found = readable_session(request.site, request.user, session, project)
    columns = ["xnat_imagescandata_id", "ID", "type", "quality", "xsiType", "note", "series_description"]
    given = request.get("columns")
    if given and given != "DEFAULT":
        known = [*columns, "UID", "modality", "frames"]
        columns = ["xnat_imagescandata_id", *(name for name in given.split(",") if name in known)]
        if "ID" not in columns and found.scans:
            raise Refused(500, "null")
    rows: list[Cells] = [
        {
            "xnat_imagescandata_id": number,
            "ID": scan.id,
            "type": scan.type,
            "quality": "usable",
            "xsiType": scan.xsi_type,
            "series_description": scan.description,
            "UID": scan.uid,
            "modality": scan.modality,
            "frames": sum(1 for _ in scan.files()),
            "URI": f"/data/experiments/{found.id}/scans/{scan.id}",
        }
        for number, scan in enumerate(found.scans.values(), 1)
    ]
    return table(request, rows, [*dict.fromkeys(columns), "URI"])
