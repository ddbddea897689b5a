"""Names source and destination, and a login where none is found; the password stays in memory."""

from typing import ClassVar

from msgspec import Struct
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from xnat_ferry_tui.widgets.facts import Facts


class Wish(Struct, frozen=True):
    """What was filled in; user and password are "" where they were not asked for."""

    source: str
    destination: str
    user: str
    password: str

    def __repr__(self) -> str:
        return f"Wish({self.source!r}, {self.destination!r})"


class Connect(ModalScreen[Wish | None]):
    """Enter goes to the next field and, on the last, connects; Escape leaves things as they are."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel")]

    def __init__(self, source: str, destination: str, *, ask_login: bool, said: str = "") -> None:
        super().__init__()
        self._source, self._destination = source, destination
        self._ask_login, self._said = ask_login, said

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Facts(id="said")
            yield Input(self._source, placeholder="source: PROJECT, ALIAS:PROJECT or address", id="source")
            yield Input(self._destination, placeholder="destination: the same", id="destination")
            if self._ask_login:
                yield Input(placeholder="user name", id="user")
                yield Input(placeholder="password (kept in memory only)", password=True, id="password")

    def on_mount(self) -> None:
        hint = "The login is asked for, since none is known that works." if self._ask_login else ""
        self.query_one(Facts).put(
            line for line in ("Which projects? Enter goes on, Escape leaves.", self._said, hint) if line
        )
        self.query_one("#source", Input).focus()

    @on(Input.Submitted)
    def next_field(self, event: Input.Submitted) -> None:
        fields = list(self.query(Input))
        place = fields.index(event.input)
        if place + 1 < len(fields):
            fields[place + 1].focus()
            return
        values = {str(field.id): field.value for field in fields}
        self.dismiss(
            Wish(
                values["source"].strip(),
                values["destination"].strip(),
                values.get("user", "").strip(),
                values.get("password", ""),
            )
        )

    def action_cancel(self) -> None:
        self.dismiss(None)
