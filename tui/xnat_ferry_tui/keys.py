"""The one table of keys: bindings, key bar and help are all made from it."""

from collections.abc import Iterator
from dataclasses import dataclass

from textual.binding import Binding, BindingType

EVERYWHERE = "everywhere"
AREAS = ("checks", "browse", "transfer", "verify")
LISTS = "lists"


@dataclass(frozen=True)
class Key:
    """One action: its keys, its name in the bar, its line in the help, and where it works."""

    action: str
    keys: str
    label: str
    help: str
    where: str
    bar: bool = True


KEYS = (
    Key("area('checks')", "1", "Checks", "the checklist", EVERYWHERE, bar=False),
    Key("area('browse')", "2", "Browse", "both projects side by side", EVERYWHERE, bar=False),
    Key("area('transfer')", "3", "Transfer", "the live transfer log", EVERYWHERE, bar=False),
    Key("area('verify')", "4", "Verify", "what differs", EVERYWHERE, bar=False),
    Key("connect", "C", "Connect", "name source and destination", EVERYWHERE),
    Key("help", "f1,question_mark", "Help", "this page", EVERYWHERE),
    Key("leave", "q", "Leave", "close this window; transfers go on", EVERYWHERE),
    Key("quit", "ctrl+q", "Quit", "close this window at once; transfers go on", EVERYWHERE, bar=False),
    Key("check_again", "r", "Check again", "look at both projects anew", "checks"),
    Key("copy", "f5,c", "Copy", "plan and copy the marked sessions, or all", "browse"),
    Key("mark", "space", "Mark", "mark or unmark the session, and go down", "browse"),
    Key("mark_all", "a", "All", "mark all that are shown, or none", "browse"),
    Key("open", "enter", "Scans", "read and list the scans of the session", "browse"),
    Key("filter", "slash", "Filter", "show only labels with these words; Escape clears", "browse"),
    Key("look_again", "r", "Reload", "list both projects anew", "browse", bar=False),
    Key("next_transfer", "t", "Other", "look at the next older transfer", "transfer"),
    Key("archive", "A", "Archive", "archive what waits in the prearchive", "transfer"),
    Key("resume", "R", "Resume", "go on with a stopped or failed transfer", "transfer"),
    Key("stop", "x", "Stop", "leave off cleanly; can be resumed", "transfer"),
    Key("next_transfer", "t", "Other", "look at the next older transfer", "verify"),
    Key("down", "down,j", "Down", "next line", LISTS, bar=False),
    Key("up", "up,k", "Up", "previous line", LISTS, bar=False),
    Key("page_down", "pagedown,ctrl+d", "Page down", "next page", LISTS, bar=False),
    Key("page_up", "pageup,ctrl+u", "Page up", "previous page", LISTS, bar=False),
    Key("first", "home,g", "First", "first line", LISTS, bar=False),
    Key("last", "end,G", "Last", "last line", LISTS, bar=False),
)

_SHOWN = {
    "question_mark": "?",
    "slash": "/",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "space": "Space",
    "enter": "Enter",
    "ctrl": "^",
}


def bindings(where: str) -> list[BindingType]:
    """Textual's bindings for one place, each with an ID so that a key map can change it."""
    return [
        Binding(key.keys, _on(where) + key.action, key.label, show=False, id=f"{where}.{key.keys}")
        for key in KEYS
        if key.where == where
    ]


def _on(where: str) -> str:
    # an action is looked for where its binding stands, and these belong to the application
    return "app." if where == EVERYWHERE else ""


def for_area(area: str) -> Iterator[Key]:
    """The keys that the bar of an area shows, its own first."""
    yield from (key for key in KEYS if key.where == area and key.bar)
    yield from (key for key in KEYS if key.where == EVERYWHERE and key.bar)


def shown(key: Key, *, all_of_them: bool = False) -> str:
    """A key as people read it: the first one, or all with a comma between."""
    names = [_read(name) for name in key.keys.split(",")]
    return ", ".join(names) if all_of_them else names[0]


def _read(name: str) -> str:
    if name.startswith("ctrl+"):
        return "^" + name.removeprefix("ctrl+").upper()
    return _SHOWN.get(name, name.upper() if name.startswith("f") and len(name) > 1 else name)
