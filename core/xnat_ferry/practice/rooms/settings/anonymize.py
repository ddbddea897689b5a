"""Anonymisation scripts over the XAPI and over the legacy editor (wire-read 4.3, wire-write 1.12)."""

from xnat_ferry.practice.http.bodies import NotInBody, body_of, media_type
from xnat_ferry.practice.http.negotiation import TABLE, negotiate
from xnat_ferry.practice.http.replies import STANDARD, Refused, Reply, as_json, text
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.http.tables import Cells, table
from xnat_ferry.practice.rooms.settings import scripts
from xnat_ferry.practice.rules.access import is_admin, may_delete, may_edit, may_read, may_see
from xnat_ferry.practice.rules.xapi import admins_only, logged_in, project_for, yes_or_no
from xnat_ferry.practice.site.preferences import STOCK_SCRIPT

ROUTES = Routes()


@ROUTES.at("/xapi/anonymize/default")
def default(request: Request) -> Reply:
    """What a fresh site has."""
    logged_in(request)
    return text(STOCK_SCRIPT)


@ROUTES.at("/xapi/anonymize/site", methods="GET PUT")
def site_script(request: Request) -> Reply:
    """Any login reads, an admin writes."""
    if request.method == "GET":
        logged_in(request)
        return text(scripts.current(request.site, "")[0])
    admins_only(request)
    return _put(request, "")


@ROUTES.at("/xapi/anonymize/site/enabled", methods="GET PUT")
def site_enabled(request: Request) -> Reply:
    if request.method == "GET":
        return yes_or_no(bool(request.user), scripts.current(request.site, "")[1])
    admins_only(request)
    return _switch(request, "")


@ROUTES.at("/xapi/anonymize/projects/{project}", methods="GET PUT")
def project_script(request: Request, project: str) -> Reply:
    """204 where there is none; members read, owners write."""
    if request.method == "PUT":
        return _put(request, project_for(request, project, may_delete).id)
    found = scripts.current(request.site, project_for(request, project, may_read).id)[0]
    return text(found) if found.strip() else Reply(204)


@ROUTES.at("/xapi/anonymize/projects/{project}/enabled", methods="GET PUT")
def project_enabled(request: Request, project: str) -> Reply:
    """A truth value, which its 403 says too."""
    if request.method == "PUT":
        return _switch(request, project_for(request, project, may_delete).id)
    try:
        found = project_for(request, project, may_read)
    except Refused as error:
        return yes_or_no(False, False) if error.status == 403 else Reply(error.status)
    return as_json(scripts.current(request.site, found.id)[1])


def _put(request: Request, project: str) -> Reply:
    if media_type(request) != "text/plain":
        return Reply(415)
    body = request.body.read().decode(errors="replace")
    if not body:
        return Reply(400)
    scripts.put(request.site, request.user, project, body)
    return Reply(200)


def _switch(request: Request, project: str) -> Reply:
    """The value is in the query, and yet the body's type must be JSON."""
    if media_type(request) != "application/json":
        return Reply(415)
    given = (request.get("enable") or "true").lower()
    if given not in ("true", "false"):
        return Reply(400)
    if not scripts.switch(request.site, request.user, project, enable=given == "true"):
        return Reply(500)
    return Reply(200)


_SCRIPT = ["project", "user", "create_date", "script", "id"]
_STATUS = ["project", "edit", "create_date", "user", "id"]


@ROUTES.at("/data/config/edit/image/dicom", methods="GET PUT")
def site_editor(request: Request) -> Reply:
    """The same script at its old address: any login reads, an admin writes."""
    if request.method == "PUT" and not is_admin(request.site, request.user):
        raise Refused(403, "User does not have privileges to access this project or study")
    return _edit(request, "")


@ROUTES.at("/data/config/edit/projects/{project}/image/dicom", methods="GET PUT")
def project_editor(request: Request, project: str) -> Reply:
    """A project's: those who may edit its data, for reading too."""
    found = request.site.project_named(project)
    if found is None or not may_see(request.site, request.user, found):
        raise Refused(400, "This project does not exist.")
    allowed = may_edit if request.method == "GET" else may_delete
    if not allowed(request.site, request.user, found.id):
        raise Refused(403, "User does not have privileges to access this project or study")
    return _edit(request, found.id)


def _edit(request: Request, project: str) -> Reply:
    what = request.rest.strip("/")
    if what not in ("script", "status"):
        raise Refused(400, "Resource type must be either script or status.")
    if request.method == "PUT":
        return _edit_script(request, project) if what == "script" else _edit_status(request, project)
    negotiate(request, *TABLE)
    known = scripts.versions(request.site, project)
    chosen = known if request.get("all") is not None else known[-1:]
    rows: list[Cells] = [
        {
            **one,
            "project": project or "-1",
            "script": one["contents"],
            "edit": one["status"] == "enabled",
        }
        for one in chosen
        if what == "status" or one["status"] == "enabled"
    ]
    return table(request, rows, _SCRIPT if what == "script" else _STATUS)


def _edit_script(request: Request, project: str) -> Reply:
    try:
        sent = body_of(request).files if request.length else []
    except NotInBody as error:
        raise Refused(400, str(error)) from None
    if request.length and len(sent) != 1:
        raise Refused(400, "Unable to identify upload format.")
    lines = sent[0].file.read().decode(errors="replace").splitlines() if sent else []
    # it is read line by line, so that the last one ends too
    scripts.put(request.site, request.user, project, "".join(f"{line}\n" for line in lines))
    return Reply(200)


def _edit_status(request: Request, project: str) -> Reply:
    given = request.get("activate")
    if given is None:
        raise Refused(400, "Please set the activate query string parameter to true or false.")
    if given not in ("true", "false"):
        raise Refused(400, "The activate parameter should be either true or false.")
    if not scripts.switch(request.site, request.user, project, enable=given == "true"):
        raise Refused(500, STANDARD[500])
    return Reply(200)
