"""Uploads that a server carried out late.

It may do so whenever it likes with what it has of a worker that was killed, also after another worker
brought the session and called it done. Its log knows of that: the client had gone. Only then may a row of
what is done in the prearchive be open again, or a second row lie there. Either must be told, and what is open
is built by the next worker; what lies in it is judged as ever. Pure.
"""

from typing import Any
from urllib.parse import parse_qs

from tests.contract.chaos.evidence import Evidence, Moment, name_of
from tests.contract.chaos.scenario import Session


def is_late(upload: dict[str, Any]) -> bool:
    """Whether the server carried it out though its client had gone."""
    return bool(upload["gone"])


def opened_again(evidence: Evidence, moment: Moment) -> set[str]:
    """The sessions that are done in the prearchive and whose row a late upload has opened since."""
    open_rows = {name_of(one) for one in moment.destination["prearchive"] if one["status"] != "READY"}
    return {
        session.label
        for session in evidence.scenario.sessions
        if session.to_label in open_rows and came_late(evidence, moment, session)
    }


def came_late(evidence: Evidence, moment: Moment, session: Session) -> bool:
    """Whether a late upload may have met a session that was called done in the prearchive by that moment.

    It may have done so from when the run began that called it done: nobody looks and tells at one stroke.
    """
    if moment.claims.get(session.label) != "done prearchive":
        return False
    since = 0.0
    for event in evidence.journal:
        if (event["event"], event.get("session")) == ("SessionStarted", session.label):
            since = event["at"] if event["at"] <= moment.at else since
    late = late_uploads(evidence, session)
    return any(one["at"] <= moment.at and one["at"] + one["seconds"] >= since for one in late)


def late_uploads(evidence: Evidence, session: Session) -> list[dict[str, Any]]:
    """Those of one session, by the labels that every upload names."""
    wanted = {"project": [evidence.scenario.destination], "session": [session.to_label]}
    return [
        one for one in evidence.uploads if is_late(one) and wanted.items() <= parse_qs(one["query"]).items()
    ]
