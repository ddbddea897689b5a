"""What takes something away, behind a typed name: a move's end, what was given up, what was shared."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from xnat_ferry import wording
from xnat_ferry.errors import FerryError
from xnat_ferry.model import Road, servers_of
from xnat_ferry.plan import PlannedSession
from xnat_ferry.settings.preferences import read_preferences
from xnat_ferry.transfer.session_state import Phase, SessionState
from xnat_ferry_tui.dialogs.ask import Tell
from xnat_ferry_tui.dialogs.type_name import TypeName
from xnat_ferry_tui.explaining.ways import told
from xnat_ferry_tui.proposals import STILL_READING
from xnat_ferry_tui.watching.watched import Watched

if TYPE_CHECKING:
    from xnat_ferry.settle.orders import RemovalOrder
    from xnat_ferry_tui.app import FerryApp

_LISTED = 10


class Losing:
    """Says what would be lost, asks for the destination's name, and has a worker do it."""

    def __init__(self, app: "FerryApp") -> None:
        self._app = app

    def settle(self, *, unshare: bool = False) -> None:
        """Delete at the source what is proven; with ``unshare`` take out of it what is only shared in."""
        watched = self._at_rest("nothing could be deleted")
        if watched is None:
            return
        from xnat_ferry.settle.meant import to_settle
        from xnat_ferry.settle.orders import RemovalOrder

        meant = to_settle(watched.state)
        if not meant:
            words = "Nothing can be deleted: no session of this transfer is archived and still at the source."
            self._app.push_screen(Tell(words, "A archives what waits in the prearchive."))
            return
        self._order(
            watched,
            lambda: _what_would_go(watched, meant, unshare=unshare),
            lambda name: RemovalOrder(typed=name, sessions=_labels(meant), unshare=unshare),
        )

    def remove_waiting(self) -> None:
        """Remove from the destination's prearchive what was sent of sessions that were given up."""
        watched = self._at_rest("nothing could be removed")
        if watched is None:
            return
        from xnat_ferry.settle.meant import given_up
        from xnat_ferry.settle.orders import RemovalOrder

        meant = given_up(watched.state, self._app.desk.verification())
        if not meant or not watched.state.plan.road.arrives:
            words = "Nothing can be removed: nothing that this transfer gave up waits in the prearchive."
            self._app.push_screen(Tell(words))
            return
        self._order(
            watched,
            lambda: _what_would_be_removed(watched, meant),
            lambda name: RemovalOrder(typed=name, sessions=_labels(meant), waiting=True),
        )

    def take_back(self) -> None:
        """Undo what was shared or given to the destination."""
        app, watched = self._app, self._at_rest("nothing could be taken back")
        if watched is None:
            return
        from xnat_ferry.settle.meant import to_take_back

        if not watched.state.plan.road.stays:
            words = "What travelled is not taken back."
            app.push_screen(Tell(words, "Remove it at the destination in the web interface, if need be."))
            return
        meant = to_take_back(watched.state)
        if not meant:
            words = "This transfer gave nothing to another project, or it was all taken back."
            app.push_screen(Tell(words))
            return

        def typed(name: str | None) -> None:
            if name is not None:
                self._begin(watched, lambda: app.desk.workers.take_back(watched.folder))

        nothing = "Nothing was taken back."
        name = watched.state.plan.destination.project
        lines = _what_would_be_taken_back(watched, meant)
        dialog = TypeName(*lines, name=name, whose="the destination project", nothing=nothing)
        app.push_screen(dialog, typed)

    def _at_rest(self, so: str) -> Watched | None:
        """The transfer that is looked at; says why where none is, or it is under way or not known yet."""
        app, watched = self._app, self._app.desk.watched
        if watched is None:
            app.push_screen(Tell(f"There is no transfer yet, so {so}."))
        elif watched.reading:
            app.push_screen(Tell(STILL_READING))
        elif watched.phase == Phase.RUNNING:
            app.push_screen(Tell(f"{watched.folder.id} is running; stop it first, or wait."))
        else:
            return watched
        return None

    def _order(
        self, watched: Watched, told: Callable[[], list[str]], order: Callable[[str], "RemovalOrder"]
    ) -> None:
        """Tell what would go, and have it go once the name is typed."""
        app, words = self._app, list[str]()

        def typed(name: str | None) -> None:
            if name is not None:
                self._begin(watched, lambda: app.desk.workers.settle(watched.folder, order(name)))

        def ask() -> None:
            name = watched.state.plan.destination.project
            app.push_screen(TypeName(*words, name=name, whose="the destination project"), typed)

        # whom to tell of a loss stands in the settings, which lie on a disk
        app.do("Reading the settings.", lambda: words.extend(told()), ask)

    def _begin(self, watched: Watched, work: Callable[[], None]) -> None:
        app, plan = self._app, watched.state.plan

        def go() -> None:
            app.do("Starting the worker.", work, lambda: app.action_area("transfer"))

        app.connecting.log_in(servers_of(plan.source, plan.destination), go)


def _labels(meant: Sequence[PlannedSession]) -> tuple[str, ...]:
    return tuple(one.session for one in meant)


def _what_would_go(watched: Watched, meant: Sequence[PlannedSession], *, unshare: bool) -> list[str]:
    plan = watched.state.plan
    files, size = sum(one.totals.files for one in meant), sum(one.totals.bytes for one in meant)
    shared = f"What is only shared into {plan.source.project} is taken out of it; its owner keeps it."
    return [
        f"Delete {wording.plural(len(meant), 'session')} at {plan.source}?",
        f"{wording.plural(files, 'file')}, {wording.size(size)}:",
        *_listed([f"  {one.session}, which is {one.to_session} there" for one in meant]),
        "Each is fetched back and compared first, every file, and stays where anything is not proven.",
        *([shared] if unshare else []),
        *([] if plan.move else ["This transfer was planned as a copy, not as a move."]),
        f"Deleting is permanent. {_in_case_of_loss()}",
        _type(watched),
    ]


def _what_would_be_removed(watched: Watched, meant: Sequence[PlannedSession]) -> list[str]:
    state = watched.state
    where = state.plan.destination
    return [
        f"Remove what was sent of {wording.plural(len(meant), 'session')} from the prearchive of {where}?",
        *_listed([f"  {one.session}: {_rows_of(state.sessions[one.session])}" for one in meant]),
        "Each goes only if this transfer sent all that lies there, and the source still has it.",
        f"Nothing is deleted at the source. {_in_case_of_loss()}",
        _type(watched),
    ]


def _rows_of(past: SessionState) -> str:
    rows = [past.row] if past.where is None else list(past.beside)
    return ", ".join(filter(None, rows)) or "looked for"


def _what_would_be_taken_back(watched: Watched, meant: Sequence[PlannedSession]) -> list[str]:
    plan, count = watched.state.plan, wording.plural(len(meant), "session")
    shared = plan.road == Road.SHARE
    head = f"Take {count} out of {plan.destination}?" if shared else f"Give {count} back to {plan.source}?"
    kept = "still owns them" if shared else "owns them again, under the labels that they had"
    return [
        head,
        *_listed([f"  {one.to_session}, which is {one.session} at the source" for one in meant]),
        f"{plan.source.project} {kept}. What was there before this transfer stays.",
        _type(watched),
    ]


def _type(watched: Watched) -> str:
    return f"Type the destination project's name, {watched.state.plan.destination.project}, to go on."


def _listed(lines: Sequence[str]) -> list[str]:
    more = len(lines) - _LISTED
    return [*lines[:_LISTED], *([f"and {more:,} more"] if more > 0 else [])]


def _in_case_of_loss() -> str:
    try:
        return f"If something is deleted that should not be: {read_preferences().data_loss.advice}"
    except FerryError as error:
        return told(error)
