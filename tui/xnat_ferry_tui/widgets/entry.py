"""A field that hands on what is typed ahead: over a slow line, keys come many at a time."""

from textual.binding import Binding
from textual.events import Key
from textual.widgets import Input

from xnat_ferry.settings.redact import plain

_LONGEST = 100_000
EDITING = {
    key: one.action
    for one in Input.BINDINGS
    if isinstance(one, Binding) and one.action != "submit"
    for key in one.key.split(",")
}
"""By key what it does in a field and nowhere else."""


def fit_to_edit(value: str) -> str:
    """What stands in a field at first, which may be a server's: Textual shows it as it is, commands too."""
    return plain(value, _LONGEST)


class Entry(Input):
    """Enter leads to the ``following`` field at once, so that the keys that came with it go there.

    Textual gives a key to the field that had the focus when the key came, and moves the focus later.
    """

    def __init__(self, value: str = "", *, following: str = "", **options: object) -> None:
        super().__init__(fit_to_edit(value), **options)  # type: ignore[arg-type]
        self._following = following

    async def _on_key(self, event: Key) -> None:
        heir = self.screen.focused
        if isinstance(heir, Entry) and heir is not self:
            event.stop()
            event.prevent_default()
            heir.post_message(Key(event.key, event.character))
        elif event.key == "enter":
            event.stop()
            event.prevent_default()
            await self.action_submit()
        elif event.key in EDITING:
            # at once: on its way through all bindings, letters that came with it would overtake a Backspace
            event.stop()
            event.prevent_default()
            await self.app.run_action(EDITING[event.key], self)
        else:
            await super()._on_key(event)

    async def action_submit(self) -> None:
        """Go on; an Enter that was typed before the dialog was there comes by its binding."""
        if self._following:
            self.screen.set_focus(self.screen.query_one(f"#{self._following}"))
        else:
            await super().action_submit()
