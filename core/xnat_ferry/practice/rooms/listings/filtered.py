"""Projects by role, accessibility or activity: a stored search with keys in lower case (wire-read 2.2)."""

from collections.abc import Callable
from datetime import datetime

from xnat_ferry.practice.http.replies import STANDARD, Refused, Reply, xml
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.tables import Cells, table
from xnat_ferry.practice.rules.access import ROLES, is_admin, may_see, reads_all, role
from xnat_ferry.practice.site.records import Project
from xnat_ferry.practice.site.site import Site

_TRIGGERS = (
    *("accessible", "data", "owner", "member", "collaborator", "admin"),
    *("prearc_code", "activeSince", "recent", "favorite"),
)
_QUARANTINE = "quarantine_status"
Wanted = Callable[[Project], bool]


def wants_filtered(request: Request) -> bool:
    """Whether one of the parameters is there that lead here."""
    return any(name in request.query for name in _TRIGGERS) or request.get("format") == "search_xml"


def filtered(request: Request) -> Reply:
    """Everything that all conditions allow, and one of the roles and activities that are asked for."""
    site, user = request.site, request.user
    if request.get("format") == "search_xml":
        return xml(_STORED_SEARCH)
    seen = [project for project in list(site.projects.values()) if may_see(site, user, project)]
    status = 200
    wanted = [_by_data(request), _by_access(request)]
    any_of = [_by_role(site, user, name, request) for name in ("owner", "member", "collaborator")]
    any_of.append((lambda project: True) if request.flag("admin") and is_admin(site, user) else None)
    # nobody has favourites here, nor looked at a project's page
    any_of += [(lambda project: False) if name in request.query else None for name in ("recent", "favorite")]
    try:
        any_of.append(_since(request))
    except ValueError:
        status = 422
    alternatives = [test for test in any_of if test is not None]
    everything = reads_all(site, user)
    found = [
        project
        for project in seen
        if everything
        or (
            all(test(project) for test in wanted)
            and (not alternatives or any(test(project) for test in alternatives))
        )
    ]
    return _answer(request, found, status)


def _by_data(request: Request) -> Wanted:
    asked = request.get("data")
    site, user = request.site, request.user
    if asked is None:
        return lambda project: True
    if asked.lower() == "writable":
        return lambda project: role(site, user, project.id) in ("owner", "member")
    if asked.lower() == "readable":
        return lambda project: bool(role(site, user, project.id)) or project.accessibility == "public"
    raise Refused(500, STANDARD[500])


def _by_access(request: Request) -> Wanted:
    asked = request.get("accessible")
    site, user = request.site, request.user
    if asked is None:
        return lambda project: True
    if asked.lower() == "true":
        return lambda project: bool(role(site, user, project.id)) or project.accessibility != "private"
    return lambda project: not role(site, user, project.id)


def _by_role(site: Site, user: str, name: str, request: Request) -> Wanted | None:
    asked = request.get(name)
    if asked is None:
        return None
    if asked.lower() == "true":
        return lambda project: role(site, user, project.id) == name
    # "not an owner" means that one has no role at all
    others = ("",) if name == "owner" else tuple({"", *ROLES} - {name})
    return lambda project: role(site, user, project.id) in others


def _since(request: Request) -> Wanted | None:
    """Projects with a workflow after a time. Raises ValueError for what is none."""
    asked = request.get("activeSince")
    if asked is None:
        return None
    moment = _moment(asked)
    active = {one.project for one in list(request.site.workflows) if one.launched > moment}
    return lambda project: project.id in active


def _moment(text: str) -> float:
    for form in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y"):
        try:
            return datetime.strptime(text, form).timestamp()  # noqa: DTZ007  the server's own zone
        except ValueError:
            continue
    raise ValueError(text)


def _answer(request: Request, found: list[Project], status: int) -> Reply:
    site, user = request.site, request.user
    number = str(list(site.users).index(user) + 1) if user in site.users else "0"
    rows = [_row(site, user, number, project) for project in found]
    rows.sort(key=lambda row: str(row["secondary_id"]))
    columns = [
        *("id", "name", "description", "secondary_id", "pi", "project_invs", "project_access"),
        *("project_access_img", "insert_date", "insert_user"),
        *(f"user_role_{number}", f"last_accessed_{number}"),
    ]
    if request.flag("prearc_code"):
        columns += ["proj_quarantine", "proj_prearchive_code"]
    described = [{"key": name} for name in (*columns, _QUARANTINE)]
    reply = table(
        request,
        rows,
        [*columns, _QUARANTINE],
        title="Projects",
        meta={"xdat_user_id": number},
        described=described if site.unconfirmed["filtered_projects_describe_columns"] else None,
    )
    reply.status = status
    return reply


def _row(site: Site, user: str, number: str, project: Project) -> Cells:
    fields = project.fields
    people = [_person(fields, "PI"), _person(fields, "investigators/investigator")]
    return {
        "id": project.id,
        "name": fields.get("name", project.id),
        "description": fields.get("description", ""),
        "secondary_id": fields.get("secondary_ID", project.id),
        "pi": people[0],
        "project_invs": " <br/> ".join(name for name in people if name),
        "project_access": project.accessibility,
        "project_access_img": f"/@WEBAPP/images/{project.accessibility}.gif",
        "insert_date": project.inserted,
        "insert_user": "admin",
        f"user_role_{number}": ROLES.get(role(site, user, project.id), ""),
        f"last_accessed_{number}": "",
        "proj_quarantine": project.quarantine_code,
        "proj_prearchive_code": project.prearchive_code,
        _QUARANTINE: "active",
    }


def _person(fields: dict[str, str], path: str) -> str:
    names = [fields.get(f"{path}/lastname", ""), fields.get(f"{path}/firstname", "")]
    return ", ".join(name for name in names if name)


_STORED_SEARCH = (
    '<xdat:search ID="" allow-diff-columns="0" secure="false" brief-description="Projects" '
    'xmlns:xdat="http://nrg.wustl.edu/security">'
    "<xdat:root_element_name>xnat:projectData</xdat:root_element_name>"
    + "".join(
        "<xdat:search_field><xdat:element_name>xnat:projectData</xdat:element_name>"
        f"<xdat:field_ID>{name}</xdat:field_ID><xdat:sequence>{place}</xdat:sequence>"
        f"<xdat:type>string</xdat:type><xdat:header>{name}</xdat:header></xdat:search_field>"
        for place, name in enumerate(("ID", "NAME", "DESCRIPTION", "SECONDARY_ID", "PI"))
    )
    + "</xdat:search>"
)
