"""The command's front door: opens the screen, or hands over to the plain face without loading Textual."""

import gc
import os
import sys
from dataclasses import dataclass

from xnat_ferry.own_process import process_of_ours

_PLAIN = "Use 'xnat-ferry check', 'plan', 'run' and 'status' instead; 'xnat-ferry --help' lists them."
_PLAIN_DEMO = "'xnat-ferry demo --headless' carries the same kind of sessions in plain lines."
THEMES = ("dark", "light", "ansi-dark", "ansi-light", "contrast")
"""Of Textual's own themes the two that leave the colours to the terminal, and three of ours."""
_SWITCHES = ("--read-only", "--mouse", "--ascii")


@dataclass(frozen=True)
class Options:
    """What the command line wants of the screen; None: as the settings say."""

    demo: bool = False
    theme: str | None = None
    read_only: bool | None = None
    mouse: bool | None = None
    ascii: bool | None = None


def main() -> int:
    """The ``xnat-ferry`` command."""
    arguments = sys.argv[1:]
    options = screen_options(arguments)
    if options is None:
        with process_of_ours():
            from xnat_ferry.cli import main as plain_face

            return plain_face(arguments)
    if options.theme is not None and options.theme not in THEMES:
        return _refuse(f"There is no theme of this name. There are: {', '.join(THEMES)}.")
    refused = _why_no_screen()
    if refused:
        return _refuse(f"{refused} {_PLAIN_DEMO if options.demo else _PLAIN}")
    prepare_environment(options)
    gc.disable()  # nothing that is loaded now is rubbish: nobody has to look for any in between
    from xnat_ferry_tui import opening

    gc.enable()
    return opening.open_demo(options) if options.demo else opening.open_screen(options)


def screen_options(arguments: list[str]) -> Options | None:
    """The screen's options; None where something else is wanted than the screen."""
    rest = list(arguments)
    demo = rest[:1] == ["demo"]
    if demo:
        del rest[0]
    theme = None
    for place, word in enumerate(rest):
        if word == "--theme":
            theme = rest[place + 1] if place + 1 < len(rest) else ""
            del rest[place : place + 2]
            break
        if word.startswith("--theme="):
            theme = rest.pop(place).partition("=")[2]
            break
    if set(rest) - set(_SWITCHES):
        return None
    read_only, mouse, ascii_only = (True if switch in rest else None for switch in _SWITCHES)
    return Options(demo=demo, theme=theme, read_only=read_only, mouse=mouse, ascii=ascii_only)


def prepare_environment(options: Options) -> None:
    """What Textual reads when it is imported; whatever the user has set stays.

    Over SSH fewer pictures a second and nothing animated, and more patience for an arrow key whose bytes
    come one by one. Without colours only a theme of the terminal's own sends none, and only from the start.
    """
    if "SSH_CONNECTION" in os.environ:
        for name, value in (
            ("TEXTUAL_FPS", "15"),
            ("TEXTUAL_ANIMATIONS", "none"),
            ("TEXTUAL_SMOOTH_SCROLL", "0"),
            ("ESCDELAY", "250"),
        ):
            os.environ.setdefault(name, value)
    if "NO_COLOR" in os.environ:
        os.environ["TEXTUAL_THEME"] = theme_without_colours(options.theme)


def theme_without_colours(wanted: str | None) -> str:
    """The theme of the terminal's own colours that is nearest to the wanted one."""
    return "ansi-light" if wanted in ("light", "ansi-light") else "ansi-dark"


def _refuse(words: str) -> int:
    print(f"xnat-ferry: {words}", file=sys.stderr)  # noqa: T201  there is no screen to say it on
    return 2


def _why_no_screen() -> str:
    # one that was closed from the start is None
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout)):
        return "The screen needs a terminal."
    if os.environ.get("TERM", "") in ("", "dumb"):
        return "This terminal (TERM=dumb) cannot show a screen."
    return ""
