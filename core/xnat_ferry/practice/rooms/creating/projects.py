"""New projects, and what is changed in known ones (wire-read 4.5)."""

from xnat_ferry.practice.http.replies import STANDARD, Refused, Reply
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.rooms.creating.applying import created_in_list, set_fields, take_parameters
from xnat_ferry.practice.rooms.creating.incoming import TEXT, Incoming, incoming
from xnat_ferry.practice.rules import events
from xnat_ferry.practice.rules.access import is_admin, may_delete, may_see
from xnat_ferry.practice.rules.identifiers import valid
from xnat_ferry.practice.site.records import Project
from xnat_ferry.practice.site.site import Site

ROUTES = Routes()
_TYPE = "xnat:projectData"


@ROUTES.at("/data/projects/{project}", methods="PUT")
def put_project(request: Request, project: str) -> Reply:
    """Create it, or change what its owner may change."""
    site = request.site
    found = site.project_named(project)
    if found is not None and not may_see(site, request.user, found):
        found = None
    if request.rest.strip("/"):
        raise Refused(400, STANDARD[400])
    if found is None:
        _require_creation(request)
    elif not may_delete(site, request.user, found.id):
        raise Refused(403, f"User {request.user} doesn't have permission to edit the project {project}")
    events.require_reason(request)
    given = _given(request)
    identifier = given.values.get("ID") or (found.id if found else project)
    if identifier.casefold() != (found.id if found else project).casefold():
        words = "The project ID for the REST call must match the value in submitted request body."
        raise Refused(417, words)
    _require_free(request, _aliases(given), found)
    if found is None:
        found = _create(request, identifier, given)
    _fill(request, found, given)
    return Reply(200)


@ROUTES.at("/data/projects", methods="POST")
def post_project(request: Request) -> Reply:
    """Create one whose ID the document or the parameters say."""
    _require_creation(request)
    given = _given(request)
    identifier = given.values.get("ID", "")
    if request.site.project_named(identifier) is not None:
        raise Refused(409, _conflict(identifier))
    _require_free(request, _aliases(given), None)
    _fill(request, _create(request, identifier, given), given)
    return created_in_list(request, identifier)


def _given(request: Request) -> Incoming:
    given = incoming(request, "project")
    take_parameters(given, "project", _TYPE)
    if given.xsi_type not in ("", _TYPE):
        raise Refused(422, STANDARD[422])
    return given


def _require_creation(request: Request) -> None:
    site = request.site
    if not site.preferences["uiAllowNonAdminProjectCreation"] and not is_admin(site, request.user):
        raise Refused(403, f"User {request.user} doesn't have permission to create projects on this system")


def _create(request: Request, identifier: str, given: Incoming) -> Project:
    site = request.site
    if not valid(identifier):
        raise Refused(417, "Invalid character in project ID.")
    if identifier in site.burnt:
        words = f"Project '{identifier}' was used in a previously deleted project and cannot be reused."
        raise Refused(403, words)
    with site.lock:
        taken = _taken(site, identifier, given)
        if taken:
            raise Refused(409, taken)
        made = Project(identifier, inserted=site.now(), members={request.user: "owner"})
        made.prearchive_code = int(str(site.preferences.get("defaultProjectAutoArchiveSetting", 4)))
        site.projects[identifier] = made
    events.record(request, identifier, identifier, _TYPE, "Added Project")
    return made


def _conflict(name: str) -> str:
    return f"Requested new project conflicts with existing projects: {name}"


def _taken(site: Site, identifier: str, given: Incoming) -> str:
    """IDs, titles and running titles share one space, whoever may see them."""
    wanted = {
        identifier.casefold(),
        *(given.values.get(one, "").casefold() for one in ("name", "secondary_ID")),
    }
    for known in site.projects.values():
        names = {known.id, known.fields.get("name", ""), known.fields.get("secondary_ID", ""), *known.aliases}
        if {one.casefold() for one in names if one} & wanted:
            return _conflict(known.id)
    return ""


def _aliases(given: Incoming) -> list[str]:
    """Further names, by shortcut or in a document's list."""
    listed = given.parts.get("aliases/alias", [])
    named = [one.values.get(TEXT) or one.values.get("alias", "") for one in listed]
    return [one for one in (given.values.get("aliases/alias/alias", ""), *named) if one]


def _require_free(request: Request, aliases: list[str], project: Project | None) -> None:
    """403 for an alias that leads to another project already. Raises Refused."""
    for alias in aliases:
        if request.site.project_named(alias) not in (None, project):
            raise Refused(403, f"The alias {alias} is in use: ask an administrator of the site.")


def _fill(request: Request, project: Project, given: Incoming) -> None:
    values = {path: value for path, value in given.values.items() if path != "aliases/alias/alias"}
    with request.site.lock:
        set_fields(project.fields, values)
        project.variables.update(given.variables)
        project.aliases += [one for one in _aliases(given) if one not in project.aliases]
        accessibility = request.get("accessibility")
        if accessibility in ("private", "protected", "public"):
            project.accessibility = accessibility
    events.record(request, project.id, project.id, _TYPE, "Modified Project")
