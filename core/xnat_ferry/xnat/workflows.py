"""What pipelines and other work are open on a session (wire-read 6, 13.13)."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from xnat_ferry.errors import NotAnAnswer, NotFound, ServerAnswer
from xnat_ferry.settings.redact import plain
from xnat_ferry.xnat import answers
from xnat_ferry.xnat.client import XnatClient
from xnat_ferry.xnat.libraries import httpx

_PATH = "/data/services/workflows"
_ENDED = ("complete", "failed", "killed", "cancel", "error")
"""How the names of states begin that nothing follows upon; whatever else a state is called counts as open."""


class OpenWork(Struct, frozen=True):
    """What is open on a session, in words; nothing where it is known that nothing is."""

    known: bool
    words: str = ""


def read_open_work(client: XnatClient, session_id: str) -> OpenWork:
    """What the server says of a session's workflows. One request, and nothing raised: not known is an answer.

    Asked for all of them; a server that tells the newest alone leaves the others unknown.
    """
    try:
        told = client.send(
            "GET", _PATH, params={"format": "json", "experiment": session_id, "display": "ALL"}
        )
    except NotFound as error:
        if "workflow" in str(error.facts["said"]).lower():
            return OpenWork(known=True)
        return OpenWork(known=False, words="the server shows no workflows")
    except ServerAnswer as error:
        return OpenWork(known=False, words=plain(str(error)))
    try:
        return _of_list(session_id, list(answers.table(client.server, f"GET {_PATH}", told)))
    except NotAnAnswer:
        return _of_newest(client, session_id, told)


def _of_list(session_id: str, rows: Sequence[Mapping[str, str]]) -> OpenWork:
    if any("status" not in row or row.get("id", session_id) != session_id for row in rows):
        return OpenWork(known=False, words="the server lists something else than its workflows")
    told = [_told(row) for row in rows if not _has_ended(row["status"])]
    return OpenWork(known=True, words=", ".join(told[:5]))


def _of_newest(client: XnatClient, session_id: str, told: httpx.Response) -> OpenWork:
    server, what = client.server, f"GET {_PATH}"
    try:
        fields = answers.item(server, what, answers.json_value(server, what, told))["data_fields"]
    except NotAnAnswer as error:
        return OpenWork(known=False, words=plain(str(error)))
    if str(fields.get("ID", session_id)) == session_id and not _has_ended(str(fields.get("status", ""))):
        return OpenWork(known=True, words=_told(fields))
    return OpenWork(known=False, words="the server tells of its newest workflow alone")


def _has_ended(status: str) -> bool:
    return status.strip().lower().startswith(_ENDED)


def _told(fields: Mapping[str, object]) -> str:
    name, status = str(fields.get("pipeline_name", "")), str(fields.get("status", ""))
    return f"{plain(name, 60) or 'a workflow'} ({plain(status, 30) or 'no state'})"
