"""The questions that lead to a server: which projects, and a login for each server that has none."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from xnat_ferry.errors import FerryError
from xnat_ferry.model import Endpoint
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.settings.paths import servers_file
from xnat_ferry.settings.servers import parse_endpoint, read_aliases
from xnat_ferry_tui.dialogs.connect import Connect, Wish
from xnat_ferry_tui.dialogs.login import LogIn

if TYPE_CHECKING:
    from xnat_ferry_tui.app import FerryApp


class Connecting:
    """Asks one thing after the other; leaving any of them leaves everything as it was."""

    def __init__(self, app: "FerryApp") -> None:
        self._app = app

    def ask(self) -> None:
        """Ask which projects, beginning with those on the desk."""
        if self._app.desk.busy:
            self._app.still_busy()
            return
        ends = self._app.desk.ends
        texts = [f"{end.server}/{end.project}" for end in ends] if ends else ["", ""]
        self._ask(Wish(*texts))

    def log_in(self, servers: Iterable[str], then: Callable[[], None]) -> None:
        """Ask for the logins that these servers lack, and go on once there are all."""
        logins, missing = self._app.desk.logins, list[str]()
        wanted = list(servers)
        # a keyring may take its time
        self._app.do(
            "Looking for a login.",
            lambda: missing.extend(logins.missing(wanted)),
            lambda: self._ask_login(missing, then),
        )

    def _ask(self, wish: Wish, said: str = "") -> None:
        self._app.push_screen(Connect(wish, said), self._named)

    def _named(self, wish: Wish | None) -> None:
        if wish is None:
            return
        try:
            aliases = read_aliases(servers_file())
            ends = parse_endpoint(wish.source, aliases), parse_endpoint(wish.destination, aliases)
        except FerryError as error:
            self._ask(wish, f"{error} {error.advice}")
            return
        self.log_in([end.server for end in ends], lambda: self._connect(ends))

    def _ask_login(self, missing: list[str], then: Callable[[], None]) -> None:
        if not missing:
            then()
            return
        server = missing[0]

        def typed(login: Credentials | None) -> None:
            if login is not None:
                self._app.desk.logins.take(server, login)
                self._ask_login(missing[1:], then)

        self._app.push_screen(LogIn(server), typed)

    def _connect(self, ends: tuple[Endpoint, Endpoint]) -> None:
        desk = self._app.desk
        self._app.do("Leaving the old projects.", lambda: desk.connect(ends), self._app.look_and_check)
