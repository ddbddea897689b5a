"""Who logs in where. A password that was typed is for one server, and is kept in memory only."""

from collections import Counter
from collections.abc import Callable, Iterable

from xnat_ferry.errors import FerryError, NoCredentials
from xnat_ferry.settings.credentials import Credentials


class Logins:
    """What was typed for a server, else what ``find`` knows of it. Calls may block: use a thread."""

    def __init__(self, find: Callable[[str], Credentials]) -> None:
        self._find = find
        self._typed: dict[str, Credentials] = {}
        self._refused: set[str] = set()
        self._turns: Counter[str] = Counter()

    def __call__(self, server: str) -> Credentials:
        """The login of one server; raises NoCredentials, also where the one that is known was refused."""
        typed = self._typed.get(server)
        if typed is None and server in self._refused:
            raise NoCredentials(server=server)  # tried again and again it would lock the account
        return typed or self._find(server)

    def turn(self, server: str) -> int:
        """Another number since the login of a server was refused or typed: who uses it, asks for it again."""
        return self._turns[server]

    def stored(self, server: str) -> Credentials:
        """What is known without a person, as other processes will find it; raises NoCredentials."""
        return self._find(server)

    def take(self, server: str, login: Credentials) -> None:
        """Remember what a person typed for this server and for no other."""
        self._turns[server] += 1
        self._typed[server] = login
        self._refused.discard(server)

    def refuse(self, server: str) -> None:
        """The server said no to this login: a person should be asked for another one."""
        self._turns[server] += 1
        self._typed.pop(server, None)
        self._refused.add(server)

    def missing(self, servers: Iterable[str]) -> list[str]:
        """Those servers of which a person must be asked."""
        return [server for server in sorted(set(servers)) if server in self._refused or not self._has(server)]

    def _has(self, server: str) -> bool:
        try:
            self(server)
        except FerryError:
            return False
        return True
