"""Asks for a few words at once: source and destination, a server to store, or a DICOM receiver."""

from collections.abc import Sequence
from typing import ClassVar

from msgspec import Struct
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input

from xnat_ferry_tui.dialogs.dialog import Dialog
from xnat_ferry_tui.keyboard import keys
from xnat_ferry_tui.widgets.entry import Entry
from xnat_ferry_tui.widgets.facts import Facts


class Asked(Struct, frozen=True):
    """The words of the dialog, and what each of its fields is for."""

    question: str
    fields: tuple[str, ...]


PROJECTS = Asked(
    "Which projects?",
    ("source: PROJECT, ALIAS:PROJECT or https://xnat.example.org/PROJECT", "destination: the same"),
)
STORE = Asked(
    "Which server, under which short name? Its address is stored, never a password. You are asked who you "
    "are there, to see that it answers.",
    ("short name, such as main", "address, such as https://xnat.example.org"),
)
RECEIVER = Asked(
    "Which DICOM receiver? Its site has to route by StudyDescription. The last line is the AE title by "
    "which this side calls itself: some receivers let in known titles only.",
    (
        "HOST:PORT, such as xnat.example.org:8104",
        "its AE title, such as XNAT",
        "this side's AE title, such as XNATFERRY",
    ),
)


class Connect(Dialog[Sequence[str] | None]):
    """Enter goes to the next field and, on the last, gives what stands in all; Escape leaves things be."""

    PLACE: ClassVar[str] = "words"
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(PLACE)

    def __init__(self, words: Sequence[str], said: str = "", asked: Asked = PROJECTS) -> None:
        super().__init__()
        self._words, self._said, self._asked = words, said, asked

    def compose(self) -> ComposeResult:
        last = len(self._asked.fields) - 1
        with Vertical(id="dialog"):
            yield Facts(id="said")
            for place, value in enumerate(self._words):
                following = f"field-{place + 1}" if place < last else ""
                yield Facts(id=f"name-{place}")
                # what stands there is gone on with, so it is not marked to be typed over
                name = f"field-{place}"
                yield Entry(value, id=name, classes="named", select_on_focus=False, following=following)
            yield Facts(id="answers")

    def on_mount(self) -> None:
        lines = (self._asked.question, self._said)
        self.query_one("#said", Facts).put(line for line in lines if line)
        for place, meaning in enumerate(self._asked.fields):
            self.query_one(f"#name-{place}", Facts).put(["", meaning])
        self.show_keys()
        self.query(Input).first().focus()

    def asked(self) -> Sequence[str]:
        return (self._asked.question, *self._asked.fields)

    @on(Input.Submitted)
    def _go_on(self) -> None:
        # Entry submits from the last field alone
        self.dismiss([field.value.strip() for field in self.query(Input)])

    def action_leave(self) -> None:
        self.dismiss(None)
