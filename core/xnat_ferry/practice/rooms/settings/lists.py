"""What a project or site allows: quality labels, features, fields of its own (wire-read 2.4, 3.4, 4.5)."""

from xnat_ferry.practice.http.negotiation import negotiate
from xnat_ferry.practice.http.replies import Refused, Reply, as_json, xml
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.http.xml_text import escape, quoteattr
from xnat_ferry.practice.rules.access import ROLES, visible_project
from xnat_ferry.practice.rules.types import TYPES
from xnat_ferry.practice.site.records import Project

ROUTES = Routes()

SHARING = "project_sharing"
"""The feature that a group needs for sharing into its project."""
_QUALITY = "usable,questionable,unusable"


@ROUTES.at("/data/services/scan-quality-labels", "/data/services/scan-quality-labels/{project}")
def quality_labels(request: Request, project: str = "") -> Reply:
    """By the project's configuration, else the site's, else the three of a fresh site."""
    site = request.site
    if project:
        visible_project(site, request.user, project)
    told = site.config(project, "scan-quality", "labels") if project else None
    told = told or site.config("", "scan-quality", "labels") or _QUALITY
    labels = [label.strip() for label in told.replace("\n", ",").split(",")]
    return as_json({project or "site": [label for label in labels if label]})


@ROUTES.at("/data/services/features")
def features(request: Request) -> Reply:
    """What each group of a project can do."""
    found = visible_project(request.site, request.user, request.get("tag") or "")
    allowed = [SHARING] if found.sharing else []
    blocked = [] if found.sharing else [SHARING]
    return as_json(
        [
            {"id": f"{found.id}_{role}", "display": name, "features": allowed, "blocked": blocked}
            for role, name in ROLES.items()
        ]
    )


@ROUTES.at("/data/projects/{project}/protocols/{protocol}")
def protocol(request: Request, project: str, protocol: str) -> Reply:
    """The custom variables of the old kind that a data type has in this project."""
    negotiate(request, "xml")
    found = visible_project(request.site, request.user, project)
    asked = request.get("dataType") or protocol.removeprefix(f"{found.id}_").replace("_", ":", 1)
    data_type = next((name for name, one in TYPES.items() if name == asked and one.secured), None)
    if data_type is None:
        raise Refused(404, "Unable to find the specified protocol by data type or protocol ID")
    names = _variables(request, found, data_type)
    identifier = f"{found.id}_{data_type.replace(':', '_')}"
    plural = TYPES[data_type].plural
    if request.format("xml") == "json":
        return as_json({"items": [_item(identifier, plural, data_type, names)]})
    fields = "".join(
        f'<xnat:field name={quoteattr(name)} datatype="string" type="custom" required="false" '
        f"xmlPath={quoteattr(_path(data_type, name))}/>"
        for name in names
    )
    return xml(
        f'<xnat:DatatypeProtocol xmlns:xnat="http://nrg.wustl.edu/xnat" ID={quoteattr(identifier)} '
        f"name={quoteattr(plural)} data-type={quoteattr(data_type)}>"
        f'<xnat:definitions><xnat:definition ID="default" data-type={quoteattr(data_type)} '
        f'project-specific="false"><xnat:fields>{fields}</xnat:fields></xnat:definition></xnat:definitions>'
        f"<xnat:description>{escape(plural)}</xnat:description></xnat:DatatypeProtocol>"
    )


def _variables(request: Request, project: Project, data_type: str) -> list[str]:
    """The names in use: a world gives variables without defining them."""
    site = request.site
    holders: list[dict[str, str]] = []
    if data_type == "xnat:projectData":
        holders = [project.variables]
    elif data_type == "xnat:subjectData":
        holders = [one.variables for one in site.subjects.of(project.id)]
    else:
        holders = [one.variables for one in site.sessions.of(project.id) if one.xsi_type == data_type]
    return sorted({name for variables in holders for name in variables})


def _path(data_type: str, name: str) -> str:
    return f"{data_type}/fields/field[name={name}]/field"


def _item(identifier: str, plural: str, data_type: str, names: list[str]) -> dict[str, object]:
    fields = [
        {
            "data_fields": {
                "name": name,
                "datatype": "string",
                "type": "custom",
                "xmlPath": _path(data_type, name),
            },
            "children": [],
        }
        for name in names
    ]
    definition = {
        "data_fields": {"ID": "default", "data-type": data_type, "project-specific": "false"},
        "children": [{"field": "fields/field", "items": fields}] if fields else [],
    }
    return {
        "meta": {"xsi:type": "xnat:datatypeProtocol", "isHistory": False},
        "data_fields": {"ID": identifier, "name": plural, "data-type": data_type},
        "children": [{"field": "definitions/definition", "items": [definition]}],
    }
