"""One login for all threads of a conversation: where it lapses it is renewed once, for all of them."""

import threading
from collections.abc import Callable, Generator, Iterator

from xnat_ferry.errors import LoginRefused
from xnat_ferry.xnat.libraries import httpx
from xnat_ferry.xnat.login import Login


class KeptLogin:
    """The login as it is now; safe to share between threads."""

    def __init__(self, log_in: Callable[[], Login], sent: Callable[[], None]) -> None:
        """Log in now; raises what ``log_in`` does. ``sent`` hears of each request that logins cost."""
        self._begin, self._sent = log_in, sent
        self._lock = threading.Lock()
        self._refused: LoginRefused | None = None
        self._current = self._log_in()

    @property
    def current(self) -> Login:
        """The one that requests are sent with."""
        return self._current

    def tries(self) -> Iterator[Login]:
        """The login to ask with, and for whoever found it lapsed and comes back a renewed one; no third.

        Raises LoginRefused, ServerUnreachable or NotAnXnat where none is had.
        """
        login = self._current
        yield login
        self._renew(login)
        yield self._current

    def close(self) -> None:
        """Log out."""
        self._leave(self._current)

    def _renew(self, lapsed: Login) -> None:
        """Log in again, unless another thread did since.

        One that is refused is not tried again, by none of them: that would lock the account.
        """
        with self._lock:
            if self._refused is not None:
                raise LoginRefused(**self._refused.facts)
            if self._current is lapsed:
                self._leave(lapsed)
                try:
                    self._current = self._log_in()
                except LoginRefused as error:
                    self._refused = error
                    raise

    def _log_in(self) -> Login:
        self._sent()
        return self._begin()

    def _leave(self, login: Login) -> None:
        login.close()
        self._sent()


class SessionCookie(httpx.Auth):
    """Sends the login's session and nothing that the server set on other answers."""

    def __init__(self, login: Login) -> None:
        self._login = login

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Cookie"] = f"JSESSIONID={self._login.jsession}"
        self._login.used()
        yield request
