"""How ``--help`` is shown: in cyclopts' own panels, with the lines of docstrings run on.

A docstring's lines end where the source is wide enough; a terminal ends them anew.
"""

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cyclopts.help import DefaultFormatter, HelpPanel
    from rich.console import Console, ConsoleOptions


class RunOn:
    """Shows a command's usage, description and panels as cyclopts does; loads what that takes when asked."""

    def __call__(self, console: "Console", options: "ConsoleOptions", panel: "HelpPanel") -> None:
        """One panel of commands or options."""
        for entry in panel.entries:
            _run_on(entry.description)
        _panels()(console, options, panel)

    def render_usage(self, console: "Console", options: "ConsoleOptions", usage: Any) -> None:
        """The line on how a command is called."""
        _panels().render_usage(console, options, usage)

    def render_description(self, console: "Console", options: "ConsoleOptions", description: Any) -> None:
        """What a command is for."""
        _run_on(description)
        _panels().render_description(console, options, description)


def run_on(text: str) -> str:
    """Paragraphs of one line each; an empty line stays one."""
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _panels() -> "DefaultFormatter":
    from cyclopts.help import DefaultFormatter

    return DefaultFormatter()


def _run_on(description: Any) -> None:
    from cyclopts.help import InlineText
    from rich.text import Text

    if isinstance(description, InlineText) and isinstance(description.primary_renderable, Text):
        description.primary_renderable = Text(run_on(description.primary_renderable.plain))
