"""The first step: the two projects, on servers that have names, and how one logs in there."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widget import Widget

from xnat_ferry import wording
from xnat_ferry.plan.draft import Draft
from xnat_ferry_tui.keyboard import keys
from xnat_ferry_tui.screens.wizard.step import Step
from xnat_ferry_tui.screens.wizard.steps import STEPS
from xnat_ferry_tui.widgets.facts import Facts
from xnat_ferry_tui.widgets.lines import Column, Line, Lines

_ABOUT = (
    "xnat-ferry carries DICOM sessions from one XNAT project to another: checked before, watched during, "
    "proved after. Nothing is sent before you say so in the last step.",
)
_LOGIN = (
    "Logins come from XNAT_USER and XNAT_PASS, from netrc or the keyring; else you are asked, and what you "
    "type stays in memory. In place of your password an alias token will do, which you can take back in "
    "XNAT: click your name there, Manage Alias Tokens, Create; its alias is the user name, its secret the "
    "password.",
)


class ConnectStep(Step):
    """What one can connect to: the transfer that was left, or a server by its name."""

    NAME = "connect"
    WHY = "You need to read at the source and to write at the destination."
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("checks.connect")

    def compose(self) -> ComposeResult:
        yield Facts(id="about")
        yield Lines(
            [Column("server", 12), Column("address")],
            id="servers",
            empty="No server has a name yet: Enter names two projects, N stores a server.",
        )
        yield Facts(id="ends")
        yield Facts(id="login")

    def first(self) -> Widget:
        return self.query_one(Lines)

    def show(self) -> None:
        self.query_one("#about", Facts).put(_ABOUT)
        self.query_one("#login", Facts).put(_LOGIN)
        self.query_one(Lines).put([Line(cells) for cells, _ in self._choices()])
        self.query_one("#ends", Facts).put(self._where())

    def _where(self) -> Sequence[str]:
        running = self.ferry.following.under_way()
        many = f"{running:,} transfers are under way: 3 shows them."
        told = [many if running > 1 else "A transfer is under way: 3 shows it."] if running else []
        if self.desk.ends is None:
            left = self.desk.drafting.left
            told += [f"Left before: {_told(left, self)}"] if left else []
            return (*told, "Press C to name the two projects, Enter to begin with the highlighted line.")
        source, destination = map(self.desk.name_of, self.desk.ends)
        listed = self.desk.source is not None and self.desk.destination is not None
        word = "Connected" if listed else "Named, and not listed"
        return (*told, f"{word}: {source}  ->  {destination}")

    def _choices(self) -> list[tuple[tuple[str, str], str]]:
        """Every line, with the alias that it stands for; "" for the draft that was left."""
        left, known = self.desk.drafting.left, sorted((name, url) for url, name in self.desk.names.items())
        lines: list[tuple[tuple[str, str], str]] = []
        if left is not None and left.ends != self.desk.ends:
            lines.append((("go on with", _told(left, self)), ""))
        return lines + [((alias, server), alias) for alias, server in known]

    def do_pick(self) -> None:
        choices = self._choices()
        place = self.query_one(Lines).highlighted
        alias = choices[place][1] if place < len(choices) else None
        if alias == "" and self.desk.drafting.left is not None:
            self.ferry.connecting.go_on_with(self.desk.drafting.left)
        else:
            self.ferry.connecting.ask(f"{alias}:" if alias and self.desk.ends is None else "")

    def do_store(self) -> None:
        self.ferry.connecting.ask_server()

    def do_again(self) -> None:
        self.ferry.look()

    @on(Lines.Highlighted)
    def _stay(self, event: Lines.Highlighted) -> None:
        event.stop()


def _told(left: Draft, step: ConnectStep) -> str:
    source, destination = map(step.desk.name_of, left.ends)
    sessions = wording.plural(len(left.sessions), "session") if left.sessions else "all sessions"
    answers = len(left.answers) + len(left.class_answers)
    said = f", {wording.plural(answers, 'answer')}" if answers else ""
    at = f", at {left.step}" if left.step in STEPS else ""
    return f"{source} -> {destination}: {sessions}{said}{at}"
