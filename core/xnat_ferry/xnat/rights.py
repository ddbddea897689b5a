"""What an account may do in a project, and whom it may ask (wire-read 3)."""

from collections.abc import Collection, Mapping

from msgspec import Struct

from xnat_ferry.errors import ServerAnswer
from xnat_ferry.project import Rights
from xnat_ferry.settings.redact import plain
from xnat_ferry.xnat.client import XnatClient, data_path

OWNERS, MEMBERS, COLLABORATORS = "Owners", "Members", "Collaborators"
"""The groups that every project has (wire-read 3.1)."""

_SUBJECT = "xnat:subjectData"
_MAY_EDIT = {OWNERS: True, MEMBERS: True, COLLABORATORS: False}
_MAY_DELETE = {OWNERS: True, MEMBERS: False, COLLABORATORS: False}


class ProjectRow(Struct, frozen=True, kw_only=True):
    """One project as the filtered listing shows it to this account (wire-read 2.2). ``None``: not said."""

    role: str | None
    """A group's name; "" when the account is not a member."""
    accessibility: str | None = None
    prearchive_code: int | None = None
    quarantine: bool | None = None


def list_projects(client: XnatClient) -> dict[str, ProjectRow]:
    """Every project that is not hidden from this account, by ID; one request for all of them."""
    # an access filter and a code make it this listing and not the plain one (wire-read 2.2)
    rows = client.table(data_path("projects"), accessible="true", prearc_code="true")
    return {row["id"]: _row(row) for row in rows if row.get("id")}


def read_rights(client: XnatClient, project: str, row: ProjectRow | None, types: Collection[str]) -> Rights:
    """The rights in a project: one request for a member, more for whom no membership explains.

    ``row`` is the project's row in the listing, None where that could not be read; ``types`` are the data
    types that would be created. What the server does not say is None.
    """
    role = row.role if row else None
    return Rights(
        role=role,
        accessibility=row.accessibility if row else None,
        creatable=_creatable(client, project, role, types),
        edit=_by_role(client, project, role, "edit", _MAY_EDIT),
        delete=_by_role(client, project, role, "delete", _MAY_DELETE),
        # sharing into a project takes a feature that owners and members have (wire-read 3.1)
        share=_MAY_EDIT.get(role) if role else None,
    )


def may_delete(client: XnatClient, project: str, role: str | None) -> bool | None:
    """Whether this account may delete in a project; one request where no membership explains."""
    return _by_role(client, project, role, "delete", _MAY_DELETE)


def list_owners(client: XnatClient, project: str) -> tuple[str, ...] | None:
    """The owners' names, and their logins; None where this account may not know (wire-read 2.13)."""
    try:
        rows = client.table(data_path("projects", project, "users"))
    except ServerAnswer:
        return None
    owners = [row for row in rows if row.get("displayname") == OWNERS]
    return tuple(sorted({_person(row) for row in owners}))


def _row(row: Mapping[str, str]) -> ProjectRow:
    # the key carries the account's number: user_role_12
    role = next((value for key, value in row.items() if key.startswith("user_role_")), None)
    code, quarantine = row.get("proj_prearchive_code", ""), row.get("proj_quarantine", "")
    return ProjectRow(
        role=role,
        accessibility=row.get("project_access") or None,
        prearchive_code=int(code) if code.isdecimal() else None,
        quarantine=quarantine == "1" if quarantine.isdigit() else None,
    )


def _creatable(
    client: XnatClient, project: str, role: str | None, types: Collection[str]
) -> tuple[str, ...] | None:
    """By membership; whoever is none may still be an administrator, so is asked about type by type."""
    try:
        rows = client.table(data_path("projects", project), creatableTypes="true")
        named = tuple(sorted(row["element_name"] for row in rows if row.get("element_name")))
        if named or role:
            return named
        wanted = sorted({_SUBJECT, *types})
        return tuple(one for one in wanted if project in _permitted(client, "create", one))
    except ServerAnswer:
        return None


def _by_role(
    client: XnatClient, project: str, role: str | None, action: str, known: Mapping[str, bool]
) -> bool | None:
    """What the three standard groups may is fixed; for a custom group and for none it is asked."""
    if role is not None and role in known:
        return known[role]
    try:
        return project in _permitted(client, action, "xnat:mrSessionData")
    except ServerAnswer:
        return None


def _permitted(client: XnatClient, action: str, data_type: str) -> set[str]:
    rows = client.table(data_path("projects"), permissions=action, dataType=data_type)
    return {row.get("id", "") for row in rows}


def _person(row: Mapping[str, str]) -> str:
    name = f"{row.get('firstname', '')} {row.get('lastname', '')}".strip()
    login = row.get("login", "")
    return plain(f"{name} ({login})" if name else login, 60)
