"""``/data/projects/P``, and what one may create in it (wire-read 2.2, 2.6)."""

from xml.sax.saxutils import quoteattr

from xnat_ferry.practice.http.negotiation import TABLE, negotiate
from xnat_ferry.practice.http.replies import STANDARD, Refused, Reply, xml
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.http.tables import Cells, table
from xnat_ferry.practice.rooms import model
from xnat_ferry.practice.rooms.access import role, role_allows, visible_project
from xnat_ferry.practice.rooms.items.item import of_project
from xnat_ferry.practice.rooms.items.shown import show
from xnat_ferry.practice.site.records import Project
from xnat_ferry.practice.site.site import Site

ROUTES = Routes()


@ROUTES.at("/data/projects/{project}")
def project(request: Request, project: str) -> Reply:
    """The project; a rest that it does not know is 400."""
    found = visible_project(request.site, request.user, project)
    if request.rest.strip("/"):
        raise Refused(400)
    if request.flag("creatableTypes"):
        return _creatable(request, found)
    return show(request, of_project(found), f"Project {found.id}")


def _creatable(request: Request, project: Project) -> Reply:
    """By the caller's group only: whoever may do everything without one gets nothing."""
    negotiate(request, *TABLE)
    held = role(request.site, request.user, project.id)
    rows: list[Cells] = [
        {"element_name": name} for name in model.creatable() if role_allows(held, "create", name)
    ]
    return table(request, rows, ["element_name"], total=False)


@ROUTES.at("/data/projects/{project}/protocols", "/data/projects/{project}/protocols/{protocol}")
def protocols(request: Request, project: str, protocol: str = "") -> Reply:
    """The custom variables of one data type, by the protocol's ID or by ``dataType``."""
    found = visible_project(request.site, request.user, project)
    data_type = request.get("dataType") or ""
    if not protocol and not data_type:
        raise Refused(400)
    for xsi_type, names in _variables(request.site, found).items():
        identifier = f"{found.id}_{xsi_type.replace(':', '_')}"
        if protocol == identifier or (not protocol and data_type == xsi_type):
            return xml(_protocol(identifier, xsi_type, names))
    raise Refused(404, STANDARD[404])


def _variables(site: Site, project: Project) -> dict[str, list[str]]:
    """The names in use by data type."""
    used: dict[str, dict[str, None]] = {}
    for subject in site.subjects.of(project.id):
        used.setdefault("xnat:subjectData", {}).update(dict.fromkeys(subject.variables))
    for session in site.sessions.of(project.id):
        used.setdefault(session.xsi_type, {}).update(dict.fromkeys(session.variables))
    return {xsi_type: list(names) for xsi_type, names in used.items()}


def _protocol(identifier: str, xsi_type: str, names: list[str]) -> str:
    fields = "".join(
        f'<xnat:field name={quoteattr(name)} datatype="string" type="custom" required="false" '
        f"xmlPath={quoteattr(f'{xsi_type}/fields/field[name={name}]/field')}/>"
        for name in names
    )
    return (
        f'<xnat:StudyProtocol ID={quoteattr(identifier)} data-type="{xsi_type}" '
        'xsi:type="xnat:datatypeProtocol" xmlns:xnat="http://nrg.wustl.edu/xnat" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f'<xnat:definitions><xnat:definition ID="default" data-type="{xsi_type}" project-specific="false">'
        f"<xnat:fields>{fields}</xnat:fields></xnat:definition></xnat:definitions></xnat:StudyProtocol>"
    )
