"""Asks for the login of one server, which it names; the password stays in memory."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input

from xnat_ferry.settings.credentials import Credentials
from xnat_ferry_tui.dialogs.dialog import Dialog
from xnat_ferry_tui.keyboard import keys
from xnat_ferry_tui.widgets.entry import Entry
from xnat_ferry_tui.widgets.facts import Facts


class LogIn(Dialog[Credentials | None]):
    """Enter goes on; Escape leaves, and nothing is sent to the server."""

    PLACE: ClassVar[str] = "login"
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(PLACE)

    def __init__(self, server: str, said: str = "", user: str = "") -> None:
        """``user`` is who was refused: Enter keeps the name, and typing takes its place."""
        super().__init__()
        self._server, self._said, self._user = server, said, user

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Facts(id="said")
            yield Entry(self._user, placeholder="user name", id="user", following="password")
            yield Entry(placeholder="password (kept in memory only)", password=True, id="password")
            yield Facts(id="answers")

    def on_mount(self) -> None:
        self.query_one("#said", Facts).put(
            [
                f"Who are you at {self._server}?",
                self._said or "No login that it takes was found in the environment or netrc.",
                "An alias token will do in place of your password: its alias as the user name, its secret as "
                "the password. XNAT makes them under your name, Manage Alias Tokens.",
            ]
        )
        self.show_keys()
        self.query_one("#user", Input).focus()

    def asked(self) -> Sequence[str]:
        return (f"Who are you at {self._server}?",)

    @on(Input.Submitted, "#password")
    def _go_on(self) -> None:
        user, password = (field.value for field in self.query(Input))
        if user.strip() and password:
            self.dismiss(Credentials(user.strip(), password))

    def action_leave(self) -> None:
        self.dismiss(None)
