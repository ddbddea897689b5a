"""What there is to explain of what one sees: a dialog or a field, else the thing in focus and its area."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from textual.widgets import Input

from xnat_ferry_tui.dialogs.dialog import Dialog
from xnat_ferry_tui.dialogs.help import About
from xnat_ferry_tui.explaining.help_texts import HELP
from xnat_ferry_tui.keyboard import keys
from xnat_ferry_tui.screens.area import Area
from xnat_ferry_tui.screens.wizard.step import Prompt

if TYPE_CHECKING:
    from xnat_ferry_tui.app import FerryApp


def about(app: "FerryApp") -> About:
    """Whatever lies on top."""
    screen = app.screen
    if isinstance(screen, Dialog):
        works = [*keys.at(screen.places()), keys.by_id(keys.HELP)]
        return About([*screen.asked(), "", HELP[screen.PLACE]], works, screen.choices())
    if isinstance(app.focused, Input):
        return _field(app.focused)
    places = screen.places() if isinstance(screen, Area) else ()
    works = [key for key in keys.at([*places, keys.EVERYWHERE, keys.LISTS]) if key.keys]
    return About(list(_around(app)), works)


def _field(field: Input) -> About:
    """One line below an area, with what it asks; the area's own keys are letters there."""
    prompt = next((one for one in field.ancestors if isinstance(one, Prompt)), None)
    asked, name = ([field.placeholder], f"#{field.id}") if prompt is None else (prompt.words, "prompt")
    return About([*asked, "", HELP[name]], [keys.by_id(keys.HELP)])


def _around(app: "FerryApp") -> Iterator[str]:
    focused = app.focused
    around = [f"#{node.id}" for node in focused.ancestors_with_self if node.id] if focused else []
    yield from (HELP[name] for name in (*around, app.current_mode) if name in HELP)
