"""All keys and what they do, made from the table of keys."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from xnat_ferry_tui import keys
from xnat_ferry_tui.widgets.facts import Facts

_ABOUT = {
    "checks": "Area 1 asks what a transfer would meet, before anything is sent.",
    "browse": "Area 2 shows both projects; marked sessions are copied with c. + is only at the source, "
    "- only at the destination, ? there too but not compared, = and ~ proven by a verification.",
    "transfer": "Area 3 follows a transfer's journal. The work is done by a process of its own.",
    "verify": "Area 4 lists what is not as it should be after the newest verification.",
}


class Help(ModalScreen[None]):
    """One page; any of the closing keys closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,f1,question_mark,enter", "close", "Close")]

    def __init__(self, area: str) -> None:
        super().__init__()
        self._area = area

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="dialog"):
            yield Facts(id="page")

    def on_mount(self) -> None:
        lines = [_ABOUT.get(self._area, ""), ""]
        for where in (self._area, keys.EVERYWHERE, keys.LISTS):
            lines += [
                f"{keys.shown(key, all_of_them=True):<12} {key.help}"
                for key in keys.KEYS
                if key.where == where
            ]
        self.query_one(Facts).put([*lines, "", "Escape closes this page."])

    def action_close(self) -> None:
        self.dismiss(None)
