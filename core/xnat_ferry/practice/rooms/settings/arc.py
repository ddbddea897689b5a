"""A project's arc codes: what becomes of data that arrive (wire-read 4.1, 13.12, wire-write 2.8)."""

from collections.abc import Callable

from xnat_ferry.practice.http.replies import Refused, Reply, text, xml
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.http.xml_text import escape, quoteattr
from xnat_ferry.practice.rules import events
from xnat_ferry.practice.rules.access import is_admin, may_edit_project, may_see
from xnat_ferry.practice.site.records import Project

ROUTES = Routes()


@ROUTES.at("/data/projects/{project}/prearchive_code", methods="GET PUT")
def prearchive_code(request: Request, project: str) -> Reply:
    """0 stays in the prearchive, 4 archives, 5 overwrites; any other number is taken as it is."""
    if request.method == "GET":
        return text(str(_visible(request, project).prearchive_code))

    def change(found: Project, given: str) -> None:
        if given != "0" and not request.site.preferences["projectAllowAutoArchive"]:
            raise Refused(403)
        found.prearchive_code = _code(given)

    return _set(request, project, "prearchive_code", change)


@ROUTES.at("/data/projects/{project}/quarantine_code", methods="GET PUT")
def quarantine_code(request: Request, project: str) -> Reply:
    """Only 1 acts."""
    if request.method == "GET":
        return text(str(_visible(request, project).quarantine_code))

    def change(found: Project, given: str) -> None:
        found.quarantine_code = _code(given)

    return _set(request, project, "quarantine_code", change)


@ROUTES.at("/data/projects/{project}/current_arc", methods="GET PUT")
def current_arc(request: Request, project: str) -> Reply:
    """The folder that new sessions go into."""
    if request.method == "GET":
        return text(_visible(request, project).current_arc)

    def change(found: Project, given: str) -> None:
        found.current_arc = given

    return _set(request, project, "current_arc", change)


@ROUTES.at("/data/projects/{project}/scan_type_mapping", methods="GET PUT")
def scan_type_mapping(request: Request, project: str) -> Reply:
    """Can be set, but not read."""
    if request.method == "GET":
        _visible(request, project)
        raise Refused(400)

    def change(found: Project, given: str) -> None:
        found.fields["use_scan_type_mapping"] = "true" if given in ("true", "on", "yes") else "false"

    return _set(request, project, "scan_type_mapping", change)


@ROUTES.at("/data/projects/{project}/archive_spec")
def archive_spec(request: Request, project: str) -> Reply:
    """All of them in one document."""
    found = _visible(request, project)
    data = request.site.data
    folders = {name: str(data / name) for name in ("archive", "prearchive", "cache", "build")}
    paths = "".join(f" {name}Path={quoteattr(place)}" for name, place in folders.items())
    return xml(
        f'<arc:Project xmlns:arc="http://nrg.wustl.edu/arc" id={quoteattr(found.id)}>'
        f"<arc:paths{paths}/><arc:current_arc>{escape(found.current_arc)}</arc:current_arc>"
        f"<arc:prearchive_code>{found.prearchive_code}</arc:prearchive_code>"
        f"<arc:quarantine_code>{found.quarantine_code}</arc:quarantine_code></arc:Project>"
    )


def _visible(request: Request, project: str) -> Project:
    found = request.site.project_named(project)
    if found is None or not may_see(request.site, request.user, found):
        raise Refused(404, "Unable to find the specified experiment.")
    return found


def _set(request: Request, project: str, name: str, change: Callable[[Project, str], None]) -> Reply:
    """Owners only, everybody else is 403. Nothing after the name changes nothing."""
    site = request.site
    found = site.project_named(project)
    if found is None and is_admin(site, request.user):
        without = "without specifying the project on which you want to set it."
        raise Refused(400, f"You can't set the '{name}' attribute {without}")
    if found is None or not may_edit_project(site, request.user, found.id):
        message = f"User {request.user} doesn't have permission to edit the project {project}"
        raise Refused(403, message)
    if not request.rest.startswith("/"):
        raise Refused(400)
    given = request.rest.strip("/")
    events.require_reason(request)
    if given:
        with site.lock:
            change(found, given)
        events.record(request, found.id, found.id, "xnat:projectData", f"Configured {name.replace('_', ' ')}")
    return Reply(200)


def _code(given: str) -> int:
    """A number, or ``true`` for 1 and ``false`` for 0."""
    try:
        return int({"true": "1", "false": "0"}.get(given, given))
    except ValueError:
        raise Refused(400, f"The submitted code {given} is invalid: must be an integer.") from None
