"""Another project for one pane: chosen from those that the account sees, or named as commands take them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from xnat_ferry_tui.widgets.facts import Facts
from xnat_ferry_tui.widgets.lines import Column, Line, Lines
from xnat_ferry_tui.widgets.made_lines import MadeLines

if TYPE_CHECKING:
    from xnat_ferry.xnat.rights import ProjectRow

_COLUMNS = (Column("project"), Column("your role", 14), Column("access", 10))


class ProjectChoice(ModalScreen[str | None]):
    """Words narrow the list, Enter takes the line; what names a server is taken as it is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel"),
        Binding("down", "move(1)", "Down"),
        Binding("up", "move(-1)", "Up"),
    ]

    def __init__(self, side: str, server: str, projects: "dict[str, ProjectRow]", said: str = "") -> None:
        super().__init__()
        self._side, self._server, self._projects, self._said = side, server, projects, said
        self._shown: Sequence[str] = sorted(projects)

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Facts(id="said")
            yield Input(placeholder="words of a project's ID; or ALIAS:PROJECT, or an address", id="project")
            yield Lines(_COLUMNS, id="projects", empty="None of them has these words.")

    def on_mount(self) -> None:
        lines = (f"Which project is the {self._side}? These are on {self._server}.", self._said)
        self.query_one(Facts).put(line for line in lines if line)
        self.query_one(Input).focus()
        self._show()

    def _show(self) -> None:
        self.query_one(Lines).put(MadeLines(len(self._shown), lambda place: self._line(self._shown[place])))

    def _line(self, project: str) -> Line:
        row = self._projects[project]
        return Line((project, row.role or "no member", row.accessibility or ""))

    @on(Input.Changed)
    def _narrow(self) -> None:
        words = self.query_one(Input).value.casefold().split()
        self._shown = [one for one in sorted(self._projects) if all(word in one.casefold() for word in words)]
        self.query_one(Lines).highlighted = 0
        self._show()

    @on(Input.Submitted)
    def _take(self) -> None:
        typed, place = self.query_one(Input).value.strip(), self.query_one(Lines).highlighted
        if ":" in typed:
            self.dismiss(typed)
        elif place < len(self._shown):
            self.dismiss(f"{self._server}/{self._shown[place]}")

    def action_move(self, step: int) -> None:
        lines = self.query_one(Lines)
        lines.highlighted = max(0, min(lines.highlighted + step, lines.count - 1))

    def action_cancel(self) -> None:
        self.dismiss(None)
