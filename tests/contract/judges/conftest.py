"""Clients that nobody here wrote, unchanged, each against a practice server of its own.

What they warn of is theirs and not ours to mend, so every test in this folder ignores warnings.
"""

import gc
import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from xnat_ferry.practice.process import PracticeServer

WORLD = """
[[users]]
login = "ada"
password = "practice"
projects = { SRC = "owner", DST = "owner", COL = "owner" }

[[users]]
login = "mem"
projects = { SRC = "member", DST = "member" }

[[users]]
login = "root"
admin = true

[[projects]]
id = "SRC"

[[projects]]
id = "DST"

[[projects]]
id = "COL"

[[sessions]]
project = "SRC"
subject = "001"
label = "001_MR1"
date = "2024-03-05"
scans = [
  { id = "1", type = "localizer", description = "a localizer", files = 2, rows = 16, columns = 16 },
  { id = "2", type = "t1 mprage", description = "T1w", files = 3, rows = 16, columns = 16 },
]
resources = [{ label = "BIDS", files = { "sub-001/anat/T1w.json" = "{}" } }]
variables = { handedness_note = "left" }

[[sessions]]
project = "SRC"
subject = "002"
label = "002_CT1"
modality = "CT"
scans = [{ id = "4", type = "thorax", files = 2, rows = 16, columns = 16 }]

[[sessions]]
project = "SRC"
subject = "003"
label = "003_PT1"
modality = "PT"
scans = [{ id = "7", type = "fdg", files = 2, rows = 16, columns = 16 }]

[[sessions]]
project = "DST"
subject = "009"
label = "009_MR1"
prearchive = "READY"
scans = [{ id = "1", type = "t1", description = "T1w", files = 2, rows = 16, columns = 16 }]

[[sessions]]
project = "DST"
subject = "010"
label = "010_MR1"
prearchive = "READY"
scans = [{ id = "1", type = "t1", files = 1, rows = 16, columns = 16 }]
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Foreign packages warn of what later versions of Python and of their libraries will not have."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("ignore"))
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


@pytest.fixture(scope="module")
def no_proxy() -> Iterator[None]:
    """Nothing of these clients leaves the machine, whatever its environment says."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
            patch.delenv(name, raising=False)
        for name in ("XNAT_HOST", "XNATPY_HOST", "XNAT_USER", "XNATPY_USER", "XNAT_PASS", "XNAT_DATA"):
            patch.delenv(name, raising=False)
        patch.setenv("NO_PROXY", "*")
        yield
    # what these clients forget to close is closed here, and not in somebody else's test, where it would fail
    gc.collect()


@pytest.fixture(scope="module")
def server(no_proxy: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeServer]:
    """One server for a file of tests, each of which changes only what is its own."""
    path = tmp_path_factory.mktemp("world") / "world.toml"
    path.write_text(WORLD)
    with PracticeServer(str(path)) as running:
        yield running


def requests_so_far(server: PracticeServer) -> int:
    """The number of the last request in the log; 0 where there has been none."""
    return max((entry["n"] for entry in server.log()), default=0)


class Truth:
    """What really lies on the server, past all routes of an XNAT."""

    def __init__(self, server: PracticeServer) -> None:
        self._server = server

    def project(self, name: str) -> dict[str, Any]:
        found: dict[str, Any]
        (found,) = self._server.state(name)["projects"]
        return found

    def session(self, project: str, label: str) -> dict[str, Any]:
        found: dict[str, Any]
        (found,) = [one for one in self.project(project)["sessions"] if one["label"] == label]
        return found

    def labels(self, project: str, kind: str = "sessions") -> set[str]:
        return {one["label"] for one in self.project(project)[kind]}

    def waiting(self, project: str) -> dict[str, dict[str, Any]]:
        """The prearchive's rows by their names."""
        return {row["name"]: row for row in self.project(project)["prearchive"]}

    @staticmethod
    def files(holder: dict[str, Any], resource: str) -> dict[str, dict[str, Any]]:
        """The files of a session's or a scan's resource by path."""
        (found,) = [one for one in holder["resources"] if one["label"] == resource]
        return {file["path"]: file for file in found["files"]}

    @staticmethod
    def scan(session: dict[str, Any], identifier: str) -> dict[str, Any]:
        found: dict[str, Any]
        (found,) = [one for one in session["scans"] if one["id"] == identifier]
        return found


@pytest.fixture
def truth(server: PracticeServer) -> Truth:
    return Truth(server)


@pytest.fixture
def session_zip(server: PracticeServer, tmp_path: Path) -> Callable[[str], Path]:
    """The DICOM files of one of SRC's sessions as a zip on our own disk."""

    def fetch(label: str) -> Path:
        (found,) = [one for one in server.state("SRC")["projects"][0]["sessions"] if one["label"] == label]
        answer = httpx.get(
            f"{server.url}/data/experiments/{found['id']}/scans/ALL/files?format=zip",
            auth=("root", "practice"),
            trust_env=False,
        )
        path = tmp_path / f"{label}.zip"
        path.write_bytes(answer.content)
        return path

    return fetch


@pytest.fixture(scope="module")
def connect(server: PracticeServer) -> Iterator[Callable[..., Any]]:
    """Logs in with xnatpy, its whole model built; every connection is closed, its heartbeat too."""
    import xnat

    logger = logging.getLogger("a judge")
    logger.setLevel("ERROR")
    opened: list[Any] = []
    heartbeats: list[threading.Thread] = []

    def start(user: str = "ada", password: str = "practice", **options: Any) -> Any:
        made = xnat.connect(server.url, user=user, password=password, logger=logger, **options)
        opened.append(made)
        heartbeats.append(made._keepalive_thread)
        return made

    yield start
    for one in opened:
        one.disconnect()
    assert not [one for one in heartbeats if one.is_alive()]
