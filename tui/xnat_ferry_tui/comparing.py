"""Comparing as closely as is wanted: a transfer again, or two projects that none connects."""

from contextlib import ExitStack
from typing import TYPE_CHECKING

from xnat_ferry import wording
from xnat_ferry.model import Level, Road, servers_of
from xnat_ferry.plan import Plan
from xnat_ferry.settings.redact import plain
from xnat_ferry_tui.aside.errand import Errand
from xnat_ferry_tui.conversation import ends_of
from xnat_ferry_tui.dialogs.ask import Tell
from xnat_ferry_tui.dialogs.choose import Choose
from xnat_ferry_tui.dialogs.page import Page
from xnat_ferry_tui.read_only import is_closed
from xnat_ferry_tui.watching.watched import Watched

if TYPE_CHECKING:
    from xnat_ferry.verify.verification import CarriedNow
    from xnat_ferry_tui.app import FerryApp

_LEVELS = {
    Level.COUNTS.value: "subjects, sessions, scans, numbers of files and bytes",
    Level.IDENTITY.value: "and every SOPInstanceUID; digests where they can match",
    Level.SAMPLE.value: "and one file a scan, fetched back: header and pixels",
    Level.FULL.value: "and every file, fetched back: takes as long as the copy",
}
_HEADERS, _REFRESH = "headers", "refresh"
_TWO_SIDES = {_HEADERS: "full, and every file's header beside the source's"}
_ANEW = {_REFRESH: "identity, once the server has listed its files anew"}


def _ways(plan: Plan, *, may_write: bool) -> dict[str, str]:
    """The ways to compare that mean something on a plan's road; a refresh writes catalogs at the server."""
    if plan.destination.local:
        return {Level.FULL.value: "every file read again where it lies, its header and pixels"}
    anew = _ANEW if may_write else {}
    if plan.road == Road.RESOURCES:
        return anew | {Level.IDENTITY.value: "each file by size and digest"}
    return anew | _LEVELS | ({} if plan.road.stays else _TWO_SIDES)


class Comparing:
    """Only looks; a refresh has the server look as well."""

    def __init__(self, app: "FerryApp") -> None:
        self._app = app

    def ask(self) -> None:
        """Ask how closely to compare, and do it."""
        app, watched = self._app, self._app.desk.watched
        if watched is None:
            app.push_screen(Tell("There is no transfer to verify yet."))
            return
        plan = watched.state.plan
        closed = app.window.read_only or is_closed(app.window, plan.destination.server)
        words = [f"How closely shall {watched.folder.id} be compared?", "No session is changed by it."]

        def chosen(name: str | None) -> None:
            if name is not None:
                servers = servers_of(plan.source, plan.destination)
                app.connecting.log_in(servers, lambda: self._verify(watched, name))

        app.push_screen(Choose(words, _ways(plan, may_write=not closed), plan.verify), chosen)

    def ask_projects(self) -> None:
        """Ask how closely to compare the marked sessions, or all, of the two projects, and do it."""
        app, desk = self._app, self._app.desk
        if desk.ends is None:
            app.action_connect()
            return
        if desk.ends[0].local or desk.ends[1].local:
            app.push_screen(
                Tell("Two projects are compared; what lies on this machine is compared in area 4.")
            )
            return
        marked = len(desk.marks)
        what = wording.plural(marked, "marked session") if marked else "all sessions"
        words = [f"How closely shall {what} be compared with {desk.ends[1].project}?", "Nothing is changed."]

        def chosen(name: str | None) -> None:
            if name is not None:
                self._compare(Level(name))

        app.push_screen(Choose(words, _LEVELS, Level.IDENTITY), chosen)

    def _compare(self, level: Level) -> None:
        app, lines = self._app, list[str]()

        def work(errand: Errand) -> None:
            from xnat_ferry.cli.telling.differences import difference_lines

            found = app.looking.compare(level, errand)
            lines.extend(line.text for line in difference_lines(found, app.size.width - 4))

        def tell() -> None:
            app.push_screen(Page(["Compared, without any transfer: the panes show the marks."], lines))

        app.seek(f"Comparing by {level}.", work, tell)

    def _verify(self, watched: Watched, way: str) -> None:
        app, every_header, refresh = self._app, way == _HEADERS, way == _REFRESH
        level = Level.FULL if every_header else Level.IDENTITY if refresh else Level(way)
        carried: list[CarriedNow] = []

        def work(errand: Errand) -> None:
            from xnat_ferry.verify.carried.comparing import carried_with, compare_carried
            from xnat_ferry.verify.scrutiny import Scrutiny
            from xnat_ferry.verify.transfer import needs_source, sessions_to_verify, verify_transfer

            sessions = sessions_to_verify(watched.state)
            if watched.state.plan.destination.local:
                from xnat_ferry.verify.on_disk import verify_downloads

                verify_downloads(
                    watched.folder,
                    watched.state,
                    sessions,
                    level=level,
                    scratch=app.desk.spool,
                    progress=errand.progress,
                )
                return
            with ExitStack() as stack:
                beside = carried_with(watched.state, sessions)
                both = needs_source(sessions, level) or bool(beside)
                source, destination = ends_of(stack, watched.state.plan, app.desk.logins, both=both)
                verify_transfer(
                    watched.folder,
                    watched.state,
                    sessions,
                    destination,
                    source,
                    Scrutiny(level=level, scratch=app.desk.spool, refresh=refresh, every_header=every_header),
                    progress=errand.progress,
                )
                looks = compare_carried(watched.state, beside, destination, source, refresh=refresh)
                carried.extend(looks)

        def tell() -> None:
            if carried:
                title = "What was carried beside the images, looked at again:"
                app.push_screen(Tell(title, "", *(plain(one.in_words) for one in carried)))

        # a server may be silent, and nobody waits for it; files on this machine are read to the next session
        here = watched.state.plan.destination.local
        app.seek(f"Comparing by {level}.", work, tell, at_once=not here)
