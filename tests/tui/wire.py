"""The program behind a pseudo-terminal, as SSH has it: what it writes is counted byte by byte."""

import codecs
import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.tui.picture import Picture

ROOT = Path(__file__).resolve().parents[2]


class Wire:
    """A terminal whose other end is this test."""

    def __init__(
        self, *arguments: str, environment: Mapping[str, str], size: tuple[int, int] = (80, 24)
    ) -> None:
        self.came = b""
        """Everything so far."""
        self.picture = Picture()
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._arguments, self._environment, self._size = arguments, environment, size

    def __enter__(self) -> Self:
        self._near, far = pty.openpty()
        width, height = self._size
        fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "xnat_ferry_tui", *self._arguments],
            stdin=far,
            stdout=far,
            stderr=far,
            env={
                "PATH": os.environ["PATH"],
                "TERM": "xterm-256color",
                "LANG": "C.UTF-8",
                "PYTHONPATH": f"{ROOT / 'core'}:{ROOT / 'tui'}",
                **self._environment,
            },
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(far)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.hang_up()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def hang_up(self) -> None:
        """Take the terminal away, as a cut connection does."""
        if self._near >= 0:
            os.close(self._near)
            self._near = -1

    def send(self, keys: bytes) -> None:
        os.write(self._near, keys)

    def until(self, *words: str, seconds: float = 60) -> None:
        """Read until all the words stand on the screen."""
        end = time.monotonic() + seconds
        while not all(word in self.text() for word in words):
            assert time.monotonic() < end, f"no {words} in:\n{self.text()[-3000:]}"
            self._read(0.1)

    def until_quiet(self, rest: float = 0.7, seconds: float = 20) -> int:
        """Read until nothing has come for so long; the number of bytes that came."""
        before, end = len(self.came), time.monotonic() + seconds
        while self._read(rest):
            assert time.monotonic() < end, "it never comes to rest"
        return len(self.came) - before

    def drain(self, seconds: float) -> None:
        """Read for so long, whatever comes."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._read(left)

    def text(self) -> str:
        """What stands on the screen."""
        return self.picture.text()

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._near], [], [], seconds)
        if not ready:
            return False
        try:
            piece = os.read(self._near, 65536)
        except OSError:
            return False
        self.came += piece
        self.picture.take(self._decoder.decode(piece))
        return bool(piece)
