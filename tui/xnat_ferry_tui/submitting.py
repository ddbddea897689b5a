"""What is asked before a transfer is handed to Slurm, as one is begun or gone on with."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from xnat_ferry.checks import Answer
from xnat_ferry.plan import Plan
from xnat_ferry.transfer.slurm import scheduler, wishes
from xnat_ferry.transfer.slurm.job import Job, JobOptions, Submission, read_job
from xnat_ferry_tui import proposals
from xnat_ferry_tui.dialogs.ask import Tell
from xnat_ferry_tui.dialogs.choose import Choose
from xnat_ferry_tui.dialogs.pace import ask_array
from xnat_ferry_tui.explaining.ways import on_screen
from xnat_ferry_tui.screens.wizard.steps import why_not_start
from xnat_ferry_tui.watching.watched import Watched

if TYPE_CHECKING:
    from xnat_ferry_tui.app import FerryApp

_BY = {
    "array": "one more array, with the options of the last one",
    "here": "by a worker on this machine",
}


class Submitting:
    """Submit, and submit again."""

    def __init__(self, app: "FerryApp") -> None:
        self._app = app

    def begin(self) -> None:
        """Ask how an array shall carry out the plan of the last step, and whether it shall."""
        app, judged, known = self._app, self._app.desk.drafting.judged, list[JobOptions]()
        if app.desk.busy:
            app.still_busy()
            return
        if judged is None or why_not_start(app.desk):
            return

        def asked(answers: Mapping[str, str] | None) -> None:
            if answers is not None:
                options = wishes.typed_options(answers)
                question = [*proposals.start_question(judged), "The tasks of a Slurm array do it."]
                app.ask(question, lambda: self._submit(judged.planned, options))

        def look() -> None:
            scheduler.refuse_without()  # before a form is filled in for nothing
            known.append(wishes.from_settings())

        def ask() -> None:
            app.push_screen(ask_array(known[0]), asked)

        app.do("Looking for Slurm.", look, ask)

    def ask_how(
        self,
        watched: Watched,
        question: list[str],
        *,
        adding: Mapping[str, Answer],
        here: Callable[[], None],
    ) -> None:
        """What was submitted may go on as one more array, else ``here``; what was not goes on here.

        ``adding``: what an array may add to sessions that are archived.
        """
        app, jobs = self._app, list[Job | None]()

        def chosen(name: str | None) -> None:
            if name == "here":
                here()
            elif name == "array":
                app.ask(question, lambda: self._submit_again(watched, adding))

        def ask() -> None:
            if jobs[0] is None:
                here()
            else:
                app.push_screen(Choose(("An array of Slurm's carried it. How shall it go on?",), _BY), chosen)

        app.do("Looking how it was carried.", lambda: jobs.append(read_job(watched.folder)), ask)

    def _submit(self, plan: Plan, options: JobOptions) -> None:
        app, made = self._app, list[tuple[Watched, Submission]]()

        def submit() -> None:
            folder, submission = app.desk.workers.submit(plan, options)
            app.desk.begun()
            made.append((Watched(folder), submission))

        def show() -> None:
            app.following.started(made[0][0])
            self._tell(made[0][1])

        app.do("Submitting the array.", submit, show)

    def _submit_again(self, watched: Watched, adding: Mapping[str, Answer]) -> None:
        app, made = self._app, list[Submission | None]()
        app.do(
            "Submitting the array.",
            lambda: made.append(app.desk.workers.submit_again(watched.folder, adding=adding)),
            lambda: self._tell(made[0]),
        )

    def _tell(self, submission: Submission | None) -> None:
        words = wishes.in_words(submission) if submission else "Nothing is left to do."
        if submission is None or submission.job:
            self._app.notify(words, markup=False)
        else:
            # not in passing: whoever misses it hands it in again
            self._app.push_screen(Tell(words, on_screen(wishes.UNSAID)))
