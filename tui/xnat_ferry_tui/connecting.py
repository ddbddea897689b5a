"""The questions that lead to a server: which projects, and a login for each server that has none."""

import re
from collections.abc import Callable, Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from xnat_ferry import wording
from xnat_ferry.errors import FerryError, LoginRefused, NoCredentials, ReceiverMissing
from xnat_ferry.model import ZIPS_HERE, Endpoint, servers_of
from xnat_ferry.plan.draft import Draft
from xnat_ferry.plan.receiver import NO_RECEIVER, Receiver, parse_receiver
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.settings.paths import servers_file
from xnat_ferry.settings.redact import plain
from xnat_ferry.settings.servers import check_alias, parse_endpoint, parse_server, read_aliases
from xnat_ferry_tui.aside.errand import Errand
from xnat_ferry_tui.dialogs.ask import Tell
from xnat_ferry_tui.dialogs.choose import Choose
from xnat_ferry_tui.dialogs.connect import RECEIVER, STORE, Connect
from xnat_ferry_tui.dialogs.login import LogIn
from xnat_ferry_tui.explaining.ways import told

if TYPE_CHECKING:
    from xnat_ferry.local.places import Other
    from xnat_ferry.local.scanning import Scanned
    from xnat_ferry_tui.app import FerryApp


_NAMED = 5
_IN_A_FIELD = re.compile(r" \(--[a-z]+\)")
"""Which option the plain face would have for it."""
_ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz")
_A_FOLDER, _ONE_ZIP = "a folder", "a ZIP"


class Connecting:
    """Asks one thing after the other; leaving any of them leaves everything as it was."""

    def __init__(self, app: "FerryApp") -> None:
        self._app = app

    def ask(self, begin_with: str = "") -> None:
        """Ask which projects, beginning with those on the desk, or with the name of a server."""
        if self._app.desk.busy:
            self._app.still_busy()
            return
        ends = self._app.desk.ends
        texts = [_written(end) for end in ends] if ends else [begin_with, begin_with]
        self._ask(texts)

    def go_on_with(self, draft: Draft) -> None:
        """Connect to the projects of a draft and go on where it was left."""
        ends = draft.ends
        self.log_in(servers_of(*ends), lambda: self._connect(ends, draft))

    def ask_server(self, words: Sequence[str] = ("", ""), said: str = "") -> None:
        """Ask for a server's address and a short name, and store both once it lets one in."""
        self._app.push_screen(Connect(words, said, STORE), self._server_named)

    def _server_named(self, words: Sequence[str] | None) -> None:
        if words is None:
            return
        alias, address = words
        try:
            check_alias(alias)
            server = parse_server(address)
        except FerryError as error:
            self.ask_server(words, told(error))
            return
        self.log_in([server], lambda: self._store(alias, server))

    def _store(self, alias: str, server: str) -> None:
        app, found = self._app, list[str]()

        def store(errand: Errand) -> None:
            found.append(app.looking.try_server(server))
            with errand.taking():
                app.desk.name_server(alias, server)

        def tell() -> None:
            app.notify(f"{alias} is stored: you are {found[0]}.", markup=False)

        def failed(error: FerryError) -> None:
            app.desk.problem = error
            if isinstance(error, LoginRefused | NoCredentials):
                self.log_in_again(error, lambda: self._store(alias, server))
            else:
                self.ask_server((alias, server), told(error))

        app.seek("Logging in.", store, tell, failed)

    def ask_receiver(self, before: Receiver, then: Callable[[Receiver], None]) -> None:
        """Ask for a DICOM receiver's address and titles, beginning with those of ``before``.

        Says how to get what sends to it where it is not.
        """
        app, found = self._app, list[bool]()

        def ask() -> None:
            if found[0]:
                address = f"{before.host}:{before.port}" if before.host else ""
                self._ask_receiver((address, before.aet, before.calling), "", then)
            else:
                missing = ReceiverMissing()
                app.push_screen(Tell(str(missing), missing.advice))

        app.seek("Looking for pynetdicom.", lambda _: found.append(find_spec("pynetdicom") is not None), ask)

    def _ask_receiver(self, words: Sequence[str], said: str, then: Callable[[Receiver], None]) -> None:
        def named(words: Sequence[str] | None) -> None:
            if words is None:
                return
            address, aet, calling = words
            try:
                receiver = parse_receiver(address, aet, calling or NO_RECEIVER.calling)
            except FerryError as error:
                self._ask_receiver(words, _IN_A_FIELD.sub("", str(error)), then)
            else:
                then(receiver)

        self._app.push_screen(Connect(words, said, RECEIVER), named)

    def take_place(self, text: str) -> None:
        """Look through a folder or archive file on this machine and make it the source."""
        app, ends, found = self._app, self._app.desk.ends, list[tuple[Endpoint, "Scanned"]]()

        def look(errand: Errand) -> None:
            found.append(app.looking.look_through(Path(text), errand))

        def ask() -> None:
            (end, scanned), others = found[0], found[0][1].others
            if ends is None:
                return
            if not scanned.studies:
                app.push_screen(Tell(f"{end} holds no DICOM images.", *_named(others), *_packed(others)))
            elif others:
                app.ask(_leaving_out(end, others), lambda: self._connect((end, ends[1])))
            else:
                self._connect((end, ends[1]))

        app.seek("Looking through it.", look, ask)

    def take_folder(self, text: str) -> None:
        """Make a folder on this machine the destination, once it is said what each session becomes there."""
        before = self._app.desk.ends[1].server if self._app.desk.ends else ""
        words = (f"What shall each session become in {plain(text, 60)}?", "Both are proven by a manifest.")
        first = _ONE_ZIP if before == ZIPS_HERE else _A_FOLDER
        choice = Choose(words, {_A_FOLDER: "its files, as in XNAT's own ZIP", _ONE_ZIP: "one file"}, first)
        self._app.push_screen(choice, lambda name: self._take_folder(text, name))

    def _take_folder(self, text: str, name: str | None) -> None:
        app, ends, found = self._app, self._app.desk.ends, list[Endpoint]()
        if name is None:
            return

        def look(_errand: Errand) -> None:
            found.append(app.looking.folder_here(Path(text), zips=name == _ONE_ZIP))

        def go_on() -> None:
            if ends is not None:
                self._connect((ends[0], found[0]))

        app.seek("Looking at it.", look, go_on)

    def log_in(self, servers: Iterable[str], then: Callable[[], None]) -> None:
        """Ask for the logins that these servers lack, and go on once there are all."""
        logins, missing = self._app.desk.logins, list[str]()
        wanted = list(servers)
        # a keyring may take its time
        self._app.seek(
            "Looking for a login.",
            lambda _: missing.extend(logins.missing(wanted)),
            lambda: self._ask_login(missing, then),
        )

    def log_in_again(self, error: FerryError, then: Callable[[], None]) -> None:
        """Where a login was refused or none is known, ask for another one and go on with it."""
        if isinstance(error, LoginRefused | NoCredentials):
            server = str(error.facts["server"])
            refused = isinstance(error, LoginRefused)
            if refused:
                self._app.desk.logins.refuse(server)
            user = str(error.facts.get("user", "")) if refused else ""
            self._ask_login([server], then, str(error) if refused else "", user)

    def _ask(self, words: Sequence[str], said: str = "") -> None:
        self._app.push_screen(Connect(words, said), self._named)

    def _named(self, words: Sequence[str] | None) -> None:
        if words is None:
            return
        if not all(words):
            self._ask(words, "Both have to be named: where the sessions are, and where they shall go.")
            return

        def go_on(ends: Sequence[Endpoint]) -> None:
            self.log_in([end.server for end in ends], lambda: self._connect((ends[0], ends[1])))

        self.read_ends(words, go_on, lambda said: self._ask(words, said))

    def read_ends(
        self,
        texts: Sequence[str],
        then: Callable[[Sequence[Endpoint]], None],
        otherwise: Callable[[str], None],
    ) -> None:
        """Read the projects that are named, by aliases too; ``otherwise`` hears why one cannot be read."""
        found = list[Endpoint]()

        def read(_errand: Errand) -> None:
            aliases = read_aliases(servers_file())
            found.extend(parse_endpoint(text, aliases) for text in texts)

        self._app.seek(
            "Reading the servers' names.",
            read,
            lambda: then(found),
            lambda error: otherwise(told(error)),
        )

    def _ask_login(
        self, missing: list[str], then: Callable[[], None], said: str = "", user: str = ""
    ) -> None:
        if not missing:
            then()
            return
        server = missing[0]

        def typed(login: Credentials | None) -> None:
            if login is not None:
                self._app.desk.logins.take(server, login)
                self._ask_login(missing[1:], then)

        self._app.push_screen(LogIn(server, said, user), typed)

    def _connect(self, ends: tuple[Endpoint, Endpoint], draft: Draft | None = None) -> None:
        desk, app = self._app.desk, self._app

        def look() -> None:
            desk.drafting.go_to((draft.step if draft else "") or "choose")
            app.look()

        app.do("Leaving the old projects.", lambda: desk.connect(ends, draft), look)


def _written(end: Endpoint) -> str:
    """A project as it is typed; a place on this machine is named elsewhere."""
    return "" if end.local else f"{end.server}/{end.project}"


def _leaving_out(end: Endpoint, others: Sequence["Other"]) -> list[str]:
    return [
        f"{end} holds {wording.plural(len(others), 'file')} that cannot be carried as DICOM:",
        *_named(others),
        "Leave them out, and take the images?",
    ]


def _named(others: Sequence["Other"]) -> list[str]:
    more = len(others) - _NAMED
    told = [f"  {plain(one.path, 60)}: {plain(one.why, 80)}" for one in others[:_NAMED]]
    return [*told, *([f"  and {more:,} more"] if more > 0 else [])]


def _packed(others: Sequence["Other"]) -> list[str]:
    packed = any(one.path.lower().endswith(_ARCHIVES) for one in others)
    return ["A ZIP or tar is looked into where it is named itself: f, and its path."] if packed else []
