"""Which projects have a subject or a session, and giving it to others: nothing of its files travels.

Every request names the owner's project and accession IDs (wire-write 5.2, 5.3). An answer proves nothing: a
200 may have done nothing and a 500 may have done it, so look with ``read_standing`` afterwards.
"""

from enum import StrEnum

from msgspec import Struct

from xnat_ferry.errors import Forbidden, NotAnAnswer, ServerAnswer
from xnat_ferry.xnat.client import LONG_PATIENCE, XnatClient, data_path
from xnat_ferry.xnat.listings import list_files, shares_of

_SHARING = "project_sharing"
"""The feature without which a project's data cannot be shared (wire-read 3.4)."""


class Kind(StrEnum):
    """What can be given to a project, as XNAT's addresses call it."""

    SUBJECT = "subjects"
    SESSION = "experiments"


class Standing(Struct, frozen=True, kw_only=True):
    """Which projects have one subject or session, and what it is called there (wire-read 2.6, 3.2)."""

    kind: Kind
    id: str
    owner: str
    label: str
    """In the project that owns it."""
    shares: dict[str, str]
    """Its label in every other project that shows it."""
    subject: str = ""
    """The accession ID of a session's subject."""

    @property
    def called(self) -> dict[str, str]:
        """Its label in each project that has it."""
        return {**self.shares, self.owner: self.label}

    def label_in(self, project: str) -> str | None:
        """What it is called there; None where that project has it not."""
        return self.called.get(project)


def read_standing(client: XnatClient, kind: Kind, accession_id: str) -> Standing:
    """One request. Raises NotFound where it is gone or hidden, NotAnAnswer for another object."""
    path = data_path(kind, accession_id)
    found = client.item(path)
    fields = found["data_fields"]
    if fields.get("ID") != accession_id:
        raise NotAnAnswer(server=client.server, what=f"GET {path}", status=200, said="another object")
    return Standing(
        kind=kind,
        id=accession_id,
        owner=str(fields.get("project", "")),
        label=str(fields.get("label", "")),
        shares=shares_of(found),
        subject=str(fields.get("subject_ID", "")),
    )


def share(client: XnatClient, standing: Standing, project: str, label: str) -> None:
    """Have a further project show it; raises a ServerAnswer.

    Only where that project has it not yet: a repeated request changes the label and says 409 (wire-write
    5.2).
    """
    _assign(client, standing, project, label)


def relocate(client: XnatClient, standing: Standing, project: str, label: str) -> None:
    """Have another project own it, a session with its files; raises a ServerAnswer.

    Only under a label that is free there: with one that is taken XNAT moves the files and then fails. A
    subject's sessions stay where they are (wire-write 5.3).
    """
    # exactly this word: sessions take no other for yes (wire-write 0.3)
    _assign(client, standing, project, label, primary="true")


def unshare(client: XnatClient, standing: Standing, project: str) -> None:
    """Have a further project show it no more. Raises Forbidden when that project owns it.

    Through the owner the same request would delete it for good (wire-write 5.4).
    """
    if project == standing.owner or project not in standing.shares:
        said = "it is not shared into that project"
        raise Forbidden(server=client.server, status=0, what=standing.label, said=said)
    reason = {"event_reason": "xnat-ferry: taken back"}
    client.send("DELETE", _address(client, standing, project), params=reason)


def read_sharing(client: XnatClient, project: str) -> bool | None:
    """Whether a project's data may be shared; None where the server does not say. One request.

    The feature is one of groups: it is off where no group of the project has it.
    """
    try:
        groups = client.json(data_path("services", "features"), tag=project)
    except ServerAnswer:
        return None
    if not isinstance(groups, list) or not groups:
        return None
    told = [group for group in groups if isinstance(group, dict)]
    allowed = any(_SHARING in (group.get("features") or ()) for group in told)
    blocked = told and all(_SHARING in (group.get("blocked") or ()) for group in told)
    return True if allowed else False if blocked else None


def owns_sessions_of(client: XnatClient, project: str, subject_id: str) -> int:
    """How many experiments of a subject a project owns; one request."""
    rows = _experiments_of(client, project, subject_id)
    return sum(row.get("project") == project for row in rows)


def shows_sessions_of(client: XnatClient, project: str, subject_id: str) -> int:
    """How many experiments of a subject a project owns or shows; one request."""
    return len(_experiments_of(client, project, subject_id))


def serves_files(client: XnatClient, session_id: str) -> bool:
    """Whether the first file that a session lists can still be read; two requests, and one byte of it."""
    rows = list_files(client, session_id)
    if not rows:
        return True
    one = rows[0]
    path = data_path("experiments", session_id, "scans", one.scan, "resources", one.resource, "files")
    try:
        with client.stream(f"{path}/{one.path}", first=1) as pieces:
            return any(pieces)
    except ServerAnswer:
        return False


def _experiments_of(client: XnatClient, project: str, subject_id: str) -> list[dict[str, str]]:
    # without a label column ``project`` stays the owner's (wire-read 13.2)
    path = data_path("projects", project, "subjects", subject_id, "experiments")
    return client.table(path, columns="ID,project")


def _assign(client: XnatClient, standing: Standing, project: str, label: str, **more: str) -> None:
    wishes = {"label": label, **more, "event_reason": "xnat-ferry"}
    # 201 and not 200 where the session was not named by project and label (wire-write 5.2)
    client.send(
        "PUT",
        _address(client, standing, project),
        params=wishes,
        accept=(200, 201),
        timeout=LONG_PATIENCE,
    )


def _address(client: XnatClient, standing: Standing, project: str) -> str:
    """By the owner's project: without it a move is done and then answered 500 (wire-write 5.3)."""
    within = () if standing.kind == Kind.SUBJECT else (Kind.SUBJECT, standing.subject)
    parts = ("projects", standing.owner, *within, standing.kind, standing.id, "projects", project)
    if any(part.strip() in ("", ".", "..") for part in parts):
        # an empty or dotted part is dropped on the way, and the request means something above it
        raise NotAnAnswer(server=client.server, what=data_path(*parts), status=0, said="a name that is none")
    return data_path(*parts)
