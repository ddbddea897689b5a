"""What leads away from the panes: a header, a log, another project, the way to a transfer."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from xnat_ferry.dicom.header_lines import HeaderLine
from xnat_ferry.model import (
    DICOM_RESOURCES,
    Endpoint,
    FileRow,
    PrearchiveRow,
    ScanRow,
    SessionRow,
    servers_of,
)
from xnat_ferry_tui.aside.errand import Errand
from xnat_ferry_tui.dialogs.ask import Tell
from xnat_ferry_tui.dialogs.page import Page
from xnat_ferry_tui.screens.browse.cells import name_of
from xnat_ferry_tui.screens.browse.header import HeaderView
from xnat_ferry_tui.screens.browse.nodes import Kind, Node
from xnat_ferry_tui.screens.browse.project import ProjectChoice

if TYPE_CHECKING:
    from xnat_ferry.xnat.rights import ProjectRow
    from xnat_ferry_tui.screens.browse.area import BrowseArea

_SIDES = ("source", "destination")


class Errands:
    """Each says why where it cannot be done."""

    def __init__(self, area: "BrowseArea") -> None:
        self._area = area

    def header(self, node: Node, side: int) -> None:
        """Read the header of a file, or of a scan's first one, on this side or else the other."""
        side = side if node.on(side) is not None else 1 - side
        found = self._file(node, side)
        if isinstance(found, str):
            self._area.app.push_screen(Tell(found))
            return
        session, file = found
        ends = self._area.desk.ends
        if ends is not None and ends[side].local:
            self._area.app.push_screen(Tell("Headers are read from servers; this file is on this machine."))
            return
        what = f"{_SIDES[side]}: {session.label} scan {file.scan}, {file.path}"
        self._area.say("Reading the header.")

        def show(lines: tuple[HeaderLine, ...], problem: str) -> None:
            self._area.say("")
            self._area.app.push_screen(Tell(problem) if problem else HeaderView(what, lines))

        self._area.reading.header(side, session.id, file, show)

    def log(self, node: Node, side: int) -> None:
        """Read the newest entry of the log of what waits in the prearchive."""
        side = side if node.on(side) is not None else 1 - side
        row = node.on(side)
        if not isinstance(row, PrearchiveRow):
            self._area.app.push_screen(
                Tell("Logs are those of the prearchive, the last line of a pane (G); Right opens it.")
            )
            return
        self._area.say("Reading the log.")

        def show(said: str) -> None:
            from xnat_ferry.settle.outcomes import read_status

            self._area.say("")
            head = f"{row.name} in the prearchive of {row.project}: {row.status}"
            lines = [said or "It has no log, or none that may be read."]
            self._area.app.push_screen(Page([head, read_status(row.status).advice], lines))

        self._area.reading.log(side, row, show)

    def project(self, side: int, said: str = "") -> None:
        """Ask for another project on one side."""
        ferry, ends = self._area.ferry, self._area.desk.ends
        if ends is None or ends[side].local:
            ferry.action_connect()
            return
        found: dict[str, ProjectRow] = {}

        def read(_errand: Errand) -> None:
            from xnat_ferry.xnat.rights import list_projects

            found.update(list_projects(self._area.ferry.looking.client(side)))

        def ask() -> None:
            choice = ProjectChoice(_SIDES[side], ends[side].server, found, said)
            ferry.push_screen(choice, lambda text: self._named(side, ends, text))

        ferry.seek("Listing projects.", read, ask)

    def swap(self) -> None:
        """Make the source the destination, and the other way round."""
        ends = self._area.desk.ends
        if ends is not None and ends[0].local:
            self._area.app.push_screen(Tell("What is on this machine can only be the source here."))
        elif ends is not None:
            self._connect((ends[1], ends[0]))

    def _named(self, side: int, ends: tuple[Endpoint, Endpoint], text: str | None) -> None:
        if text is None:
            return

        def connect(named: Sequence[Endpoint]) -> None:
            self._connect((ends[0], named[0]) if side else (named[0], ends[1]))

        self._area.ferry.connecting.read_ends([text], connect, lambda said: self.project(side, said))

    def _connect(self, ends: tuple[Endpoint, Endpoint]) -> None:
        ferry = self._area.ferry
        ferry.connecting.log_in(
            servers_of(*ends),
            lambda: ferry.do("Leaving the old projects.", lambda: ferry.desk.connect(ends), ferry.look),
        )

    def _file(self, node: Node, side: int) -> tuple[SessionRow, FileRow] | str:
        """The file whose header is meant, with its session; or why there is none."""
        inside, thing = self._area.picture.inside, node.on(side)
        if node.kind not in (Kind.SCAN, Kind.FILE):
            return "A header is a scan's or a file's: Right opens a session, then H on one of its scans."
        session = inside.sessions(node)[side]
        if session is None:
            return "That side has no such scan."
        if isinstance(thing, FileRow):
            return session, thing
        held = self._area.picture.holdings.of(side, session)
        if held is None or held.detail.files is None:
            self._area.reading.session(side, session)
            return "The files of this session are being listed; press H again in a moment."
        files = held.files.get(thing.id, ()) if isinstance(thing, ScanRow) else ()
        first = next((file for file in files if file.resource in DICOM_RESOURCES), None)
        return (session, first) if first else f"Scan {name_of(thing)} has no DICOM files."
