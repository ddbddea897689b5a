"""A practice server as a process of its own, for the demo, the screen and the tests."""

import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Any, ClassVar, Self

from xnat_ferry.practice.errors import PracticeError

TIED_VARIABLE = "XNAT_FERRY_PRACTICE_TIED"
"""Set for a server that shall live no longer than whoever started it."""


class PracticeServer:
    """Starts the server on entering, knows its first line, ends it on leaving."""

    popen: ClassVar[Callable[..., "subprocess.Popen[str]"]] = subprocess.Popen
    """What starts its process."""

    def __init__(
        self,
        world: str = "demo",
        *,
        faults: str | None = None,
        clock: float = 1.0,
        data: Path | None = None,
    ) -> None:
        self._command = [
            sys.executable,
            "-m",
            "xnat_ferry",
            "practice",
            "--world",
            world,
            "--clock",
            str(clock),
        ]
        self._command += ["--faults", faults] if faults else []
        self._command += ["--data", str(data)] if data else []
        self._process: subprocess.Popen[str] | None = None
        self._errors: IO[str] | None = None
        self.url = self.user = self.password = ""
        self.projects: list[str] = []

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start it and wait for its first line; raises PracticeError with its own words."""
        here = str(Path(__file__).resolve().parents[2])
        known = os.environ.get("PYTHONPATH")
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([here, known]) if known else here,
            TIED_VARIABLE: "1",
        }
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115  open as long as the server runs
        self._process = self.popen(  # our own interpreter with our own module
            self._command,
            stdin=subprocess.PIPE,  # the server ends when this pipe does: also when we are killed
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            env=environment,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._process.wait()
            words = self.said()
            self.stop()
            raise PracticeError(words or "The practice server ended before it said where it is.")
        first = json.loads(line)
        self.url, self.user, self.password = first["url"], first["user"], first["password"]
        self.projects = first["projects"]

    def stop(self) -> None:
        """End it; it may have ended already."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    pipe.close()
        if self._errors is not None:
            self._errors.close()
        self._process = self._errors = None

    def said(self) -> str:
        """What it has written to standard error."""
        if self._errors is None:
            return ""
        self._errors.seek(0)
        return self._errors.read().strip()

    def log(self, since: int = 0) -> list[dict[str, Any]]:
        """The requests it has answered."""
        return self._ask("GET", f"log?since={since}")  # type: ignore[no-any-return]

    def underway(self) -> list[dict[str, Any]]:
        """The requests it has not answered, those of clients that are gone among them."""
        return self._ask("GET", "underway")  # type: ignore[no-any-return]

    def clear_log(self) -> None:
        self._ask("DELETE", "log")

    def state(self, project: str | None = None) -> dict[str, Any]:
        """What really lies on its disk."""
        return self._ask("GET", f"state?project={project}" if project else "state")  # type: ignore[no-any-return]

    def set_faults(self, faults: list[dict[str, Any]]) -> None:
        """Replace the rules in force."""
        self._ask("PUT", "faults", json.dumps(faults).encode())

    def release(self) -> None:
        """Let go on what a rule holds until then."""
        self._ask("POST", "release")

    def advance(self, seconds: float) -> None:
        """Let some of its time pass at once."""
        self._ask("POST", f"clock?seconds={seconds}")

    def _ask(self, method: str, path: str, body: bytes | None = None) -> Any:
        request = urllib.request.Request(f"{self.url}/practice/{path}", body, method=method)  # noqa: S310
        # a proxy of the environment has no business between us and our own machine
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=60) as answer:
            content = answer.read()
        return json.loads(content) if content else None
