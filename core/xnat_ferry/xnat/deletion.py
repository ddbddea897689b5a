"""Removing a session or a subject from a project, and what to know of it before (wire-write 5.4, 6)."""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from xnat_ferry.errors import Forbidden, NotAnAnswer, NotFound
from xnat_ferry.xnat import answers
from xnat_ferry.xnat.client import LONG_PATIENCE, XnatClient, data_path
from xnat_ferry.xnat.listings import shares_of

_DERIVED = ("assessors/assessor", "reconstructions/reconstructedImage")
"""What was made from a session and goes with it."""
_AS_IT_COMES = ("", "usable")
"""A scan's quality before anybody has looked at it (wire-read 2.4)."""
_REASON = {"event_reason": "xnat-ferry: moved"}


class Holding(Struct, frozen=True, kw_only=True):
    """What a session is and has beside its scans' files, as its item tells (wire-read 2.6)."""

    id: str
    label: str
    owner: str
    """The project that owns it: the item's, never the listing's (wire-read 11.9)."""
    subject: str
    """The subject's accession ID."""
    shares: dict[str, str]
    """The other projects in which it shows, each with its label there."""
    assessors: int
    variables: dict[str, str]
    """Custom variables with their values: to be compared, never to be written anywhere."""
    by_hand: dict[str, str] = {}
    """What people wrote of it and its scans, by what and of which; as secret as the variables."""
    scans: dict[str, str] = {}
    """SeriesInstanceUID, or the ID where there is none, to the ID of each scan."""
    since: str = ""
    """When the server wrote it as it is now, in the server's words (wire-read 2.6)."""

    @property
    def called(self) -> dict[str, str]:
        """Its label in each project that has it."""
        return {**self.shares, self.owner: self.label}

    def may_be(self, other: "Holding") -> bool:
        """Whether both may be one session, even where two names of one server lead to it."""
        return (self.id, self.owner, self.since) == (other.id, other.owner, other.since)


def read_holding(client: XnatClient, session_id: str) -> Holding:
    """One request. Raises NotFound where the session is gone or hidden, NotAnAnswer for another object."""
    path = data_path("experiments", session_id)
    found = client.item(path)
    fields = found["data_fields"]
    if fields.get("ID") != session_id:
        raise NotAnAnswer(server=client.server, what=f"GET {path}", status=200, said="another object")
    return Holding(
        since=str(found.get("meta", {}).get("start_date", "")),
        id=str(fields.get("ID", "")),
        label=str(fields.get("label", "")),
        owner=str(fields.get("project", "")),
        subject=str(fields.get("subject_ID", "")),
        shares=shares_of(found),
        assessors=sum(len(answers.children(found, field)) for field in _DERIVED),
        by_hand=dict(_by_hand(found)),
        scans={name: str(fields.get("ID", "")) for name, fields in _scans(found)},
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
    wishes = {"removeFiles": "true", **_REASON}
    client.send("DELETE", _address(client, project, holding), params=wishes, timeout=LONG_PATIENCE)


def unshare_session(client: XnatClient, project: str, holding: Holding) -> None:
    """Take a session out of a project into which it is only shared. Raises Forbidden when that owns it."""
    if holding.owner == project:
        # through its owner the same request would delete it (wire-write 5.4)
        raise Forbidden(server=client.server, status=0, what=holding.label, said="the project owns it")
    client.send("DELETE", _address(client, project, holding), params=_REASON)


class SubjectHolding(Struct, frozen=True, kw_only=True):
    """What a subject is and has that would go with it."""

    id: str
    label: str
    owner: str
    shares: tuple[str, ...]
    experiments: int
    resources: int


def read_subject(client: XnatClient, project: str, subject: str) -> SubjectHolding:
    """By its label; experiments are those of any project that this account sees.

    Three requests. IDs are tried before labels (wire-read 2.3): look at the label that comes back. Raises
    NotFound.
    """
    found = client.item(data_path("projects", project, "subjects", subject))
    listed = client.table(data_path("projects", project, "subjects", subject, "experiments"), columns="ID")
    fields = found["data_fields"]
    # a session that moved to another project still hangs on its subject here (wire-write 5.3)
    anywhere = client.table("/data/experiments", subject_ID=str(fields.get("ID", "")), columns="ID,project")
    return SubjectHolding(
        id=str(fields.get("ID", "")),
        label=str(fields.get("label", "")),
        owner=str(fields.get("project", "")),
        shares=tuple(shares_of(found)),
        experiments=max(len(listed), len(anywhere), len(answers.children(found, "experiments/experiment"))),
        resources=len(answers.children(found, "resources/resource")),
    )


def delete_subject(client: XnatClient, project: str, subject_id: str) -> None:
    """Delete a subject, by accession ID, with all that it has in the project; look whether it is gone."""
    path = _exact(client, "projects", project, "subjects", subject_id)
    client.send("DELETE", path, params={"removeFiles": "true", **_REASON})


def _address(client: XnatClient, project: str, holding: Holding) -> str:
    return _exact(client, "projects", project, "subjects", holding.subject, "experiments", holding.id)


def _exact(client: XnatClient, *parts: str) -> str:
    """The path of what shall be deleted, refused where a part would make it mean something above it.

    An empty or dotted part is dropped on the way, and the longest prefix that is left is what XNAT would take
    (wire-read 0.2): the project.
    """
    path = data_path(*parts)
    if any(part.strip() in ("", ".", "..") for part in parts):
        raise NotAnAnswer(server=client.server, what=path, status=0, said="a name that is none")
    return path


def _by_hand(item: dict[str, Any]) -> Iterator[tuple[str, str]]:
    note = str(item["data_fields"].get("note", ""))
    if note:
        yield "the session's note", note
    for name, fields in _scans(item):
        for field, ordinary in (("note", ("",)), ("quality", _AS_IT_COMES)):
            value = str(fields.get(field, ""))
            if value not in ordinary:
                yield f"the {field} of series {name}", value


def _scans(item: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for scan in answers.children(item, "scans/scan"):
        fields = scan.get("data_fields", {})
        yield str(fields.get("UID") or fields.get("ID", "")), fields
