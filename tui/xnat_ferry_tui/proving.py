"""What area 4 does to find out more of a proof: manifests, the headers of a file, logs, the record."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from xnat_ferry.errors import CannotWrite
from xnat_ferry.model import Instance, Mark, Where, servers_of
from xnat_ferry.plan import PlannedSession
from xnat_ferry.transfer import manifest
from xnat_ferry_tui.aside.errand import Errand
from xnat_ferry_tui.conversation import ends_of
from xnat_ferry_tui.dialogs.ask import Tell
from xnat_ferry_tui.dialogs.page import Page
from xnat_ferry_tui.watching.watched import Watched

if TYPE_CHECKING:
    from xnat_ferry.verify.header_lines import Beside
    from xnat_ferry.verify.verification import SessionVerification
    from xnat_ferry_tui.app import FerryApp


class Proving:
    """Only looks."""

    def __init__(self, app: "FerryApp") -> None:
        self._app = app
        self._sent: dict[tuple[str, str], tuple[Instance, ...]] = {}

    # The files of a session as they passed through

    def sent(self, watched: Watched, session: str) -> Sequence[Instance]:
        """Those of a session whose manifest has been read; none before."""
        return self._sent.get((watched.folder.id, session), ())

    def read_manifest(self, session: str) -> None:
        """Read which files of a session passed through; it takes a thread, since it reads a disk."""
        watched = self._app.desk.watched
        planned = self._planned(watched, session)
        if watched is not None and planned is not None and (watched.folder.id, session) not in self._sent:
            self._app.seek("Reading its manifest.", lambda _: self._keep(watched, planned))

    def _keep(self, watched: Watched, planned: PlannedSession) -> tuple[Instance, ...]:
        found = tuple(manifest.read_manifest(watched.folder.manifest(planned.id)))
        self._sent[watched.folder.id, planned.session] = found
        return found

    # The headers of a file

    def lay_beside(self, session: str, scan: str, file: str) -> None:
        """Read the header of a file at both sides and show them."""
        app, watched = self._app, self._app.desk.watched
        planned = self._planned(watched, session)
        found = app.desk.verification()
        looked = next((one for one in found.sessions if one.source == session), None) if found else None
        if watched is None or planned is None or looked is None or not file:
            return
        refused = _why_not_beside(looked, scan, file)
        if refused:
            app.push_screen(Tell(refused))
            return
        there, made = looked.destination_id, list["Beside"]()

        def work(_errand: Errand) -> None:
            from xnat_ferry.verify.header_lines import lay_beside, read_sent, read_there

            instances = self._keep(watched, planned)
            one = next((one for one in instances if (one.scan, one.path) == (scan, file)), None)
            if one is None:
                return
            with ExitStack() as stack:
                source, destination = ends_of(stack, watched.state.plan, app.desk.logins, both=True)
                sent = read_sent(source, planned.id, one) if source is not None else ()
                made.extend(lay_beside(sent, read_there(destination, there, one)))

        def show() -> None:
            from xnat_ferry_tui.dialogs.beside import BesideView

            if made:
                planned = _as_planned(looked, scan, file)
                app.push_screen(BesideView(f"{session} scan {scan} {file}", made, planned))
            else:
                app.push_screen(Tell("Only the destination has this file, so nothing can be laid beside it."))

        self._log_in(watched, lambda: app.seek("Reading both headers.", work, show))

    # What the prearchive says

    def read_log(self, session: str) -> None:
        """Show the newest entry of the log of a session's row; where none is meant, of one not archived."""
        app, watched, said = self._app, self._app.desk.watched, list[str]()
        sessions = watched.state.sessions if watched else {}
        rows = {name: one.row for name, one in sessions.items() if one.row and not one.archived}
        name = session if session in rows else next(iter(rows), "") if not session else ""
        if watched is None or not name:
            app.push_screen(Tell("Logs are of what waits in the prearchive; nothing of this does."))
            return

        def work(_errand: Errand) -> None:
            from xnat_ferry.xnat.prearchive import read_last_log

            with ExitStack() as stack:
                _, destination = ends_of(stack, watched.state.plan, app.desk.logins, both=False)
                said.append(read_last_log(destination, rows[name]))

        def show() -> None:
            lines = [said[0] or "It has no log, or none that may be read."]
            app.push_screen(Page([f"{name}, in the prearchive as {rows[name]}"], lines))

        self._log_in(watched, lambda: app.seek("Reading the log.", work, show))

    # The record

    def show_record(self) -> None:
        """Write the record as Markdown, HTML and JSON, and show it."""
        app, watched, text = self._app, self._app.desk.watched, list[str]()
        if watched is None:
            app.push_screen(Tell("There is no transfer of which a record could be kept."))
            return

        def work() -> None:
            from xnat_ferry.record.markdown import to_markdown, without_escapes
            from xnat_ferry.record.write import write_record
            from xnat_ferry.transfer.status import read_state
            from xnat_ferry.verify.kept import read_verification

            folder = watched.folder
            state = read_state(folder)
            try:
                record = write_record(folder, state, read_verification(folder, state.plan))
            except OSError as error:
                raise CannotWrite(folder=folder.path, why=error.strerror) from None
            text.extend(without_escapes(to_markdown(record)).splitlines())

        def show() -> None:
            kept = watched.folder.record
            heading = [f"Kept as {kept}", f"and beside it as {kept.stem}.html and {kept.stem}.json"]
            app.push_screen(Page(heading, text))

        app.do("Writing the record.", work, show)

    # Both

    def _log_in(self, watched: Watched, then: Callable[[], None]) -> None:
        plan = watched.state.plan
        self._app.connecting.log_in(servers_of(plan.source, plan.destination), then)

    @staticmethod
    def _planned(watched: Watched | None, session: str) -> PlannedSession | None:
        sessions = watched.state.plan.sessions if watched else ()
        return next((one for one in sessions if one.session == session), None)


_IS = {Where.PREARCHIVE: "waits in the prearchive", Where.FOLDER: "is in files on this machine"}


def _as_planned(looked: "SessionVerification", scan: str, file: str) -> list[str]:
    """The attributes that scripts were seen to change, but for those whose change in this file is odd."""
    odd = " ".join(one.destination for one in looked.items if (one.scan, one.file) == (scan, file))
    return [name for name in looked.rewritten if name not in odd]


def _why_not_beside(looked: "SessionVerification", scan: str, file: str) -> str:
    """Why the two headers of a file cannot be shown; "" where they can."""
    lacking = (one for one in looked.items if one.mark == Mark.ONLY_SOURCE and one.scan == scan)
    if any(one.file == file for one in lacking):
        return "The destination does not have this file, so nothing can be laid beside it."
    if looked.where != Where.ARCHIVE or not looked.destination_id:
        return f"Headers are read from archived sessions; this one {_IS.get(looked.where, 'is not there')}."
    return ""
