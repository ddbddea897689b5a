"""A few short answers, each beside its name and what it is for."""

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from msgspec import Struct
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.events import DescendantFocus
from textual.widgets import Input

from xnat_ferry_tui.dialogs.choose import NARROW
from xnat_ferry_tui.dialogs.dialog import Dialog
from xnat_ferry_tui.keyboard import keys
from xnat_ferry_tui.widgets.entry import Entry
from xnat_ferry_tui.widgets.facts import Facts


class Field(Struct, frozen=True):
    """One answer: by which name it is known, how it is called, and what it is for."""

    name: str
    title: str
    meaning: str


class Form(Dialog[Mapping[str, str] | None]):
    """Enter goes to the next field and, from the last, takes all; Escape leaves all as it was.

    ``why_not`` says why the answers, by their names, will not do; "" where they do.
    """

    PLACE: ClassVar[str] = "form"
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(PLACE)

    def __init__(
        self,
        words: Sequence[str],
        fields: Sequence[Field],
        values: Mapping[str, str],
        why_not: Callable[[Mapping[str, str]], str],
    ) -> None:
        super().__init__()
        self._words, self._fields, self._values, self._why_not = words, fields, values, why_not

    def compose(self) -> ComposeResult:
        following = [*(field.name for field in self._fields[1:]), ""]
        with Vertical(id="dialog"):
            yield Facts(id="said")
            for field, after in zip(self._fields, following, strict=True):
                with Horizontal(classes="answer"):
                    yield Facts(id=f"title-{field.name}", wrap=False)
                    yield Entry(self._values[field.name], id=field.name, following=after)
                    yield Facts(id=f"for-{field.name}", wrap=False)
            yield Facts(id="meaning")
            yield Facts(id="answers")

    def on_mount(self) -> None:
        self.query_one("#said", Facts).put([*self._words, ""])
        for field in self._fields:
            self.query_one(f"#title-{field.name}", Facts).put([field.title])
            self.query_one(f"#for-{field.name}", Facts).put([field.meaning])
        self.show_keys()
        self.query(Input).first().focus()

    def asked(self) -> Sequence[str]:
        return self._words

    def choices(self) -> Sequence[tuple[str, str]]:
        return [(field.title, field.meaning) for field in self._fields]

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """In a narrow window what a field is for is cut; then all of it stands below."""
        if self.app.size.width < NARROW:
            meaning = next(one.meaning for one in self._fields if one.name == event.widget.id)
            self.query_one("#meaning", Facts).put([meaning])

    @on(Input.Submitted)
    def action_take(self) -> None:
        answers = {
            field.name: self.query_one(f"#{field.name}", Input).value.strip() for field in self._fields
        }
        refused = self._why_not(answers)
        if refused:
            self.query_one("#said", Facts).put([refused, ""])
        else:
            self.dismiss(answers)

    def action_down(self) -> None:
        self.focus_next()

    def action_up(self) -> None:
        self.focus_previous()

    def action_leave(self) -> None:
        self.dismiss(None)
