"""Whether a source session goes by the names that the plan has for it: its project, its label, its subject.

It is read by its accession ID, so a plan that was changed by hand, or a session that was renamed since, would
otherwise be carried under a name that nobody checked. A session that is only shared into the source has a
label of its own there, and that one counts.
"""

from collections.abc import Mapping

from xnat_ferry.errors import SourceChanged
from xnat_ferry.plan import PlannedSession
from xnat_ferry.settings.redact import plain
from xnat_ferry.xnat.client import XnatClient
from xnat_ferry.xnat.listings import read_session
from xnat_ferry.xnat.subjects import labels_of_subject


def refuse_renamed(client: XnatClient, project: str, session: PlannedSession) -> None:
    """Look at the session's names at the source; two requests, raises SourceChanged."""
    found = read_session(client, session.id, files=False)
    refuse_other_names(client, project, session, found.called, found.subject_id)


def refuse_other_names(
    client: XnatClient, project: str, session: PlannedSession, called: Mapping[str, str], subject_id: str
) -> None:
    """Raises SourceChanged where the source ``project`` knows session or subject by another name, or not.

    ``called`` is the session's label by project. One request for its subject, by accession ID; of one that is
    hidden from this account nothing is known, and that is no reason.
    """
    why = other_name(session.id, session.session, project, called)
    if not why and subject_id and session.subject:
        why = _other_subject(session.subject, project, labels_of_subject(client, subject_id))
    if why:
        raise SourceChanged(session=session.session, why=why)


def other_name(accession_id: str, label: str, project: str, called: Mapping[str, str]) -> str:
    """Why a session is not the one that a project knows by a label, "" where it is; case does not count."""
    there = called.get(project)
    if there is None:
        return f"{plain(accession_id, 60)} is not in {project}"
    if there.casefold() != label.casefold():
        return f"{plain(accession_id, 60)} is called {plain(there, 60)} in {project}"
    return ""


def _other_subject(label: str, project: str, called: Mapping[str, str]) -> str:
    # where the project shows the session but not its subject, the owner's name for that one is shown
    if not called or label.casefold() in map(str.casefold, called.values()):
        return ""
    return f"its subject is called {plain(called.get(project) or next(iter(called.values())), 60)}"
