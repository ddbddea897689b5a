"""Processes of ours that are there at once: forked from one that has loaded everything already.

Most tests need a practice server of their own, or run a command; each is a process with its own pid, its own
standard streams and its own environment, as ``python -m`` would make it. Only the second of loading is saved.
What a start really loads, and that it works from nothing, is what tests/contract/test_loading.py,
test_readme.py, the tests of a real terminal and the chaos runs look at.
"""

import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from multiprocessing.context import ForkServerProcess
from multiprocessing.reduction import DupFd
from pathlib import Path
from typing import IO, Any

PRELOADED = [
    "xnat_ferry.cli.app",
    *(
        f"xnat_ferry.cli.commands.{name}"
        for name in ("check", "plan", "record", "run", "settle", "status", "verify")
    ),
    "xnat_ferry.practice.serve",
    "xnat_ferry.worker",
    "httpx",
    "numpy",
    "pydicom",
    "xnat",
]

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(PRELOADED)


class Popen:
    """As much of subprocess.Popen as the tests and the practice server use, for ``python -m MODULE ...``."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        stdin: int | IO[Any] | None = None,
        stdout: int | IO[Any] | None = None,
        stderr: int | IO[Any] | None = None,
        env: Mapping[str, str] | None = None,
        text: bool = False,
        start_new_session: bool = False,
    ) -> None:
        interpreter, option, module, *arguments = command
        assert (interpreter, option) == (sys.executable, "-m"), command
        self.args = list(command)
        self._ours: list[int] = []
        theirs = [
            self._end(stdin, os.O_RDONLY, 0),
            self._end(stdout, os.O_WRONLY, 1),
            self._end(stderr, os.O_WRONLY, 2),
        ]
        self.stdin = self._open(stdin, "w", text)
        self.stdout = self._open(stdout, "r", text)
        self.stderr = self._open(stderr, "r", text)
        self._process: ForkServerProcess = _context.Process(
            target=_become,
            args=(
                module,
                arguments,
                dict(env if env is not None else os.environ),
                str(Path.cwd()),
                start_new_session,
                *map(_Handed, theirs),
            ),
            daemon=True,  # it ends no later than the tests do
        )
        self._process.start()
        for fd in theirs:
            os.close(fd)

    def _end(self, wanted: int | IO[Any] | None, flags: int, own: int) -> int:
        """The descriptor that the child gets; of a pipe the other end is kept."""
        if wanted == subprocess.PIPE:
            reading, writing = os.pipe()
            self._ours.append(writing if flags == os.O_RDONLY else reading)
            return reading if flags == os.O_RDONLY else writing
        if wanted == subprocess.DEVNULL:
            return os.open(os.devnull, flags)
        if wanted is None:
            return os.dup(own)
        return os.dup(wanted if isinstance(wanted, int) else wanted.fileno())

    def _open(self, wanted: int | IO[Any] | None, mode: str, text: bool) -> IO[Any] | None:
        if wanted != subprocess.PIPE:
            return None
        return os.fdopen(self._ours.pop(0), mode if text else mode + "b")

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        if self._process.exitcode is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def run(
    command: Sequence[str], *, env: Mapping[str, str] | None = None, timeout: float
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end with nothing to read, as subprocess.run with its output captured."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        process = Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=errors, env=env)
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
        told = []
        for stream in (output, errors):
            stream.seek(0)
            told.append(stream.read().decode().replace("\r\n", "\n"))
    return subprocess.CompletedProcess(command, code, *told)


class _Handed:
    """A descriptor on its way to the child."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def __reduce__(self) -> tuple[Any, ...]:
        return _taken, (DupFd(self._fd),)


def _taken(duplicate: Any) -> int:
    fd: int = duplicate.detach()
    return fd


def _become(
    module: str,
    arguments: list[str],
    environment: dict[str, str],
    folder: str,
    new_session: bool,
    *streams: int,
) -> None:
    """In the child: be what ``python -m module arguments`` would be."""
    if new_session:
        os.setsid()
    for own, fd in enumerate(streams):
        os.dup2(fd, own)
        os.close(fd)
    wanted = environment.get("PYTHONIOENCODING", "utf-8")
    sys.stdin = os.fdopen(0, encoding=wanted, closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding=wanted, closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding=wanted, errors="backslashreplace", buffering=1, closefd=False)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
