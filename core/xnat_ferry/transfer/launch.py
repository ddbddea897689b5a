"""Starts a worker apart from this process, and follows what it writes."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from xnat_ferry.errors import CannotWrite, WorkerDied
from xnat_ferry.events import (
    AnyEvent,
    SettlingFinished,
    TakingBackFinished,
    TransferFinished,
    WorkerStarted,
    WorkerStopped,
)
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.settings.private import open_private, refuse_foreign
from xnat_ferry.settings.redact import plain, redact
from xnat_ferry.transfer import lock
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.journal import JournalReader

_LOOK_EVERY = 0.1
_LEFT_OUT = "XNAT_PASS"
"""The variable that a worker does not inherit: it gets its logins through a pipe."""
_ASK_EVERY = 2.0
"""Seconds between two questions to a scheduler, which may be slow."""
_LAST = (TransferFinished, SettlingFinished, TakingBackFinished, WorkerStopped)
"""The events with which a worker ends."""


def start_worker(
    folder: TransferFolder,
    logins: dict[str, Credentials],
    *,
    spool: Path,
    archive: bool = False,
    settle: bool = False,
    taking_back: bool = False,
) -> subprocess.Popen[bytes]:
    """Start a worker in a session of its own: closing this terminal does not end it.

    Raises FolderUnsafe and CannotWrite.
    """
    refuse_foreign(folder.path)
    command = [sys.executable, "-m", "xnat_ferry.worker", str(folder.path), "--spool", str(spool)]
    if archive:
        command.append("--archive")
    if settle:
        command.append("--settle")
    if taking_back:
        command.append("--take-back")
    try:
        output = open_private(folder.worker_output, os.O_WRONLY | os.O_APPEND)
    except OSError as error:
        raise CannotWrite(folder=folder.path, why=error.strerror) from None
    try:
        worker = subprocess.Popen(  # noqa: S603  our own interpreter with our own module
            command,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            start_new_session=True,
            cwd=folder.path,
            env=with_this_package({name: text for name, text in os.environ.items() if name != _LEFT_OUT}),
        )
    finally:
        os.close(output)
    assert worker.stdin is not None
    with suppress(BrokenPipeError), worker.stdin as pipe:  # it died already: whoever follows is told
        pipe.write(msgspec.json.encode(logins))
    return worker


def follow(folder: TransferFolder, worker: subprocess.Popen[bytes], skip: int = 0) -> Iterator[AnyEvent]:
    """The events of a worker just started, as they come; ``skip`` are those that were there before.

    Raises WorkerDied when it ends without a last word.
    """
    reader = JournalReader(folder.journal)
    passed = 0
    while True:
        ended = worker.poll() is not None
        for event in reader.fresh():
            passed += 1
            if passed > skip:
                yield event
                if isinstance(event, _LAST):
                    worker.wait()
                    return
        if ended:
            raise WorkerDied(id=folder.id, why=_last_words(folder) or "it was killed.")
        time.sleep(_LOOK_EVERY)


def watch(folder: TransferFolder, awaited: Callable[[], bool] = lambda: False) -> Iterator[AnyEvent]:
    """Every event of a transfer, old and new, until its worker has ended.

    ``awaited`` says, while none is at it, whether one is still to come.
    """
    reader = JournalReader(folder.journal)
    while True:
        running = lock.running(folder)  # looked at first, so that nothing written last is missed
        to_come = not running and awaited()
        yield from reader.fresh()
        if not running and not to_come:
            return
        time.sleep(_ASK_EVERY if to_come else _LOOK_EVERY)


def wait_until_taken_up(folder: TransferFolder, worker: subprocess.Popen[bytes], skip: int) -> None:
    """Return once the worker has written its first event; raises WorkerDied when it does not get there.

    From then on it is left to itself; a thread only sees to it that its end is noticed by the system.
    """
    for event in follow(folder, worker, skip):
        if isinstance(event, WorkerStarted):
            threading.Thread(target=worker.wait, daemon=True).start()
            return


def with_this_package(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment in which a worker finds this package also when it is a checkout."""
    here = str(Path(__file__).resolve().parents[2])
    known = environment.get("PYTHONPATH")
    return {**environment, "PYTHONPATH": os.pathsep.join([here, known]) if known else here}


def _last_words(folder: TransferFolder) -> str:
    try:
        lines = folder.worker_output.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return plain(redact(lines[-1])) if lines else ""
