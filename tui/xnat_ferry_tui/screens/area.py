"""What the four areas share: the title, the keys, and being told that the desk has changed."""

from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from xnat_ferry.model import Endpoint
from xnat_ferry_tui import read_only
from xnat_ferry_tui.desk import Desk
from xnat_ferry_tui.explaining.tour import guidance
from xnat_ferry_tui.keyboard import keys
from xnat_ferry_tui.watching.listed import in_short
from xnat_ferry_tui.widgets.facts import Facts
from xnat_ferry_tui.widgets.key_bar import KeyBar
from xnat_ferry_tui.widgets.title import TitleLine

if TYPE_CHECKING:
    from xnat_ferry_tui.app import FerryApp


class Area(Screen[None]):
    """One area; ``show`` draws it anew from the desk."""

    AREA: ClassVar[str] = ""
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(keys.EVERYWHERE)

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """Textual's own paints the whole screen; here what gains or loses the focus paints itself."""

    def __init__(self) -> None:
        super().__init__()
        # it is made by the styles that hold now; Textual would read all of them anew before it is first seen
        self._css_update_count = self.app._css_update_count

    def compose(self) -> ComposeResult:
        yield TitleLine(self.AREA)
        yield from self.content()
        yield Facts(id="guide")
        yield KeyBar()

    def content(self) -> ComposeResult:
        """What stands between the title and the keys."""
        raise NotImplementedError

    def show(self) -> None:
        """Draw the area from what lies on the desk."""
        raise NotImplementedError

    def ends(self) -> tuple[Endpoint, Endpoint] | None:
        """Source and destination of what is shown; None where there are none yet."""
        return self.desk.ends

    def places(self) -> tuple[str, ...]:
        """The places of the table of keys that work here now, for the bar, the help and the palette."""
        return (self.AREA,)

    @property
    def ferry(self) -> "FerryApp":
        """The application, by its own type."""
        return cast("FerryApp", self.app)

    @property
    def desk(self) -> Desk:
        return self.ferry.desk

    def key(self, key_id: str) -> str:
        """The key of an ID as people read it, by their own key map."""
        return keys.shown(keys.by_id(key_id), key_map=self.ferry.key_map)

    def under_way(self) -> str:
        """What is being done, and how it is ended where it lasts; "" where nothing is."""
        busy, doing = self.desk.busy, self.ferry.doing
        if not busy:
            return ""
        how = f"({self.key(f'{self.AREA}.leave-off')} leaves off)" if doing.lasts else ""
        return " ".join(filter(None, (busy, how, doing.silent)))

    def action_leave_off(self) -> None:
        self.ferry.doing.leave_off()

    def on_mount(self) -> None:
        self.redraw()  # after what an area does itself on being mounted: Textual calls both

    def on_screen_resume(self) -> None:
        self.redraw()

    def on_resize(self) -> None:
        self.redraw()

    def redraw(self) -> None:
        """Title, content and keys; nothing where they are not there yet, or no longer."""
        if not self.query(TitleLine):
            return
        ends = self.ends()
        told = self.desk.journey(*ends) if ends else "no projects yet"
        projects = " -> ".join(map(in_short, ends or ())) or told
        sign = read_only.sign(self.ferry.window, ends)
        self.query_one(TitleLine).show(told, projects, read_only=sign)
        self.show()
        guide = self.query_one("#guide", Facts)
        guide.display = self.ferry.tour
        if self.ferry.tour:
            guide.put([f"TOUR  {guidance(self.AREA, self.desk)}"])
        self._show_keys()

    def on_descendant_focus(self) -> None:
        self._show_keys()

    def _show_keys(self) -> None:
        typing = isinstance(self.focused, Input)
        self.query_one(KeyBar).show(self.places(), self.ferry.key_map, typing=typing)
