"""Verifies sessions of two projects that no transfer of ours connects, against the source's own catalogs."""

import time
from collections.abc import Callable, Collection, Sequence

from msgspec.structs import replace

from xnat_ferry.errors import NothingChosen, ServerAnswer, UnknownSessions
from xnat_ferry.labels import LabelRules, Labels
from xnat_ferry.model import Endpoint, Mark, SessionRow
from xnat_ferry.project import ProjectSettings
from xnat_ferry.verify import likely
from xnat_ferry.verify.inspecting import Target, inspect_session, not_inspected, with_unknown
from xnat_ferry.verify.scrutiny import Scrutiny
from xnat_ferry.verify.source import Source
from xnat_ferry.verify.verification import SessionVerification, Verification
from xnat_ferry.verify.whom_to_ask import with_owners
from xnat_ferry.xnat.client import XnatClient
from xnat_ferry.xnat.listings import list_sessions
from xnat_ferry.xnat.prearchive import list_prearchive
from xnat_ferry.xnat.project_settings import read_settings

Side = tuple[XnatClient, Endpoint]


def verify_projects(
    source: Side,
    destination: Side,
    names: Collection[str] | None,
    rules: LabelRules,
    scrutiny: Scrutiny,
    *,
    progress: Callable[[str, int, int], None] = lambda *_: None,
) -> Verification:
    """Compare the named sessions (None: all) of one project with what another holds under their new labels.

    Raises UnknownSessions, NothingChosen, or a ServerAnswer where a project as a whole cannot be read.
    """
    client, end = source
    rows = _chosen(list_sessions(client, end.project, owners=False), names, end)
    there = _There(destination)
    results = []
    for done, row in enumerate(rows):
        progress("sessions compared", done, len(rows))
        side = Source(client, row.id, scrutiny.scratch)
        results.append(_compared(there, row, rules.apply(row), side, scrutiny))
    progress("sessions compared", len(rows), len(rows))
    found = Verification(level=scrutiny.level, sessions=tuple(results))
    return with_owners(found, there.client, destination[1].project)


class _There:
    """The destination, listed once."""

    def __init__(self, side: Side) -> None:
        self.client, end = side
        self._project = end.project
        self._settings: ProjectSettings = read_settings(self.client, end.project)
        archived = list_sessions(self.client, end.project, owners=False)
        self._archived = {row.label.casefold() for row in archived}
        self._waiting: dict[str, str] = {}
        self._unseen: ServerAnswer | None = None
        try:
            rows = list_prearchive(self.client, end.project)
            self._waiting = {row.name.casefold(): row.path for row in rows}
        except ServerAnswer as error:
            self._unseen = error

    def target(self, labels: Labels, study_uid: str) -> Target:
        """The archive counts; a prearchive row where the archive has no such session.

        Raises the ServerAnswer that hides the prearchive, where only that could tell.
        """
        row, label = "", labels.session
        if label.casefold() not in self._archived:
            if self._unseen is not None:
                raise self._unseen
            row = self._waiting.get(label.casefold(), "")
        return Target(
            project=self._project,
            label=label,
            subject=labels.subject,
            study_uid=study_uid,
            row=row,
            settings=self._settings,
        )


def _chosen(
    rows: Sequence[SessionRow], names: Collection[str] | None, end: Endpoint
) -> tuple[SessionRow, ...]:
    if names is None:
        if not rows:
            raise NothingChosen(why=f"{end.project} holds no imaging session")
        return tuple(rows)
    unknown = set(names) - {name for row in rows for name in (row.label, row.id)}
    if unknown:
        raise UnknownSessions(project=end.project, labels=", ".join(sorted(unknown)))
    return tuple(row for row in rows if row.label in names or row.id in names)


def _compared(
    there: _There, row: SessionRow, labels: Labels, source: Source, scrutiny: Scrutiny
) -> SessionVerification:
    try:
        target = there.target(labels, row.study_uid or "")
        result = inspect_session(
            there.client, target, source.listed(), session=row.label, scrutiny=scrutiny, source=source
        )
        unread = dict.fromkeys(source.unread(), 0)
    except ServerAnswer as error:
        return not_inspected(row.label, labels.session, scrutiny.level, error)
    result = with_unknown(result, Mark.UNREADABLE, unread, lambda _: likely.UNREAD)
    return replace(result, at=time.time())
