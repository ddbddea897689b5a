"""Asks for the login of one server, which it names; the password stays in memory."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from xnat_ferry.settings.credentials import Credentials
from xnat_ferry_tui.widgets.entry import Entry
from xnat_ferry_tui.widgets.facts import Facts


class LogIn(ModalScreen[Credentials | None]):
    """Enter goes on; Escape leaves, and nothing is sent to the server."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel")]

    def __init__(self, server: str, said: str = "") -> None:
        super().__init__()
        self._server, self._said = server, said

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Facts(id="said")
            yield Entry(placeholder="user name", id="user", following="password")
            yield Entry(placeholder="password (kept in memory only)", password=True, id="password")
            yield Facts(id="answers")

    def on_mount(self) -> None:
        self.query_one("#answers", Facts).put(["", "Enter Next   Escape Leave"])
        self.query_one("#said", Facts).put(
            [
                f"Who are you at {self._server}?",
                self._said or "No login that it takes was found in the environment or netrc.",
                "An alias token will do in place of your password: its alias as the user name, its secret as "
                "the password. XNAT makes them under your name, Manage Alias Tokens.",
            ]
        )
        self.query_one("#user", Input).focus()

    @on(Input.Submitted, "#password")
    def _go_on(self) -> None:
        user, password = (field.value for field in self.query(Input))
        if user.strip() and password:
            self.dismiss(Credentials(user.strip(), password))

    def action_cancel(self) -> None:
        self.dismiss(None)
