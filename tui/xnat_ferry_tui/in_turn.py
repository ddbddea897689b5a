"""Keys that come many at a time, as over a slow line: each is heeded before the next is looked at.

Textual hands a key to what has the focus when the key comes, and looks for its binding only once it has come
back from there. Of a ':' and the letters behind it the letters would be on their way to the list below before
the dialog that they are meant for is opened.
"""

from collections import deque

from textual.app import App
from textual.events import Event, Key, Paste
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.widgets import Input


class InTurn(App[None]):
    """An application that keeps what is typed until what was typed before has been done."""

    def __init__(self) -> None:
        super().__init__()
        self._typed: deque[Key | Paste] = deque()
        self._there: Screen[object] | None = None
        """The screen that is known to be mounted and to have its focus."""
        self._awaited: MessagePump | None = None

    async def on_event(self, event: Event) -> None:
        """Keys and what is pasted wait for their turn; all else is Textual's."""
        if isinstance(event, Key | Paste) and not event.is_forwarded:
            self._typed.append(event)
            await self._heed()
        else:
            await super().on_event(event)

    async def _heed(self) -> None:
        while self._typed and self._awaited not in (self, self.screen):
            if self._there is self.screen:
                await self._take(self._typed.popleft())
            else:
                self._awaited = screen = self.screen
                screen.call_later(self.call_later, self._go_on, screen)

    async def _go_on(self, there: Screen[object]) -> None:
        self._there, self._awaited = there, None
        await self._heed()

    async def _take(self, event: Key | Paste) -> None:
        if isinstance(event, Paste) or isinstance(self.focused, Input):
            await super().on_event(event)  # a field takes what it is given in its own turn
            return
        if not await self._is_bound(event.key):
            await super().on_event(event)
        # a focus that it moves, and all else that it asks of the application, comes before the next key
        self._awaited = self
        self.call_later(self._go_on, self._there)

    async def _is_bound(self, key: str) -> bool:
        """Do what a key is bound to, at once: nothing but a field has first say in what a key does."""
        return await self._check_bindings(key, priority=True) or await self._check_bindings(key)
