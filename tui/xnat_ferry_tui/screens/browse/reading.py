"""Reads what somebody wants to look into: in threads of its own, so that nothing else has to wait for it."""

import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from textual.message import Message

from xnat_ferry.dicom.header_lines import HeaderLine, read_lines
from xnat_ferry.errors import FerryError
from xnat_ferry.model import Endpoint, FileRow, PrearchiveRow, SessionRow
from xnat_ferry_tui.explaining.ways import told
from xnat_ferry_tui.screens.browse.nodes import DESTINATION, SOURCE, Kind, Node
from xnat_ferry_tui.screens.browse.pairing import Waiting

if TYPE_CHECKING:
    from xnat_ferry_tui.screens.browse.area import BrowseArea

_Key = tuple[str, str]
"""A server and an accession ID there."""

_AT_ONCE = 2
"""How many sessions are read side by side: both sides of one line."""


class Fetched(Message):
    """Something has been read, or could not be; ``then`` shows it, on the screen's own thread."""

    def __init__(self, then: Callable[[], None]) -> None:
        super().__init__()
        self.then = then


class Reading:
    """The newest wish comes first. What was read lies on the desk; what could not be is told."""

    def __init__(self, area: "BrowseArea") -> None:
        self._area = area
        self._lock = threading.Lock()
        self._wanted: list[tuple[_Key, int, SessionRow]] = []
        self._under_way: set[_Key] = set()
        self._threads = 0
        self._problems: dict[_Key, str] = {}
        self.prearchives: dict[Endpoint, tuple[PrearchiveRow, ...] | str] = {}
        """What was read of a prearchive that no listing of the project brought, or why it was not."""

    def session(self, side: int, row: SessionRow) -> None:
        """Read a session's scans and files."""
        key = self._key(side, row)
        with self._lock:
            self._problems.pop(key, None)
            if key in self._under_way:
                return
            self._under_way.add(key)
            self._wanted.append((key, side, row))
            if self._threads >= _AT_ONCE:
                return
            self._threads += 1
        self._run(self._read_wanted)

    def forget(self) -> None:
        """What a new listing of the projects does not bring is to be read anew, too."""
        self.prearchives.clear()
        self._problems.clear()

    def problem(self, side: int, row: SessionRow) -> str:
        """Why a session could not be read; "" where that is not so."""
        return self._problems.get(self._key(side, row), "")

    def prearchive(self, side: int) -> None:
        """List what is in a project's prearchive."""
        end = self._end(side)
        if end in self.prearchives:
            return
        self.prearchives[end] = "reading"

        def read() -> None:
            from xnat_ferry.xnat import prearchive

            try:
                client = self._area.ferry.looking.client(side)
                self.prearchives[end] = prearchive.list_prearchive(client, end.project)
            except FerryError as error:
                self.prearchives[end] = told(error)
            self._area.post_message(Fetched(self._area.lay))

        self._run(read)

    def header(
        self, side: int, session_id: str, file: FileRow, then: Callable[[tuple[HeaderLine, ...], str], None]
    ) -> None:
        """Read one file's header; hand its lines over on the screen's own thread, or why there are none."""

        def read() -> None:
            from xnat_ferry.xnat.headers import read_header

            lines: tuple[HeaderLine, ...] = ()
            problem = ""
            try:
                lines = read_lines(read_header(self._area.ferry.looking.client(side), session_id, file))
            except FerryError as error:
                problem = told(error)
            self._area.post_message(Fetched(lambda: then(lines, problem)))

        self._run(read)

    def log(self, side: int, row: PrearchiveRow, then: Callable[[str], None]) -> None:
        """Read the newest entry of a prearchive row's log."""

        def read() -> None:
            from xnat_ferry.xnat import prearchive

            try:
                said = prearchive.read_last_log(self._area.ferry.looking.client(side), row.path)
            except FerryError as error:
                said = told(error)
            self._area.post_message(Fetched(lambda: then(said)))

        self._run(read)

    def inside(self, node: Node) -> None:
        """Ask for what a line opens to, as far as it is not known."""
        if node.kind == Kind.PREARCHIVE:
            for side in (SOURCE, DESTINATION):
                if node.on(side) is not None and isinstance(self.waiting(side), str):
                    self.prearchive(side)
        picture = self._area.picture
        for side, row in enumerate(picture.inside.sessions(node)):
            held = picture.holdings.of(side, row) if row else None
            if row and (held is None or (node.kind == Kind.SCAN and held.detail.files is None)):
                self.session(side, row)

    def waiting(self, side: int) -> Waiting | None:
        """What waits on a side, as far as it is known; None where it is no project."""
        if self._end(side).local:
            return None
        view = self._area.desk.destination if side == DESTINATION else None
        if view is not None and view.prearchive is not None:
            return view.prearchive
        return self.prearchives.get(self._end(side), "not read yet")

    def _read_wanted(self) -> None:
        while True:
            with self._lock:
                if not self._wanted:
                    self._threads -= 1
                    return
                key, side, row = self._wanted.pop()
            try:
                self._area.ferry.looking.read(side, row.id)
            except FerryError as error:
                self._problems[key] = told(error)
            finally:
                with self._lock:
                    self._under_way.discard(key)
            self._area.post_message(Fetched(partial(self._area.show_read, row)))

    def _run(self, work: Callable[[], None]) -> None:
        self._area.app.run_worker(work, thread=True, exit_on_error=False, group="reading")

    def _key(self, side: int, row: SessionRow) -> tuple[str, str]:
        return self._end(side).server, row.id

    def _end(self, side: int) -> Endpoint:
        ends = self._area.desk.ends
        assert ends is not None
        return ends[side]
