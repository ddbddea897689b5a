"""Another project for one pane: chosen from those that the account sees, or named as commands take them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input

from xnat_ferry_tui.dialogs.dialog import Dialog
from xnat_ferry_tui.keyboard import keys
from xnat_ferry_tui.widgets.entry import Entry
from xnat_ferry_tui.widgets.facts import Facts
from xnat_ferry_tui.widgets.lines import Column, Line, Lines
from xnat_ferry_tui.widgets.made_lines import MadeLines

if TYPE_CHECKING:
    from xnat_ferry.xnat.rights import ProjectRow

_COLUMNS = (Column("project"), Column("your role", 14), Column("access", 10))


class ProjectChoice(Dialog[str | None]):
    """Words narrow the list, Enter takes the line; what names a server is taken as it is."""

    PLACE: ClassVar[str] = "projects"
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings(PLACE)

    def __init__(self, side: str, server: str, projects: "dict[str, ProjectRow]", said: str = "") -> None:
        super().__init__()
        self._side, self._server, self._projects, self._said = side, server, projects, said
        self._shown: Sequence[str] = sorted(projects)

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Facts(id="said")
            yield Entry(placeholder="words of a project's ID; or ALIAS:PROJECT, or an address", id="project")
            yield Lines(_COLUMNS, id="projects", empty="None of them has these words.")
            yield Facts(id="answers")

    def on_mount(self) -> None:
        lines = (*self.asked(), self._said)
        self.query_one("#said", Facts).put(line for line in lines if line)
        self.show_keys()
        self.query_one(Input).focus()
        self._show()

    def asked(self) -> Sequence[str]:
        return (f"Which project is the {self._side}? These are on {self._server}.",)

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

    async def action_take(self) -> None:
        await self.query_one(Input).action_submit()

    def action_down(self) -> None:
        self._move(1)

    def action_up(self) -> None:
        self._move(-1)

    def _move(self, step: int) -> None:
        lines = self.query_one(Lines)
        lines.highlighted = max(0, min(lines.highlighted + step, lines.count - 1))

    def action_leave(self) -> None:
        self.dismiss(None)
