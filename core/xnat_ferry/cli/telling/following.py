"""Follows a worker's journal: plain lines, a bar on a terminal, or JSON; closing it changes nothing."""

import subprocess
from collections.abc import Iterable, Iterator
from datetime import datetime

from xnat_ferry import event_words, wording
from xnat_ferry.cli.common import answer_json, say
from xnat_ferry.cli.telling import page
from xnat_ferry.cli.telling.headway import bar
from xnat_ferry.events import AnyEvent
from xnat_ferry.settings.redact import plain
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.journal import read_all
from xnat_ferry.transfer.launch import follow
from xnat_ferry.transfer.session_state import Phase
from xnat_ferry.transfer.status import Status, read_state, status_of

_NO_LOGIN, _A_BUG = 3, 70
_CODES = {Phase.DONE: 0, Phase.FAILED: 1, Phase.STOPPED: 4, Phase.RUNNING: 0, Phase.WAITING: 4}


def follow_to_end(folder: TransferFolder, worker: subprocess.Popen[bytes], *, skip: int, json: bool) -> int:
    """Show a worker's events until it ends; returns the exit code of how it ended."""
    try:
        show(folder, follow(folder, worker, skip), json=json, past=_first(folder, skip))
    except KeyboardInterrupt:
        say(f"\nThe transfer goes on without this window: 'xnat-ferry watch {folder.id[-4:]}' shows it,")
        say(f"'xnat-ferry stop {folder.id[-4:]}' stops it.")
        return 4
    code = answer_status(folder, json)
    if worker.returncode == _A_BUG:
        return _A_BUG  # a resume would meet the same
    if not json:
        from xnat_ferry.cli.telling.next_step import next_step  # 'status' loads this module, and no client

        for line in next_step(read_state(folder), folder.id[-4:]):
            say(line)
    return _NO_LOGIN if worker.returncode == _NO_LOGIN else code


def _first(folder: TransferFolder, count: int) -> Iterator[AnyEvent]:
    yield from read_all(folder.journal)[:count]  # only once somebody asks: it may be long


def show(
    folder: TransferFolder, happening: Iterable[AnyEvent], *, json: bool, past: Iterable[AnyEvent] = ()
) -> None:
    """Show events as they come; ``past`` are those before, of which nothing is said."""
    if json:
        for event in happening:
            answer_json(event)
        return
    with bar(folder.read_plan(), past) as advance:
        for event in happening:
            line = line_of(event)
            if line:
                say(line)
            advance(event)


def answer_status(folder: TransferFolder, json: bool) -> int:
    """Print where a transfer stands; returns the exit code that goes with it."""
    status = status_of(folder)
    if json:
        answer_json(status)
    else:
        print_status(status)
    return _CODES.get(status.state, 0)


def print_status(status: Status) -> None:
    """A transfer's numbers in a few lines."""
    page.show(status_lines(status, page.page_width()))


def status_lines(status: Status, width: int) -> Iterator[page.Line]:
    """The lines for so many columns; only the ID and what it counts are never broken."""
    sessions = status.sessions
    head = (
        f"{status.id}  {status.state}  {sessions.done} done, {sessions.failed} failed, "
        f"{sessions.running} running, {sessions.waiting} waiting"
    )
    amount = f"{_carried(status)}{wording.duration(status.seconds)}"
    if len(head) + 2 + len(amount) <= width:
        yield page.Line(f"{head}  {amount}")
    else:
        yield page.Line(head)
        yield page.Line(f"  {amount}")
    if status.bytes_per_second:
        left = "" if status.seconds_left is None else f", {wording.duration(status.seconds_left)} left"
        yield page.Line(f"  {wording.size(status.bytes_per_second)}/s{left}")
    if status.why:
        yield from page.paragraph(status.why, width, "  ")
    for problem in status.errors:
        yield from page.paragraph(f"{problem.session}: {problem.message}", width, "  ")
        yield from page.paragraph(problem.advice, width, "    ")


def _carried(status: Status) -> str:
    """How much of it has come; nothing where no image travels. The packing counts, so all may be more."""
    if not status.files_total:
        return ""
    if status.files >= status.files_total:
        return f"{wording.plural(status.files, 'file')}, {wording.size(status.bytes)}, "
    files = wording.out_of(status.files, status.files_total, "file")
    return f"{files}, {wording.size(status.bytes_done)} of {wording.size(status.bytes_total)}, "


def line_of(event: AnyEvent) -> str:
    """One event with its time and session; "" for what is only a step between."""
    words = event_words.what_happened(event)
    if not words:
        return ""
    moment = datetime.fromtimestamp(event.at).astimezone().strftime("%H:%M:%S")
    session = getattr(event, "session", "")
    return plain(f"{moment}  {session}  {words}" if session else f"{moment}  {words}", 400)
