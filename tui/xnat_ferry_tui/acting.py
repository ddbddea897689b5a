"""The actions that change something at a server or with a worker. Each is asked about first."""

from typing import TYPE_CHECKING

from xnat_ferry.plan import Plan
from xnat_ferry_tui import proposals
from xnat_ferry_tui.dialogs.ask import Tell
from xnat_ferry_tui.watched import Watched

if TYPE_CHECKING:
    from xnat_ferry_tui.app import FerryApp


class Acting:
    """Copy, resume, archive and stop."""

    def __init__(self, app: "FerryApp") -> None:
        self._app = app

    def copy(self) -> None:
        """Plan what is marked, or all, and ask."""
        app = self._app
        app.with_projects("Planning.", lambda: app.desk.propose(app.report_progress), self._ask_to_copy)

    def go_on(self, *, archive: bool) -> None:
        """Ask whether to resume the transfer that is looked at, or to archive it."""
        app, watched = self._app, self._app.desk.watched
        if watched is None:
            return
        refused = proposals.why_not_go_on(watched, archive=archive)
        if refused:
            app.push_screen(Tell(*refused))
            return
        plan, folder = watched.state.plan, watched.folder

        def go_on() -> None:
            app.do("Starting the worker.", lambda: app.desk.go_on(folder, archive=archive))

        app.ask(
            proposals.go_on_question(watched, archive=archive),
            lambda: app.connecting.log_in([plan.source.server, plan.destination.server], go_on),
        )

    def stop(self) -> None:
        """Ask whether to stop the worker."""
        app, watched = self._app, self._app.desk.watched
        if watched is None:
            return
        if not watched.alive:
            app.push_screen(Tell("It is not running."))
            return
        said: list[str] = []

        def tell() -> None:
            if said[0]:
                app.push_screen(Tell(said[0]))

        app.ask(
            [f"Stop {watched.folder.id}?", "It leaves off cleanly and can be resumed with R."],
            lambda: app.do("Stopping.", lambda: said.append(app.desk.stop(watched.folder)), tell),
        )

    def _ask_to_copy(self) -> None:
        app, plan, checklist = self._app, self._app.desk.proposal, self._app.desk.checklist
        if plan is None or checklist is None:
            return
        refused = proposals.why_not_copy(plan, checklist)
        if refused:
            app.push_screen(Tell(*refused))
        else:
            app.ask(proposals.copy_question(plan, checklist), lambda: self._start(plan))

    def _start(self, plan: Plan) -> None:
        app, started = self._app, list[Watched]()

        def show_it() -> None:
            app.desk.marks = set()
            app.follow(started[0])
            app.switch_mode("transfer")

        app.do("Starting the worker.", lambda: started.append(app.desk.start(plan)), show_it)
