"""Gives birth to workers: loads the program once and forks, so that a real process costs milliseconds.

``python -m tests.contract.chaos.nursery`` takes orders as JSON lines and answers each with one. A worker runs
``xnat_ferry.worker.main`` and a command ``xnat_ferry.cli.app.main``, as their own processes would; questions
are those commands that only tell, past the reading of a command line.
"""

import contextlib
import functools
import gc
import io
import json
import os
import select
import signal
import ssl
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import anyio  # noqa: F401  what httpx would load in every child
import h11  # noqa: F401
import httpcore
import httpx
import xnat  # noqa: F401

from xnat_ferry import worker
from xnat_ferry.cli import app
from xnat_ferry.cli.commands import record, status, verify
from xnat_ferry.transfer import carry
from xnat_ferry.transfer.units import cutting as units

_HASTE = 10
"""The program's own waits are so many times shorter: retries are meant for minutes."""
_QUESTIONS: dict[str, Callable[..., int]] = {
    "status": status.status,
    "verify": verify.verify,
    "record": record.record,
}


def main() -> None:
    """Serve until standard input ends; whoever is still alive then dies too."""
    _warm_up()
    alive: set[int] = set()
    for line in sys.stdin:
        order = json.loads(line)
        if "wait" in order:
            answer = _wait(order["wait"], order["seconds"])
            alive -= set() if answer is None else {order["wait"]}
        elif "rehearse" in order:
            answer = _rehearse(order)
        else:
            answer = os.fork() or _child(order)
            alive.add(answer)
        print(json.dumps(answer), flush=True)
    for pid in alive:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _warm_up() -> None:
    """What takes longer than a whole worker and is the same in all of them."""
    ssl.create_default_context = functools.cache(ssl.create_default_context)  # type: ignore[assignment]
    httpx.Client().close()
    httpcore.ConnectionPool().close()


def _rehearse(order: dict[str, Any]) -> int:
    """Do it once right here: what is compiled and looked up the first time is then born with every child."""
    os.environ.update(order["environment"])
    code = _done(order)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    for thread in threading.enumerate():
        if thread is not threading.main_thread():
            thread.join(90)
    assert threading.active_count() == 1, f"a process must not fork with threads: {threading.enumerate()}"
    # what is never looked at for garbage stays shared with the children
    gc.collect()
    gc.freeze()
    return code


def _wait(pid: int, seconds: float) -> int | None:
    """The exit code, negative for a signal; None when the time is up."""
    process = os.pidfd_open(pid)
    try:
        if not select.select([process], [], [], seconds)[0]:
            return None
    finally:
        os.close(process)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _child(order: dict[str, Any]) -> int:
    """Never returns."""
    code = 70
    try:
        os.setsid()
        os.environ.update(order["environment"])
        output = os.open(order["output"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        for number, target in ((os.open(os.devnull, os.O_RDONLY), 0), (output, 1), (output, 2)):
            os.dup2(number, target)
        _make_haste()
        code = _done(order)
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _done(order: dict[str, Any]) -> int:
    """An exit code."""
    if "questions" in order:
        return _answer(order["questions"])
    if "command" in order:
        return app.main(order["command"])
    return _worker(order)


def _worker(order: dict[str, Any]) -> int:
    sys.stdin = io.TextIOWrapper(io.BytesIO(order["logins"].encode()))
    _cut_small(order["unit_bytes"])
    if order["death"]:
        _arrange(**order["death"])
    return worker.main(order["arguments"])


def _answer(questions: dict[str, str]) -> int:
    """What each says goes into the file beside its name."""
    code = 0
    for name, output in questions.items():
        with Path(output).open("w") as file, contextlib.redirect_stdout(file):
            code = max(code, _QUESTIONS[name](json=True))
    return code


def _make_haste() -> None:
    sleep, wait = time.sleep, threading.Condition.wait
    time.sleep = lambda seconds: sleep(float(seconds) / _HASTE)

    def hasty(self: threading.Condition, timeout: float | None = None) -> bool:
        return wait(self, None if timeout is None else timeout / _HASTE)

    threading.Condition.wait = hasty  # type: ignore[method-assign]


def _cut_small(unit_bytes: int) -> None:
    """Sessions of a few kilobytes shall still travel in several units."""
    carry.cut_units = functools.partial(units.cut_units, target_bytes=unit_bytes)  # type: ignore[attr-defined]


# Deaths


def _arrange(by: str, at: float, clean: bool) -> None:
    die = functools.partial(os.kill, os.getpid(), signal.SIGTERM if clean else signal.SIGKILL)
    match by:
        case "calls":
            _die_in_a_call(int(at), die)
        case "write":
            _die_in_a_write(int(at), die)
        case "sync":
            _die_in_a_sync(int(at), die)


def _die_in_a_call(at: int, die: Callable[[], None]) -> None:
    """At the n-th call of any function of the program, in whatever thread."""
    home = str(Path(worker.__file__).parent)
    calls = 0

    def count(frame: FrameType, event: str, _: object) -> None:
        nonlocal calls
        if event == "call" and frame.f_code.co_filename.startswith(home):
            calls += 1
            if calls >= at:
                sys.setprofile(None)
                if calls == at:
                    die()

    threading.setprofile(count)
    sys.setprofile(count)


def _die_in_a_write(at: int, die: Callable[[], None]) -> None:
    """With half of the n-th line of JSON on the disk."""
    write, lines = os.write, 0

    def torn(file: int, data: bytes) -> int:
        nonlocal lines
        lines += data[:1] == b"{"
        if lines == at:
            write(file, data[: len(data) // 2])
            die()
        return write(file, data)

    os.write = torn  # type: ignore[assignment]


def _die_in_a_sync(at: int, die: Callable[[], None]) -> None:
    """Right before the n-th thing is on the disk for certain; of two, the later one right after it."""
    sync, done = os.fsync, 0

    def counted(file: int) -> None:
        nonlocal done
        done += 1
        if done == at and at % 2:
            die()
        sync(file)
        if done == at:
            die()

    os.fsync = counted  # type: ignore[assignment]


if __name__ == "__main__":
    main()
