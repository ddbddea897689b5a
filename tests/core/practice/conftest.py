"""One practice server for the tests that only look, a fresh one for those that change something."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from xnat_ferry.practice.process import PracticeServer

WORLD = """
[[users]]
login = "ada"
password = "practice"
projects = { SRC = "owner", DST = "member" }

[[users]]
login = "mem"
projects = { SRC = "member", DST = "member" }

[[users]]
login = "carl"
projects = { SRC = "collaborator", DST = "collaborator" }

[[users]]
login = "zoe"

[[projects]]
id = "SRC"

[[projects]]
id = "DST"
anonymization = '''
(0010,0030) := "19000101"
- (0010,4000)
something that nobody can interpret
'''
series_filter = { mode = "blacklist", list = [".*localizer.*"] }

[[projects]]
id = "PROT"
accessibility = "protected"

[[projects]]
id = "PUB"
accessibility = "public"

[[sessions]]
project = "SRC"
subject = "001"
label = "001_MR1"
scans = [
  { id = "1", type = "loc[red]", description = "a localizer here", files = 2, rows = 16, columns = 16 },
  { id = "2", type = "t1 mprage", files = 3, rows = 16, columns = 16 },
]
shared_into = [{ project = "PUB", label = "001_shared" }]
resources = [{ label = "BIDS", files = { "sub-001/T1w.json" = "{}" } }]

[[sessions]]
project = "PROT"
subject = "p"
label = "p_MR1"
scans = [{ id = "1", files = 1, rows = 16, columns = 16 }]

[[sessions]]
project = "DST"
subject = "009"
label = "009_MR1"
prearchive = "READY"
scans = [{ id = "1", type = "t1", files = 2, rows = 16, columns = 16 }]
"""


class Xnat:
    """A practice server and a client for each of its users."""

    def __init__(self, server: PracticeServer) -> None:
        self.server = server

    def send(self, method: str, path: str, user: str = "ada", **options: object) -> httpx.Response:
        return httpx.request(
            method,
            self.server.url + path,
            auth=(user, "practice") if user else None,
            trust_env=False,
            verify=False,  # no TLS here: reading the certificates would take ten times as long
            timeout=30,
            **options,  # type: ignore[arg-type]
        )

    def get(self, path: str, user: str = "ada", **options: object) -> httpx.Response:
        return self.send("GET", path, user, **options)

    def rows(self, path: str, user: str = "ada") -> list[dict[str, str]]:
        found: list[dict[str, str]] = self.get(path, user).json()["ResultSet"]["Result"]
        return found

    def project(self, name: str) -> dict[str, Any]:
        found: dict[str, Any]
        (found,) = self.server.state(name)["projects"]
        return found


@pytest.fixture(scope="module")
def xnat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Xnat]:
    """For tests that only look."""
    path = tmp_path_factory.mktemp("world") / "world.toml"
    path.write_text(WORLD)
    with PracticeServer(str(path)) as server:
        yield Xnat(server)


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Xnat]:
    """For tests that change something; a minute of its time is a second of ours."""
    path = tmp_path / "world.toml"
    path.write_text(WORLD)
    with PracticeServer(str(path), clock=60) as server:
        yield Xnat(server)
