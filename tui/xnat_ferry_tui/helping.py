"""What there is to explain of what one sees: a dialog, else the thing in focus and the area around it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from xnat_ferry_tui import keys
from xnat_ferry_tui.dialogs.dialog import Dialog
from xnat_ferry_tui.dialogs.help import About
from xnat_ferry_tui.help_texts import HELP
from xnat_ferry_tui.screens.area import Area

if TYPE_CHECKING:
    from xnat_ferry_tui.app import FerryApp


def about(app: "FerryApp") -> About:
    """Whatever lies on top."""
    screen = app.screen
    if isinstance(screen, Dialog):
        works = [*keys.at(screen.places()), keys.by_id(keys.HELP)]
        return About([*screen.asked(), "", HELP[screen.PLACE]], works, screen.choices())
    places = screen.places() if isinstance(screen, Area) else ()
    works = [key for key in keys.at([*places, keys.EVERYWHERE, keys.LISTS]) if key.keys]
    return About(list(_around(app)), works)


def _around(app: "FerryApp") -> Iterator[str]:
    focused = app.focused
    around = [f"#{node.id}" for node in focused.ancestors_with_self if node.id] if focused else []
    yield from (HELP[name] for name in (*around, app.current_mode) if name in HELP)
