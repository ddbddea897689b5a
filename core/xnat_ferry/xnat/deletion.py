"""Removing a session or a subject from a project, and what to know of it before (wire-write 5.4, 6)."""

from typing import Any

from msgspec import Struct

from xnat_ferry.errors import Forbidden, NotFound
from xnat_ferry.xnat import answers
from xnat_ferry.xnat.client import LONG_PATIENCE, XnatClient, data_path

_REASON = {"event_reason": "xnat-ferry: moved"}


class Holding(Struct, frozen=True, kw_only=True):
    """What a session is and has beside its scans' files, as its item tells (wire-read 2.6)."""

    id: str
    label: str
    owner: str
    """The project that owns it: the item's, never the listing's (wire-read 11.9)."""
    subject: str
    """The subject's accession ID."""
    shares: tuple[str, ...]
    """The other projects in which it shows."""
    assessors: int
    variables: dict[str, str]
    """Custom variables with their values: to be compared, never to be written anywhere."""


def read_holding(client: XnatClient, session_id: str) -> Holding:
    """One request. Raises NotFound where the session is gone or hidden."""
    found = client.item(data_path("experiments", session_id))
    fields = found["data_fields"]
    return Holding(
        id=str(fields.get("ID", "")),
        label=str(fields.get("label", "")),
        owner=str(fields.get("project", "")),
        subject=str(fields.get("subject_ID", "")),
        shares=_shares(found),
        assessors=len(answers.children(found, "assessors/assessor")),
        variables={
            str(one.get("name", "")): str(one.get("field", ""))
            for one in (child["data_fields"] for child in answers.children(found, "fields/field"))
        },
    )


def is_gone(client: XnatClient, project: str, session_id: str) -> bool:
    """Whether a project has a session no more, neither its own nor shared in.

    A 404 alone may also mean that the project is hidden now, so the project is looked at too. Raises NotFound
    or another ServerAnswer where it cannot be known.
    """
    try:
        holding = read_holding(client, session_id)
    except NotFound:
        client.item(data_path("projects", project))
        return True
    return project not in (holding.owner, *holding.shares)


def delete_session(client: XnatClient, project: str, holding: Holding) -> None:
    """Delete a session for good, files included; ``project`` must own it, or it is only un-shared (5.4).

    Raises Forbidden with the server's words where this account or anybody may not, another ServerAnswer else.
    A success says nothing: look whether it is gone.
    """
    # without removeFiles the folder would stay, and stand in the way of that label for ever (wire-write 6)
    client.send(
        "DELETE", _address(project, holding), params={"removeFiles": "true", **_REASON}, timeout=LONG_PATIENCE
    )


def unshare_session(client: XnatClient, project: str, holding: Holding) -> None:
    """Take a session out of a project into which it is only shared. Raises Forbidden when that owns it."""
    if holding.owner == project:
        # through its owner the same request would delete it (wire-write 5.4)
        raise Forbidden(server=client.server, status=0, what=holding.label, said="the project owns it")
    client.send("DELETE", _address(project, holding), params=_REASON)


class SubjectHolding(Struct, frozen=True, kw_only=True):
    """What a subject has that would go with it."""

    owner: str
    shares: tuple[str, ...]
    experiments: int
    resources: int


def read_subject(client: XnatClient, project: str, subject: str) -> SubjectHolding:
    """By label or accession ID; experiments are those of any project that this account sees.

    Two requests. Raises NotFound.
    """
    found = client.item(data_path("projects", project, "subjects", subject))
    listed = client.table(data_path("projects", project, "subjects", subject, "experiments"), columns="ID")
    return SubjectHolding(
        owner=str(found["data_fields"].get("project", "")),
        shares=_shares(found),
        experiments=max(len(listed), len(answers.children(found, "experiments/experiment"))),
        resources=len(answers.children(found, "resources/resource")),
    )


def delete_subject(client: XnatClient, project: str, subject: str) -> None:
    """Delete a subject with all that it still has in the project; True success shows in its being gone."""
    path = data_path("projects", project, "subjects", subject)
    client.send("DELETE", path, params={"removeFiles": "true", **_REASON})


def _address(project: str, holding: Holding) -> str:
    return data_path("projects", project, "subjects", holding.subject, "experiments", holding.id)


def _shares(item: dict[str, Any]) -> tuple[str, ...]:
    shares = answers.children(item, "sharing/share")
    return tuple(str(share["data_fields"].get("project", "")) for share in shares)
