"""A practice server on a free port and the program beside it, both as real processes."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests import nursery
from xnat_ferry.practice.process import PracticeServer
from xnat_ferry.transfer.folder import TransferFolder, find_all

ROOT = Path(__file__).resolve().parents[2]

USERS = """
[[users]]
login = "ada"
password = "pract1ce-pw"
projects = { SRC = "owner", DST = "member" }

[[users]]
login = "carl"
password = "pract1ce-pw"
projects = { SRC = "collaborator", DST = "collaborator" }

[[projects]]
id = "SRC"

[[projects]]
id = "DST"
prearchive_code = 0
"""

TWO_SESSIONS = """
[[sessions]]
project = "SRC"
subject = "001"
label = "001_MR1"
modality = "MR"
scans = [
  { id = "1", type = "loc[red]", files = 3, rows = 32, columns = 32 },
  { id = "2", type = "t1 mprage", files = 4, rows = 64, columns = 64 },
]

[[sessions]]
project = "SRC"
subject = "002"
label = "002_CT1"
modality = "CT"
scans = [{ id = "4", type = "thorax", files = 3, rows = 64, columns = 64 }]
"""


class Shore:
    """The server, and the program run against it as user ``ada``."""

    def __init__(self, server: PracticeServer, home: Path) -> None:
        self.server = server
        self.home = home
        self.transfers = home / "transfers"
        self.plan = home / "plan.toml"

    def environment(self, **more: str) -> dict[str, str]:
        login = {"XNAT_HOST": self.server.url, "XNAT_USER": "ada", "XNAT_PASS": "pract1ce-pw"}
        paths = {"PYTHONPATH": f"{ROOT / 'core'}:{ROOT / 'tui'}", "XNAT_FERRY_TRANSFERS": str(self.transfers)}
        return {**os.environ, **login, **paths, **more}

    def ferry(self, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        return nursery.run(command(*arguments), env=self.environment(**environment), timeout=100)

    def start(self, *arguments: object) -> nursery.Popen:
        """Start one command and leave it running."""
        return nursery.Popen(
            command(*arguments),
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def make_plan(self, *options: str) -> None:
        """Plan everything from SRC to DST, and insist that it worked."""
        done = self.ferry("plan", "SRC", "DST", "-o", self.plan, *options)
        assert done.returncode == 0, done.stdout + done.stderr

    def folder(self) -> TransferFolder:
        """The only transfer there is."""
        (found,) = find_all(self.transfers)
        return found

    def imports(self) -> list[dict[str, Any]]:
        """The uploads that the server saw."""
        return [one for one in self.server.log() if one["path"].endswith("/services/import")]

    def archived(self, project: str) -> dict[str, dict[str, str]]:
        """Session label to SOPInstanceUID to pixel digest, past all XNAT routes."""
        return {one["label"]: instances(one) for one in self._project(project)["sessions"]}

    def waiting(self, project: str) -> dict[str, dict[str, str]]:
        """The same for the prearchive."""
        return {one["name"]: instances(one) for one in self._project(project)["prearchive"]}

    def uids(self, project: str) -> dict[str, tuple[str, frozenset[str]]]:
        """Session label to StudyInstanceUID and SeriesInstanceUIDs."""
        return {
            one["label"]: (one["study_uid"], frozenset(scan["uid"] for scan in one["scans"]))
            for one in self._project(project)["sessions"]
        }

    def _project(self, project: str) -> dict[str, Any]:
        found: dict[str, Any]
        (found,) = [one for one in self.server.state()["projects"] if one["id"] == project]
        return found


def until(true: Callable[[], object], what: str = "", seconds: float = 90) -> None:
    """Look again and again until something holds."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"it never came to that: {what}"
        time.sleep(0.02)


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "xnat_ferry", *map(str, arguments)]


def instances(session: dict[str, Any]) -> dict[str, str]:
    """SOPInstanceUID to pixel digest; a UID that is there twice fails the test."""
    files = [
        file for scan in session["scans"] for resource in scan["resources"] for file in resource["files"]
    ]
    found = {file["sop_instance_uid"]: file["pixel_md5"] for file in files}
    assert len(found) == len(files), f"{session.get('label', session)} has a file twice"
    return found


def json_lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


@contextmanager
def shore(tmp_path: Path, world: str = USERS + TWO_SESSIONS, clock: float = 1.0) -> Iterator[Shore]:
    """A server with this world and an empty home for the program."""
    home = tmp_path / "ferry"
    home.mkdir()
    path = tmp_path / "world.toml"
    path.write_text(world)
    with PracticeServer(world=str(path), clock=clock) as server:
        yield Shore(server, home)
