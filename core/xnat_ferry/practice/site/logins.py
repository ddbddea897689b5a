"""HTTP sessions, their silent lapse, and the lock after too many failed tries (wire-read 1.1, 1.2, 1.4)."""

import secrets
import threading
import uuid
from dataclasses import dataclass, field

from xnat_ferry.practice.clock import Clock
from xnat_ferry.practice.site.preferences import seconds_of
from xnat_ferry.practice.world.description import User

GUEST = "guest"


class TooManySessions(Exception):
    """One more than ``concurrentMaxSessions``."""


@dataclass
class Login:
    """One HTTP session of one user."""

    id: str
    """The JSESSIONID."""
    user: str
    """The login name; "" for a guest."""
    seen: float
    patience: float
    """Seconds it lasts without a request, fixed when it begins."""
    csrf: str = field(default_factory=lambda: str(uuid.uuid4()))
    listeners: dict[str, list[tuple[str, str, bool]]] = field(default_factory=dict)
    """Progress by listener ID: status, message, whether it is the last (wire-write 0.7)."""


@dataclass
class _Failures:
    count: int = 0
    last: float = 0.0


class Logins:
    """The HTTP sessions of one server, and who may begin one."""

    def __init__(self, users: dict[str, User], clock: Clock, preferences: dict[str, object]) -> None:
        self._users, self._clock, self._preferences = users, clock, preferences
        self._known: dict[str, Login] = {}
        self._of: dict[str, set[str]] = {}
        """The sessions' IDs by user; those that have lapsed among them."""
        self._failures: dict[str, _Failures] = {}
        self._lock = threading.Lock()

    def start(self, user: str, held: Login | None = None) -> Login:
        """A session of that user with an ID of its own; what a guest or he himself held goes on in it."""
        patience = seconds_of(self._preferences["sessionTimeout"])
        login = Login(secrets.token_hex(16).upper(), user, self._clock.now(), patience)
        with self._lock:
            if user and self._alive(user) >= int(str(self._preferences["concurrentMaxSessions"])):
                raise TooManySessions
            if held is not None:
                self._forget(held.id)
                if held.user in ("", user):
                    login.csrf, login.listeners = held.csrf, held.listeners
            self._known[login.id] = login
            self._of.setdefault(user, set()).add(login.id)
        return login

    def find(self, identifier: str) -> Login | None:
        """A session that has not lapsed; looking extends it."""
        with self._lock:
            login = self._known.get(identifier)
            if login is None or self._is_over(login):
                self._forget(identifier)
                return None
            login.seen = self._clock.now()
            return login

    def end(self, identifier: str) -> None:
        with self._lock:
            self._forget(identifier)

    def lapse(self) -> None:
        """Forget everybody, as after a restart."""
        with self._lock:
            self._known.clear()
            self._of.clear()

    def count(self, user: str) -> int:
        """The sessions of a user that have not lapsed."""
        with self._lock:
            return self._alive(user)

    def patience_of(self, identifier: str) -> float:
        """Of a session, or of one that would begin now."""
        login = self._known.get(identifier)
        return login.patience if login else seconds_of(self._preferences["sessionTimeout"])

    def check(self, user: str, password: str) -> bool:
        """Whether the password is right and the account is not locked; a failure counts."""
        known = self._users.get(user)
        with self._lock:
            failures = self._failures.setdefault(user, _Failures())
            if self._is_locked(failures):
                return False
            if known is not None and secrets.compare_digest(known.password.encode(), password.encode()):
                failures.count = 0
                return True
            failures.count, failures.last = failures.count + 1, self._clock.now()
            return False

    def _is_locked(self, failures: _Failures) -> bool:
        if failures.count < int(str(self._preferences["maxFailedLogins"])):
            return False
        lockout = seconds_of(self._preferences["maxFailedLoginsLockoutDuration"])
        if self._clock.now() - failures.last <= lockout:
            return True
        failures.count = 0
        return False

    def _is_over(self, login: Login) -> bool:
        return self._clock.now() - login.seen > login.patience

    def _alive(self, user: str) -> int:
        for identifier in [one for one in self._of.get(user, ()) if self._is_over(self._known[one])]:
            self._forget(identifier)
        return len(self._of.get(user, ()))

    def _forget(self, identifier: str) -> None:
        login = self._known.pop(identifier, None)
        if login is not None:
            self._of[login.user].discard(identifier)
