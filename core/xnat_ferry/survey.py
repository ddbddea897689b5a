"""Looks at both projects and the chosen sessions without changing anything."""

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor

from msgspec import Struct

from xnat_ferry.errors import FerryError, NothingChosen, ServerAnswer, UnknownSessions
from xnat_ferry.model import Endpoint, PrearchiveRow, ProjectRules, Rights, SessionDetail, SessionRow
from xnat_ferry.settings.redact import plain
from xnat_ferry.xnat.client import XnatClient
from xnat_ferry.xnat.listings import list_sessions, read_session
from xnat_ferry.xnat.prearchive import list_prearchive
from xnat_ferry.xnat.projects import read_rights, read_role, read_rules

_AT_ONCE = 4


class ProjectView(Struct, frozen=True, kw_only=True):
    """One project as this account sees it. ``None`` means the server did not say, never "none there"."""

    endpoint: Endpoint
    user: str
    version: str
    rights: Rights
    sessions: tuple[SessionRow, ...] | None
    prearchive: tuple[PrearchiveRow, ...] | None = None
    rules: ProjectRules = ProjectRules()
    problem: str = ""
    """Why the sessions could not be listed, in a sentence."""
    advice: str = ""


class Chosen(Struct, frozen=True, kw_only=True):
    """One session that shall travel; ``detail`` is None when it could not be read."""

    row: SessionRow
    detail: SessionDetail | None
    problem: str = ""


class Survey(Struct, frozen=True, kw_only=True):
    """Everything the checks and the plan judge by."""

    source: ProjectView
    destination: ProjectView
    chosen: tuple[Chosen, ...]


def view_source(client: XnatClient, endpoint: Endpoint) -> ProjectView:
    """The source project: three requests."""
    sessions, error = _sessions(client, endpoint)
    return ProjectView(
        endpoint=endpoint,
        user=client.user,
        version=client.version,
        rights=read_role(client, endpoint.project),
        sessions=sessions,
        problem=str(error or ""),
        advice=error.advice if error else "",
    )


def view_destination(client: XnatClient, endpoint: Endpoint) -> ProjectView:
    """The destination project with its prearchive, rights and rules: nine requests."""
    sessions, error = _sessions(client, endpoint)
    prearchive: tuple[PrearchiveRow, ...] | None = None
    rules = ProjectRules()
    if error is None:
        rules = read_rules(client, endpoint.project)
        try:
            prearchive = list_prearchive(client, endpoint.project)
        except ServerAnswer:
            prearchive = None
    return ProjectView(
        endpoint=endpoint,
        user=client.user,
        version=client.version,
        rights=read_rights(client, endpoint.project),
        sessions=sessions,
        prearchive=prearchive,
        rules=rules,
        problem=str(error or ""),
        advice=error.advice if error else "",
    )


def take_survey(
    source: tuple[XnatClient, Endpoint],
    destination: tuple[XnatClient, Endpoint],
    wanted: Collection[str] | None = None,
    on_session: Callable[[int, int], None] = lambda done, total: None,
) -> Survey:
    """Survey both projects; ``wanted`` are session labels or accession IDs, None for all.

    ``on_session`` hears how many of how many sessions have been read. Raises UnknownSessions for labels the
    source does not have, NothingChosen when there is no session to take. A project that cannot be listed
    raises nothing: the survey says so, and the checks judge it.
    """
    from_view = view_source(*source)
    to_view = view_destination(*destination)
    rows = _choose(from_view, wanted)
    return Survey(source=from_view, destination=to_view, chosen=_read_all(source[0], rows, on_session))


def _sessions(
    client: XnatClient, endpoint: Endpoint
) -> tuple[tuple[SessionRow, ...] | None, FerryError | None]:
    try:
        return list_sessions(client, endpoint.project), None
    except ServerAnswer as error:
        return None, error


def _choose(view: ProjectView, wanted: Collection[str] | None) -> tuple[SessionRow, ...]:
    if view.sessions is None:
        return ()
    if wanted is None:
        rows = view.sessions
    else:
        names = set(wanted)
        rows = tuple(row for row in view.sessions if row.label in names or row.id in names)
        unknown = names - {row.label for row in rows} - {row.id for row in rows}
        if unknown:
            raise UnknownSessions(
                project=view.endpoint.project, labels=", ".join(plain(name, 60) for name in sorted(unknown))
            )
    if not rows:
        why = "no session was named" if wanted is not None else f"{view.endpoint} has no imaging sessions"
        raise NothingChosen(why=why)
    return rows


def _read_all(
    client: XnatClient, rows: Sequence[SessionRow], on_session: Callable[[int, int], None]
) -> tuple[Chosen, ...]:
    chosen = []
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for done, one in enumerate(pool.map(lambda row: _read_one(client, row), rows), 1):
            chosen.append(one)
            on_session(done, len(rows))
    return tuple(chosen)


def _read_one(client: XnatClient, row: SessionRow) -> Chosen:
    try:
        return Chosen(row=row, detail=read_session(client, row.id))
    except ServerAnswer as error:
        return Chosen(row=row, detail=None, problem=str(error))
