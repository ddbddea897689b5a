"""What all dialogs share: keys from the one table, a last line that names them, and their help."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from textual.await_complete import AwaitComplete
from textual.binding import BindingType
from textual.screen import ModalScreen
from textual.widgets import Input

from xnat_ferry_tui.keyboard import keys
from xnat_ferry_tui.widgets.facts import Facts
from xnat_ferry_tui.widgets.lines import Lines

if TYPE_CHECKING:
    from xnat_ferry_tui.app import FerryApp

Answer = TypeVar("Answer")


class Dialog(ModalScreen[Answer]):
    """Lies over an area until it is answered. What it does stands in ``help_texts`` under its place."""

    PLACE: ClassVar[str] = ""
    """Its place in the table of keys."""
    BINDINGS: ClassVar[list[BindingType]] = keys.dialog_bindings()

    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        """Close it, once: Textual closes whatever lies on top, be it what lies beneath or the help above.

        Over a slow line keys come many at a time, and the second Enter before the first has been heeded.
        """
        return super().dismiss(result) if self.is_active else AwaitComplete()

    def places(self) -> tuple[str, ...]:
        """The places of the table of keys that work here now."""
        return (self.PLACE, keys.LISTS) if isinstance(self.focused, Lines) else (self.PLACE,)

    def asked(self) -> Sequence[str]:
        """What this one asks or shows, in sentences, for its help."""
        return ()

    def choices(self) -> Sequence[tuple[str, str]]:
        """What can be chosen or filled in here, each with its whole meaning, for its help."""
        return ()

    def show_keys(self) -> None:
        """Name the keys in the last line."""
        self.query_one("#answers", Facts).put(["", self.named_keys()])

    def named_keys(self) -> str:
        """The keys that belong into the last line, the help's last."""
        here = (key for key in keys.at([self.PLACE]) if key.bar)
        return "   ".join([*map(self._named, here), self.help_key()])

    def help_key(self) -> str:
        """The one that explains this dialog."""
        return self._named(keys.by_id(keys.HELP))

    def _named(self, key: keys.Key) -> str:
        return f"{keys.shown(key, key_map=cast('FerryApp', self.app).key_map)} {key.label}"

    def action_next(self) -> None:
        """Enter, where none of the fields has the focus: they go on to the next one themselves."""
        self.query(Input).first().focus()
