"""The manual page of the command, made from the commands: ``python -m xnat_ferry.cli.pages.man_page``."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from cyclopts import App

from xnat_ferry.cli.app import COMMANDS, app_for
from xnat_ferry.cli.help import run_on

if TYPE_CHECKING:
    from cyclopts.argument import Argument

_NUMBERS = {int, float}
_EXIT = {
    "0": "Yes: what was asked for is done, or is so.",
    "1": "The answer is no: a check failed, a file differs, a session did not arrive.",
    "2": "The command cannot be understood or carried out as it stands.",
    "3": "No connection, or no login.",
    "4": "Stopped; 'xnat-ferry resume' goes on.",
    "70": "A fault of this program.",
}
_ENVIRONMENT = {
    "XNAT_HOST": "The server of a project that is named without one.",
    "XNAT_USER, XNAT_PASS": "The login, or an alias token and its secret; for every server.",
    "NETRC": "The file of logins, in place of ~/.netrc.",
    "XNAT_FERRY_TRANSFERS": "The folder that holds the transfers.",
    "XNAT_FERRY_SPOOL": "The folder for data in flight; else SLURM_TMPDIR, TMPDIR, or the user's cache.",
    "SSL_CERT_FILE, SSL_CERT_DIR": "Authorities to trust in place of the usual ones.",
    "HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY": "Proxies, and what is reached without one.",
    "NO_COLOR": "Draw without colours.",
}
_FILES = {
    "~/.config/xnat-ferry/settings.toml": "Settings; none need be there.",
    "~/.config/xnat-ferry/servers.toml": "Addresses of servers, kept by 'xnat-ferry login'.",
    "~/.config/xnat-ferry/keys.toml": "Other keys for the screen.",
    "~/.local/state/xnat-ferry/transfers/": "A folder for each transfer: plan, journal, manifests, record.",
}


def page() -> str:
    """The whole page in the language of man(7)."""
    return "\n".join(_page()) + "\n"


def _page() -> Iterator[str]:
    app = app_for(*COMMANDS)
    yield '.\\" Made from the commands by "make man".'
    yield ".TH XNAT\\-FERRY 1"
    yield ".SH NAME"
    yield "xnat\\-ferry \\- carry DICOM sessions between XNAT projects"
    yield ".SH SYNOPSIS"
    yield ".B xnat\\-ferry"
    yield "[\\fICOMMAND\\fR [\\fIOPTIONS\\fR]]"
    yield ".SH DESCRIPTION"
    yield from _paragraphs(str(app.help))
    yield ".SH COMMANDS"
    for name in COMMANDS:
        yield from _command(name, app[name])
    for title, entries in (("EXIT STATUS", _EXIT), ("ENVIRONMENT", _ENVIRONMENT), ("FILES", _FILES)):
        yield f".SH {title}"
        for entry, meaning in entries.items():
            yield from _entry(f"\\fB{_roff(entry)}\\fR", meaning)


def _command(name: str, command: App) -> Iterator[str]:
    arguments = [
        one
        for one in command.assemble_argument_collection(parse_docstring=True)
        if one.show and one.name != "*"
    ]
    places = [one for one in arguments if not one.name.startswith("-")]
    usage = [one.name if one.required else f"[{one.name}]" for one in places]
    options = ["[OPTIONS]"] if len(places) < len(arguments) else []
    yield f".SS xnat\\-ferry {_roff(' '.join([name, *options, *usage]))}"
    yield from _paragraphs(str(command.help).partition("\n    Parameters\n")[0])
    for one in arguments:
        yield from _entry(_names(one), _meaning(one))


def _names(argument: "Argument") -> str:
    """``--to prearchive|archive``, the value in italics."""
    names = ", ".join(f"\\fB{_roff(name)}\\fR" for name in argument.names)
    value = "" if not argument.name.startswith("-") else _value(argument)
    return f"{names} \\fI{_roff(value)}\\fR" if value else names


def _value(argument: "Argument") -> str:
    kinds = {argument.hint, *get_args(argument.hint)}
    if choices := argument.get_choices():
        return "|".join(choices)
    if bool in kinds:
        return ""
    if Path in kinds:
        return "PATH"
    return "NUMBER" if kinds & _NUMBERS else "TEXT"


def _meaning(argument: "Argument") -> str:
    return run_on(argument.parameter.help or "")


def _paragraphs(text: str) -> Iterator[str]:
    for number, paragraph in enumerate(run_on(text).split("\n\n")):
        if number:
            yield ".PP"
        yield _roff(paragraph)


def _entry(name: str, meaning: str) -> Iterator[str]:
    yield ".TP"
    yield name
    yield _roff(meaning)


def _roff(text: str) -> str:
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + text if text.startswith((".", "'")) else text


if __name__ == "__main__":
    sys.stdout.write(page())
