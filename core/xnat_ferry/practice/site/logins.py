"""Who is logged in, and the silent lapse of a login (wire-read 1.4)."""

import secrets
import threading
import uuid
from dataclasses import dataclass, field

from xnat_ferry.practice.clock import Clock
from xnat_ferry.practice.world.description import User

GUEST = "guest"


@dataclass
class Login:
    """One HTTP session of one user."""

    id: str
    """The JSESSIONID."""
    user: str
    """The login name; "" for a guest."""
    seen: float
    csrf: str = field(default_factory=lambda: str(uuid.uuid4()))
    listeners: dict[str, list[tuple[str, str, bool]]] = field(default_factory=dict)
    """Progress by listener ID: status, message, whether it is the last (wire-write 0.7)."""


class Logins:
    """The HTTP sessions of one server."""

    def __init__(self, users: dict[str, User], clock: Clock, patience: float) -> None:
        self._users, self._clock = users, clock
        self.patience = patience
        """Seconds a session lasts without a request."""
        self._known: dict[str, Login] = {}
        self._lock = threading.Lock()

    def start(self, user: str) -> Login:
        login = Login(secrets.token_hex(16).upper(), user, self._clock.now())
        with self._lock:
            self._known[login.id] = login
        return login

    def find(self, identifier: str) -> Login | None:
        """A session that has not lapsed; looking extends it."""
        now = self._clock.now()
        with self._lock:
            login = self._known.get(identifier)
            if login is None or now - login.seen > self.patience:
                self._known.pop(identifier, None)
                return None
            login.seen = now
            return login

    def end(self, identifier: str) -> None:
        with self._lock:
            self._known.pop(identifier, None)

    def lapse(self) -> None:
        """Forget everybody, as after a restart."""
        with self._lock:
            self._known.clear()

    def check(self, user: str, password: str) -> bool:
        known = self._users.get(user)
        return known is not None and secrets.compare_digest(known.password.encode(), password.encode())
