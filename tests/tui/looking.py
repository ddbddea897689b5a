"""Reads the screen as plain text, and waits until it shows something."""

import time
from collections.abc import Callable

from textual.app import App
from textual.pilot import Pilot


def screen_text(app: App[None]) -> str:
    """The lines of the screen as they stand in the terminal, trailing space cut."""
    # the compositor is private to Textual; this is the one place that knows it
    width, height = app.size
    strips = app.screen._compositor.render_strips()
    lines = ["".join(segment.text for segment in strip)[:width].rstrip() for strip in strips[:height]]
    return "\n".join(lines)


async def until(pilot: Pilot[None], true: Callable[[], object], seconds: float = 30) -> None:
    """Let the application work until something holds; what the screen shows is in the failure."""
    end, rest = time.monotonic() + seconds, 0.02
    while not true():
        assert time.monotonic() < end, f"it never came to that:\n{screen_text(pilot.app)}"
        await pilot.pause(rest)
        # whatever takes long is done by somebody else, who needs the processor more
        rest = min(rest * 1.3, 0.2)


async def until_shown(pilot: Pilot[None], *words: str, seconds: float = 30) -> str:
    """Wait for words on the screen and return all of it."""
    text = ""

    def shown() -> bool:
        nonlocal text
        text = screen_text(pilot.app)
        return all(word in text for word in words)

    await until(pilot, shown, seconds)
    return text


async def until_told(pilot: Pilot[None], *words: str, seconds: float = 30) -> str:
    """The same for running text with a path or an address in it, whose length breaks its lines anywhere."""
    text = ""

    def told() -> bool:
        nonlocal text
        text = " ".join(screen_text(pilot.app).split())
        return all(word in text for word in words)

    await until(pilot, told, seconds)
    return text
