"""One practice server a file for the tests that only look, a fresh one for those that change something.

``xnat`` and ``fresh`` hold the world below; ``world`` starts a server with a world of the test's own.
"""

import html
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
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

[[users]]
login = "root"
admin = true

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

    def post(self, path: str, user: str = "ada", **options: object) -> httpx.Response:
        return self.send("POST", path, user, **options)

    def put(self, path: str, user: str = "ada", **options: object) -> httpx.Response:
        return self.send("PUT", path, user, **options)

    def delete(self, path: str, user: str = "ada", **options: object) -> httpx.Response:
        return self.send("DELETE", path, user, **options)

    def get(self, path: str, user: str = "ada", **options: object) -> httpx.Response:
        return self.send("GET", path, user, **options)

    def rows(self, path: str, user: str = "ada") -> list[dict[str, str]]:
        found: list[dict[str, str]] = self.get(path, user).json()["ResultSet"]["Result"]
        return found

    def id_of(self, label: str, project: str = "SRC") -> str:
        """A session's accession ID, past all XNAT routes."""
        (found,) = [one for one in self.project(project)["sessions"] if one["label"] == label]
        return str(found["id"])

    def headline(self, answer: httpx.Response) -> str:
        """The reason that an error page gives."""
        return html.unescape(answer.text.partition("<h3>")[2].partition("</h3>")[0])

    def project(self, name: str) -> dict[str, Any]:
        found: dict[str, Any]
        (found,) = self.server.state(name)["projects"]
        return found


@contextmanager
def serving(folder: Path, toml: str = WORLD, **options: Any) -> Iterator[Xnat]:
    """A server with this world, whose file goes into the folder."""
    path = folder / f"world{len(list(folder.glob('world*')))}.toml"
    path.write_text(toml)
    with PracticeServer(str(path), **options) as server:
        yield Xnat(server)


@pytest.fixture(scope="module")
def xnat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Xnat]:
    """For tests that only look."""
    with serving(tmp_path_factory.mktemp("world")) as running:
        yield running


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Xnat]:
    """For tests that change something that no other test of their file looks at."""
    with serving(tmp_path_factory.mktemp("shared"), clock=60) as running:
        yield running


@pytest.fixture
def settable(shared: Xnat) -> Iterator[Xnat]:
    """The shared server for a test that changes site preferences: afterwards they are as before."""
    before = shared.get("/xapi/siteConfig", "root").json()
    yield shared
    assert shared.post("/xapi/siteConfig", "root", json=before).status_code == 200


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Xnat]:
    """For tests that change something; a minute of its time is a second of ours."""
    with serving(tmp_path, clock=60) as running:
        yield running


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Callable[..., Xnat]]:
    """Starts a server with a world given as TOML; ``clock`` as on the command line."""
    with ExitStack() as running:

        def start(toml: str, clock: float = 1.0) -> Xnat:
            return running.enter_context(serving(tmp_path, toml, clock=clock))

        yield start
