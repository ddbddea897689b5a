"""What an account may do in a project and which of the project's settings change what arrives."""

from xnat_ferry.errors import FerryError, ServerAnswer
from xnat_ferry.model import ProjectRules, Rights
from xnat_ferry.xnat.client import XnatClient, data_path


def read_role(client: XnatClient, project: str) -> Rights:
    """The role alone, in one request. What the server does not say is None (wire-read 3.3)."""
    return Rights(role=_role(client, project))


def read_rights(client: XnatClient, project: str) -> Rights:
    """Role and rights, in three requests (wire-read 3.3, 3.4)."""
    return Rights(
        role=_role(client, project),
        create_sessions=_may_create(client, project, "xnat:mrSessionData"),
        create_subjects=_may_create(client, project, "xnat:subjectData"),
    )


def read_rules(client: XnatClient, project: str) -> ProjectRules:
    """Prearchive code and anonymisation, in three requests (wire-read 4.1, 4.3)."""
    return ProjectRules(
        prearchive_code=_prearchive_code(client, project),
        site_script=_flag(client, "/xapi/anonymize/site/enabled"),
        project_script=_flag(client, f"/xapi/anonymize/projects/{project}/enabled"),
    )


def _role(client: XnatClient, project: str) -> str | None:
    try:
        rows = client.json("/xapi/access/projects")
        return next((str(row["role"]) for row in rows if row["ID"] == project), "")
    except (ServerAnswer, KeyError, TypeError):
        return None


def _may_create(client: XnatClient, project: str, data_type: str) -> bool | None:
    try:
        rows = client.table(data_path("projects"), permissions="create", dataType=data_type)
    except FerryError:
        return None
    return any(row.get("id") == project for row in rows)


def _prearchive_code(client: XnatClient, project: str) -> int | None:
    try:
        code = client.text(data_path("projects", project, "prearchive_code"))
    except ServerAnswer:
        return None
    return int(code) if code.isdigit() else None


def _flag(client: XnatClient, path: str) -> bool | None:
    try:
        value = client.json(path)
    except ServerAnswer:
        return None
    return value if isinstance(value, bool) else None
