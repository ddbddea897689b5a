"""Looks at the two ends: lists, rights, settings; the number of requests does not grow with the sessions."""

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor

from msgspec.structs import replace

from xnat_ferry.errors import FerryError, Forbidden, NotFound, ServerAnswer
from xnat_ferry.listing import Listing
from xnat_ferry.model import Endpoint, PrearchiveRow
from xnat_ferry.project import ProjectSettings, Rights, Unread
from xnat_ferry.survey.seen import ProjectView
from xnat_ferry.xnat.client import XnatClient, data_path
from xnat_ferry.xnat.listings import list_sessions
from xnat_ferry.xnat.prearchive import list_prearchive
from xnat_ferry.xnat.project_settings import read_settings
from xnat_ferry.xnat.rights import OWNERS, ProjectRow, list_owners, list_projects, read_rights

Projects = Mapping[str, ProjectRow] | Unread
"""The projects that an account sees, or why that is not known."""


def read_projects(client: XnatClient) -> Projects:
    """Roles and arc codes of every project that is not hidden; one request."""
    try:
        return list_projects(client)
    except ServerAnswer as error:
        return Unread("the roles in the projects", str(error))


def view_source(client: XnatClient, endpoint: Endpoint, projects: Projects | None = None) -> ProjectView:
    """The source project: its sessions and the role there; two requests, one more for what is not listed."""
    projects = read_projects(client) if projects is None else projects
    sessions, error = _sessions(client, endpoint, owners=False)
    row = _row_of(projects, endpoint)
    return _view(
        client,
        endpoint,
        sessions,
        error,
        rights=Rights(role=row.role if row else None, accessibility=row.accessibility if row else None),
        projects=projects,
    )


def view_destination(client: XnatClient, endpoint: Endpoint, types: Collection[str] = ()) -> ProjectView:
    """The destination with its prearchive, rights and settings; eight requests and one for each speciality.

    ``types`` are the data types that shall be created there.
    """
    projects = read_projects(client)
    return with_rights(client, list_destination(client, endpoint, projects), types, projects)


def list_destination(client: XnatClient, endpoint: Endpoint, projects: Projects) -> ProjectView:
    """The destination without its rights, which need the types; sessions first, the rest side by side."""
    sessions, error = _sessions(client, endpoint, owners=True)
    view = _view(client, endpoint, sessions, error, rights=Rights(), projects=projects)
    if sessions is None:
        return view
    with ThreadPoolExecutor(2) as pool:
        settings_read = pool.submit(read_settings, client, endpoint.project)
        prearchive, problem = _prearchive(client, endpoint)
        settings = settings_read.result()
    row = _row_of(projects, endpoint)
    return replace(
        view,
        prearchive=prearchive,
        prearchive_problem=problem,
        settings=replace(
            settings,
            prearchive_code=row.prearchive_code if row else None,
            quarantine=row.quarantine if row else None,
            unread=(*view.settings.unread, *settings.unread),
        ),
    )


def with_rights(
    client: XnatClient, view: ProjectView, types: Collection[str], projects: Projects
) -> ProjectView:
    """The same view with what this account may do there, and with the owners where that is not enough."""
    rights = read_rights(client, view.endpoint.project, _row_of(projects, view.endpoint), types)
    view = replace(view, rights=rights)
    return with_owners(client, view) if _has_to_ask(view, types) else view


def with_owners(client: XnatClient, view: ProjectView) -> ProjectView:
    """The same view with the names of those who may help; one request."""
    return replace(view, owners=list_owners(client, view.endpoint.project))


def _has_to_ask(view: ProjectView, types: Collection[str]) -> bool:
    """Whether anything stands in the way that an owner could change; whoever is one need not ask."""
    rights, settings, uploader = view.rights, view.settings, view.settings.uploader
    if rights.role == OWNERS:
        return False
    lacking = [rights.may_create(one) is not True for one in ("xnat:subjectData", *types)]
    filters = [one is None or one.enabled for one in (settings.site_filter, settings.project_filter)]
    refused = uploader is None or False in (uploader.allow_create_subject, uploader.allow_bulk_upload)
    return (
        any((*lacking, *filters, refused))
        or view.prearchive is None
        or bool(settings.unread or settings.quarantine or settings.prearchive_code)
    )


def _view(
    client: XnatClient,
    endpoint: Endpoint,
    sessions: Listing | None,
    error: FerryError | None,
    *,
    rights: Rights,
    projects: Projects,
) -> ProjectView:
    return ProjectView(
        endpoint=endpoint,
        user=client.user,
        version=client.version,
        rights=rights,
        sessions=sessions,
        alias_of=_alias_of(client, endpoint, projects) if sessions is not None else "",
        settings=ProjectSettings(unread=(projects,) if isinstance(projects, Unread) else ()),
        refused=isinstance(error, NotFound | Forbidden),
        problem=_problem(endpoint, client.user, error),
        advice=error.advice if error else "",
    )


def _problem(endpoint: Endpoint, user: str, error: FerryError | None) -> str:
    """Why a project could not be listed; an address is no answer to whoever has mistyped its name."""
    if isinstance(error, NotFound):
        return f"There is no project {endpoint}, or it is hidden from {user}."
    return str(error or "")


def _row_of(projects: Projects, endpoint: Endpoint) -> ProjectRow | None:
    """A project that is not in the list is hidden: then the account is certainly no member."""
    if isinstance(projects, Unread):
        return None
    return projects.get(endpoint.project, ProjectRow(role=""))


def _alias_of(client: XnatClient, endpoint: Endpoint, projects: Projects) -> str:
    """The ID of a project that is read and stands in no list: an alias leads there, too (wire-read 13.12)."""
    if isinstance(projects, Unread) or endpoint.project in projects:
        return ""
    try:
        known = str(client.item(data_path("projects", endpoint.project))["data_fields"].get("ID", ""))
    except ServerAnswer:
        return ""
    return known if known != endpoint.project else ""


def _sessions(
    client: XnatClient, endpoint: Endpoint, *, owners: bool
) -> tuple[Listing | None, FerryError | None]:
    try:
        return list_sessions(client, endpoint.project, owners=owners), None
    except ServerAnswer as error:
        return None, error


def _prearchive(client: XnatClient, endpoint: Endpoint) -> tuple[tuple[PrearchiveRow, ...] | None, str]:
    try:
        return list_prearchive(client, endpoint.project), ""
    except ServerAnswer as error:
        return None, str(error)
