"""The errors as a page of the documentation: ``python -m xnat_ferry.cli.pages.error_table``."""

import re
import string
import sys
from collections.abc import Iterator

from xnat_ferry import errors
from xnat_ferry.errors import FerryError, Retry

_TITLES: dict[type[FerryError], str] = {
    errors.UsageError: "What was asked for",
    errors.CannotConnect: "No connection, no login",
    errors.ServerAnswer: "What a server answers",
    errors.DataProblem: "What keeps a session from arriving",
    errors.NotAssigned: "Sharing and relocating",
    errors.ArchiveRefused: "Archiving",
    errors.NotDeletable: "What keeps a session at the source",
    errors.HereProblem: "On this machine",
}
_BY_ITSELF = {
    Retry.AGAIN: " It is tried again by itself.",
    Retry.STOP: " The transfer stops here.",
    Retry.NEVER: "",
}


def page() -> str:
    """All errors, branch by branch, in Markdown."""
    return "\n".join(_page()) + "\n"


def _page() -> Iterator[str]:
    yield "# Errors, and what to do"
    yield ""
    yield "Made from `errors.py` by `make errors`. What stands in *italics* is filled in when it happens. A"
    yield "command that ends with an error says the sentence and the advice. What keeps a single session from"
    yield "arriving stands in the journal, in `status`, on the screen and in the record; the others go on."
    yield "The name is that of the class in `xnat_ferry.errors`; the code is what a command exits with."
    yield from _branch(FerryError, "##")


def _branch(root: type[FerryError], mark: str) -> Iterator[str]:
    """The errors of a branch as a table, then the branches within it that have a title of their own."""
    rows = [kind for kind in _without_branches(root) if kind is not FerryError and _says_more(kind)]
    if rows:
        yield from ("", "| what is said | what to do | name | code |", "|---|---|---|---|")
        yield from map(_row, rows)
    for kind in root.__subclasses__():
        if kind in _TITLES:
            yield from ("", f"{mark} {_TITLES[kind]}")
            yield from _branch(kind, mark + "#")


def _without_branches(root: type[FerryError]) -> Iterator[type[FerryError]]:
    yield root
    for kind in root.__subclasses__():
        if kind not in _TITLES:
            yield from _without_branches(kind)


def _row(kind: type[FerryError]) -> str:
    advice = _commands_as_code(_plain(kind.advice))
    more = "" if "again" in advice else _BY_ITSELF[kind.retry]
    return f"| {_with_facts(kind.sentence)} | {advice}{more} | `{kind.__name__}` | {kind.exit_code} |"


def _with_facts(sentence: str) -> str:
    """``{server} is busy`` as ``*server* is busy``."""
    parts = string.Formatter().parse(sentence)
    return "".join(_plain(text) + (f"*{name}*" if name else "") for text, name, _, _ in parts)


def _says_more(kind: type[FerryError]) -> bool:
    return any(text for text, _, _, _ in string.Formatter().parse(kind.sentence))


def _plain(text: str) -> str:
    return re.sub(r"([\\|*_<`])", r"\\\1", text)


def _commands_as_code(text: str) -> str:
    return re.sub(r"'(xnat-ferry [^']*)'", r"`\1`", text)


if __name__ == "__main__":
    sys.stdout.write(page())
