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

from xnat_ferry_tui.widgets.entry import EDITING


class InTurn(App[None]):
    """An application that keeps what is typed until what was typed before has been done."""

    def __init__(self) -> None:
        super().__init__()
        self._typed: deque[Key | Paste] = deque()
        self._there: Screen[object] | None = None
        """The screen that is known to be mounted and to have its focus."""
        self._waits = False

    async def on_event(self, event: Event) -> None:
        """Keys and what is pasted wait for their turn; all else is Textual's."""
        if isinstance(event, Key | Paste) and not event.is_forwarded:
            # a terminal may be late to tell that one is back, and until then no field would have the focus
            self.app_focus = True
            self._typed.append(event)
            await self._heed()
        else:
            await super().on_event(event)

    async def _heed(self) -> None:
        while self._typed and not self._waits:
            if self._there is self.screen:
                await self._take(self._typed.popleft())
            else:
                self._wait_for(self.screen, then=self.screen)

    def _wait_for(self, *others: MessagePump, then: Screen[object] | None) -> None:
        """Look at the next key once these, one after the other, and then we have done all that came by now.

        ``then`` is the screen that is known to be there after that.
        """
        self._waits = True
        self._pass([*others, self], then)

    def _pass(self, pumps: list[MessagePump], then: Screen[object] | None) -> None:
        for place, pump in enumerate(pumps, 1):
            rest = pumps[place:]
            # one that is being closed takes nothing more, and would keep all keys for ever
            if pump.call_later(*((self._pass, rest, then) if rest else (self._go_on, then))):
                return

    async def _go_on(self, there: Screen[object] | None) -> None:
        self._there, self._waits = there, False
        await self._heed()

    async def _take(self, event: Key | Paste) -> None:
        target = self.focused or self.screen
        if isinstance(event, Paste) or (isinstance(target, Input) and _is_edited(event)):
            await super().on_event(event)  # a field takes what it is given in its own turn
        elif not isinstance(target, Input) and await self._is_bound(event.key):
            # a focus that it moves, and all else that it asks of the application, comes before the next key
            self._wait_for(then=self._there)
        else:
            await super().on_event(event)
            # it comes back by all that it lies in, and a field tells the same way that it is done;
            # what is asked for once a dialog is closed is done after that, hence ourselves twice
            self._wait_for(target, *target.ancestors_with_self, then=self._there)

    async def _is_bound(self, key: str) -> bool:
        """Do what a key is bound to, at once: nothing but a field has first say in what a key does."""
        return await self._check_bindings(key, priority=True) or await self._check_bindings(key)

    async def _on_key(self, event: Key) -> None:
        if self._there is not self.screen:
            event.prevent_default()  # one that comes back is not for what has been opened since


def _is_edited(key: Key) -> bool:
    """Whether a field keeps it to itself."""
    return key.is_printable or key.key in EDITING
