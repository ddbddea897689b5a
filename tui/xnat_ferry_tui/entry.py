"""The command's front door: opens the screen, or hands over to the plain face without loading Textual."""

import os
import sys

_PLAIN = "Use 'xnat-ferry check', 'plan', 'run' and 'status' instead; 'xnat-ferry --help' lists them."


def main() -> int:
    """The ``xnat-ferry`` command."""
    arguments = sys.argv[1:]
    if arguments and not _wants_demo_screen(arguments):
        from xnat_ferry.cli import main as plain_face

        return plain_face(arguments)
    refused = _why_no_screen()
    if refused:
        print(f"xnat-ferry: {refused} {_PLAIN}", file=sys.stderr)  # noqa: T201  there is no screen to say it on
        return 2
    _be_gentle_over_ssh()
    from xnat_ferry_tui import opening

    return opening.open_demo() if arguments else opening.open_screen()


def _wants_demo_screen(arguments: list[str]) -> bool:
    return arguments == ["demo"]


def _why_no_screen() -> str:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return "The screen needs a terminal."
    if os.environ.get("TERM", "") in ("", "dumb"):
        return "This terminal (TERM=dumb) cannot show a screen."
    return ""


def _be_gentle_over_ssh() -> None:
    """Textual reads these when it is imported; what the user has set stays."""
    if "SSH_CONNECTION" not in os.environ:
        return
    for name, value in (
        ("TEXTUAL_FPS", "15"),
        ("TEXTUAL_ANIMATIONS", "none"),
        ("TEXTUAL_SMOOTH_SCROLL", "0"),
        ("ESCDELAY", "250"),
    ):
        os.environ.setdefault(name, value)
