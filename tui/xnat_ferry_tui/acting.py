"""The actions that change something at a server or with a worker. Each is asked about first."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from xnat_ferry.checks import Answer
from xnat_ferry.model import Where, servers_of
from xnat_ferry.plan import Plan
from xnat_ferry_tui import proposals
from xnat_ferry_tui.dialogs.adding import Adding
from xnat_ferry_tui.dialogs.ask import Tell
from xnat_ferry_tui.screens.wizard.steps import why_not_start
from xnat_ferry_tui.watching.watched import Watched

if TYPE_CHECKING:
    from xnat_ferry_tui.app import FerryApp


class Acting:
    """Copy, resume, archive and stop."""

    def __init__(self, app: "FerryApp") -> None:
        self._app = app

    def copy(self) -> None:
        """Take the marked sessions, or all, to the checklist: whatever is copied goes through it."""
        app = self._app
        if app.desk.ends is None:
            app.action_connect()
        elif app.desk.busy:
            app.still_busy()
        else:
            app.desk.choose_marked()
            app.desk.drafting.go_to("checks")
            app.switch_mode("checks")

    def start(self) -> None:
        """Ask whether to carry out the plan as it stands in the last step."""
        app, judged = self._app, self._app.desk.drafting.judged
        if app.desk.busy:
            app.still_busy()
        elif judged is not None and not why_not_start(app.desk):
            question = proposals.start_question(judged)
            app.ask(question, lambda: self._start(judged.planned))

    def go_on(self, *, archive: bool) -> None:
        """Ask whether to resume the transfer that is looked at, or to archive it."""
        app, watched = self._app, self._app.desk.watched
        if watched is None:
            return
        refused = proposals.why_not_go_on(watched, archive=archive)
        if refused:
            app.push_screen(Tell(*refused))
            return
        if archive:
            self._answer(watched)
        else:
            lacking = [one.source for one in proposals.differing(watched) if one.where == Where.ARCHIVE]
            again = dict.fromkeys(lacking, Answer.COMPLETE)
            question = proposals.go_on_question(watched)
            app.submitting.ask_how(
                watched,
                question,
                adding=again,
                here=lambda: self._ask_to_go_on(watched, question, archive=False, adding=again),
            )

    def _answer(self, watched: Watched) -> None:
        """Have what archiving would add to answered, where it was refused for that; then ask to archive."""

        def answered(answers: Mapping[str, Answer] | None) -> None:
            if answers is not None:
                question = proposals.archive_question(watched, answers)
                self._ask_to_go_on(watched, question, archive=True, adding=answers)

        refused = proposals.would_add(watched)
        if refused:
            self._app.push_screen(Adding(refused), answered)
        else:
            answered({})

    def _ask_to_go_on(
        self, watched: Watched, question: list[str], *, archive: bool, adding: Mapping[str, Answer]
    ) -> None:
        app, plan, folder = self._app, watched.state.plan, watched.folder

        def go_on() -> None:
            app.do(
                "Starting the worker.", lambda: app.desk.workers.go_on(folder, archive=archive, adding=adding)
            )

        app.ask(question, lambda: app.connecting.log_in(servers_of(plan.source, plan.destination), go_on))

    def stop(self) -> None:
        """Ask whether to stop the worker."""
        app, watched = self._app, self._app.desk.watched
        if watched is None:
            return
        if not watched.alive and not watched.queue:
            app.push_screen(Tell(proposals.STILL_READING if watched.reading else "It is not running."))
            return
        said: list[str] = []

        def tell() -> None:
            if said[0]:
                app.push_screen(Tell(said[0]))

        app.ask(
            [f"Stop {watched.folder.id}?", "It leaves off cleanly and can be resumed with s."],
            lambda: app.do("Stopping.", lambda: said.append(app.desk.workers.stop(watched.folder)), tell),
        )

    def _start(self, plan: Plan) -> None:
        app, desk, started = self._app, self._app.desk, list[Watched]()

        def start() -> None:
            app.looking.refuse_outdated(plan)
            folder = desk.workers.start(plan)
            desk.begun()
            started.append(Watched(folder))

        app.do("Starting the worker.", start, lambda: app.following.started(started[0]))
