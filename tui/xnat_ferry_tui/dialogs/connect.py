"""Asks for two words at once: source and destination as the commands take them, or a server to store."""

from typing import ClassVar

from msgspec import Struct
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from xnat_ferry_tui.widgets.entry import Entry
from xnat_ferry_tui.widgets.facts import Facts


class Wish(Struct, frozen=True):
    """What was filled in."""

    source: str
    destination: str


NOTHING = Wish("", "")


class Asked(Struct, frozen=True):
    """The words of the dialog, and what each of its two fields is for."""

    question: str
    source: str
    destination: str


PROJECTS = Asked(
    "Which projects? Enter goes on, Escape leaves.",
    "source: PROJECT, ALIAS:PROJECT or address",
    "destination: the same",
)
STORE = Asked(
    "Which server, under which short name? Its address is stored, never a password.",
    "short name, such as main",
    "address, such as https://xnat.example.org",
)


RECEIVER = Asked(
    "Which DICOM receiver? Its site has to route by StudyDescription.",
    "HOST:PORT, such as xnat.example.org:8104",
    "its AE title, such as XNAT",
)


class Connect(ModalScreen[Wish | None]):
    """Enter goes to the next field and, on the last, connects; Escape leaves things as they are."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel")]

    def __init__(self, wish: Wish, said: str = "", asked: Asked = PROJECTS) -> None:
        super().__init__()
        self._wish, self._said, self._asked = wish, said, asked

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Facts(id="said")
            yield self._field("source", self._wish.source, self._asked.source, "destination")
            yield self._field("destination", self._wish.destination, self._asked.destination)

    def _field(self, name: str, value: str, placeholder: str, following: str = "") -> Entry:
        # what stands there is gone on with, so it is not marked to be typed over
        return Entry(value, placeholder=placeholder, id=name, select_on_focus=False, following=following)

    def on_mount(self) -> None:
        lines = (self._asked.question, self._said)
        self.query_one(Facts).put(line for line in lines if line)
        self.query_one("#source", Input).focus()

    @on(Input.Submitted, "#destination")
    def _go_on(self) -> None:
        source, destination = (field.value.strip() for field in self.query(Input))
        self.dismiss(Wish(source, destination))

    def action_cancel(self) -> None:
        self.dismiss(None)
