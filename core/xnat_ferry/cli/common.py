"""What the commands share: their options' types, logins, endpoints, and how answers are printed."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from cyclopts import Parameter

from xnat_ferry.cli.streams import talk
from xnat_ferry.errors import UsageError
from xnat_ferry.model import Endpoint
from xnat_ferry.settings import paths
from xnat_ferry.settings.credentials import find_credentials
from xnat_ferry.settings.servers import parse_endpoint, read_aliases

if TYPE_CHECKING:
    from xnat_ferry.xnat.client import XnatClient

AsJson = Annotated[bool, Parameter(name="--json", negative=(), show_default=False, help="Answer in JSON.")]
Transfers = Annotated[Path | None, Parameter(help="The folder that holds the transfers.")]
Spool = Annotated[Path | None, Parameter(help="The folder for data in flight.")]
Names = Annotated[tuple[str, ...] | None, Parameter(consume_multiple=True, negative=())]


def say(text: str = "") -> None:
    """Talk: progress and remarks, never data."""
    talk(text)


class Counting:
    """Tells how far something long has come: a line a phase on a terminal, one now and then elsewhere."""

    def __init__(self) -> None:
        self._on_terminal = sys.stderr.isatty()
        self._pause = 0.1 if self._on_terminal else 5.0
        self._told = time.monotonic()

    def __call__(self, what: str, done: int, total: int) -> None:
        """``done`` of ``total`` things of a phase; its last call has both alike."""
        over, moment = done >= total, time.monotonic()
        if moment - self._told < self._pause and not (over and self._on_terminal):
            return
        self._told = moment
        before, end = ("\r", "\n" if over else "") if self._on_terminal else ("", "\n")
        talk(f"{before}{what}: {done:,} of {total:,}", end=end)


def answer_json(value: Any) -> None:
    """Data: one JSON value on a line of standard output."""
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
    sys.stdout.flush()


@contextmanager
def written_anew(path: Path, what: str) -> Iterator[Path]:
    """Where to write what shall be at ``path``: it comes there only once it is whole and on the disk.

    What was at ``path`` may hold somebody's edits and is kept as ``path``.bak then. Raises UsageError where
    that is no file but a folder or a device, or where this or the writing failed; ``path`` is as it was then.
    """
    try:
        before = path.exists()
        if before and not path.is_file():
            raise UsageError(what=f"{what} cannot be written to {path}: that is there and is no file.")
        kept = path.with_name(f"{path.name}.bak")
        with _tidied(path.with_name(f"{path.name}.{os.getpid()}.new")) as fresh:
            yield fresh
            with fresh.open("rb") as file:
                os.fsync(file.fileno())
            if before:
                path.replace(kept)
            fresh.replace(path)
    except OSError as error:
        raise UsageError(what=f"{what} cannot be written to {path}: {error.strerror}.") from None
    if before:
        say(f"What was at {path} is kept as {kept.name}.")


@contextmanager
def _tidied(fresh: Path) -> Iterator[Path]:
    """Nothing is left at ``fresh`` afterwards."""
    try:
        yield fresh
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)


def endpoints(source: str, destination: str) -> tuple[Endpoint, Endpoint]:
    """Both ends as the user wrote them; raises BadEndpoint and its like."""
    aliases = read_aliases(paths.servers_file())
    return parse_endpoint(source, aliases), parse_endpoint(destination, aliases)


def endpoint(project: str) -> Endpoint:
    """The one end that is a project; raises BadEndpoint and its like."""
    return parse_endpoint(project, read_aliases(paths.servers_file()))


@contextmanager
def opened_one(end: Endpoint) -> Iterator["XnatClient"]:
    """The one end logged in."""
    from xnat_ferry.xnat.client import XnatClient  # the clients cost half a second to load

    with XnatClient(end.server, find_credentials(end.server)) as client:
        yield client


@contextmanager
def opened(source: Endpoint, destination: Endpoint) -> Iterator["tuple[XnatClient, XnatClient]"]:
    """Both ends logged in."""
    from xnat_ferry.xnat.pair import open_pair  # the clients cost half a second to load

    with open_pair(source, destination, find_credentials) as clients:
        yield clients


def split_names(given: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """``a,b c`` as three names; None where the option was not given."""
    if given is None:
        return None
    return tuple(name for text in given for name in text.split(",") if name)
