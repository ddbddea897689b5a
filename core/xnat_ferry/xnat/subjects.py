"""Subjects by their labels in a project: servers try accession IDs first, and look at no project then.

See wire-read 2.3. An answer is believed only where it names the project with the label that was asked for.
"""

from xnat_ferry.errors import Forbidden, NotFound
from xnat_ferry.labels import like_an_id
from xnat_ferry.xnat.client import XnatClient, data_path
from xnat_ferry.xnat.listings import names_of, shares_of
from xnat_ferry.xnat.resources import of_subject


def find_subject(client: XnatClient, project: str, label: str) -> str:
    """The accession ID of the subject that has a label in a project, owned or shared in; "" for none.

    One request, and the project's list where that one tells nothing: it answered with the subject of that
    accession ID, or hid one that this account may not see.
    """
    try:
        found = client.item(of_subject(project, label))
    except NotFound:
        if not like_an_id(label):
            return ""
    else:
        if (project, label.casefold()) in names_of(found):
            return str(found["data_fields"].get("ID", ""))
    named = list_subjects(client, project).items()
    return next((one for name, one in named if name.casefold() == label.casefold()), "")


def subject_address(client: XnatClient, project: str, label: str) -> str:
    """The address of the subject that has a label in a project, by its accession ID; raises NotFound."""
    found = find_subject(client, project, label)
    if not found:
        raise NotFound(server=client.server, what=f"GET {of_subject(project, label)}", status=404, said="")
    return of_subject(project, found)


def list_subjects(client: XnatClient, project: str) -> dict[str, str]:
    """Accession ID by label, of all subjects that a project owns or shows; one request."""
    rows = client.table(data_path("projects", project, "subjects"), columns="ID,label")
    return {row.get("label", ""): row.get("id", "") for row in rows}


def owner_of(client: XnatClient, subject_id: str) -> str:
    """The project that owns the subject of an accession ID; "" where there is none, or it is hidden."""
    try:
        fields = client.item(data_path("subjects", subject_id))["data_fields"]
    except NotFound:
        return ""
    return str(fields.get("project", "")) if fields.get("ID") == subject_id else ""


def labels_of_subject(client: XnatClient, subject_id: str) -> dict[str, str]:
    """What the subject of an accession ID is called in each project; empty where it is hidden or gone."""
    try:
        found = client.item(data_path("subjects", subject_id))
    except (NotFound, Forbidden):
        return {}
    fields = found["data_fields"]
    if fields.get("ID") != subject_id:
        return {}
    return {**shares_of(found), str(fields.get("project", "")): str(fields.get("label", ""))}
