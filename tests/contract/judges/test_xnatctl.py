"""xnatctl, a command line client: it logs in and transfers a project (wire-write 1.13).

It is no dependency of ours. The variable XNATCTL names its command, else it is looked for on the PATH.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.contract.facts import fact
from tests.contract.judges.conftest import Truth, requests_so_far
from xnat_ferry.practice.process import PracticeServer

Command = Callable[..., subprocess.CompletedProcess[str]]
_COMMAND = os.environ.get("XNATCTL") or shutil.which("xnatctl")

pytestmark = pytest.mark.skipif(
    _COMMAND is None, reason="xnatctl is not there: install it anywhere and name it in XNATCTL"
)

WORLD = """
[[users]]
login = "ada"
projects = { SRC = "owner", COL = "owner" }

[[projects]]
id = "SRC"

[[projects]]
id = "COL"
prearchive_code = 4

[[sessions]]
project = "SRC"
subject = "001"
label = "001_MR1"
scans = [
  { id = "1", type = "localizer", description = "a localizer", files = 2, rows = 16, columns = 16 },
  { id = "2", type = "t1 mprage", description = "T1w", files = 3, rows = 16, columns = 16 },
]
resources = [{ label = "BIDS", files = { "T1w.json" = "{}" } }]
variables = { handedness_note = "left" }

[[sessions]]
project = "SRC"
subject = "001"
label = "001_CT1"
modality = "CT"
scans = [{ id = "4", type = "thorax", files = 2, rows = 16, columns = 16 }]
"""


@pytest.fixture(scope="module")
def server(no_proxy: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeServer]:
    """A destination that archives by itself, and a clock that makes the wait for that one of seconds."""
    path = tmp_path_factory.mktemp("world") / "world.toml"
    path.write_text(WORLD)
    with PracticeServer(str(path), clock=100) as running:
        yield running


@pytest.fixture(scope="module")
def xnatctl(server: PracticeServer, tmp_path_factory: pytest.TempPathFactory) -> Command:
    """The command, logged in on both sides of a transfer; it shall not look for updates."""
    home = tmp_path_factory.mktemp("home")

    def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [str(_COMMAND), *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
            env={
                **os.environ,
                "HOME": str(home),
                "TMPDIR": str(home),
                "XNAT_NO_UPDATE_CHECK": "1",
                "XNAT_USER": "ada",
                "XNAT_PASS": "practice",
                "NO_COLOR": "1",
            },
        )
        assert done.returncode == 0, done.stdout + done.stderr + server.said()
        return done

    run("config", "init", "--url", server.url, "--profile", "src", "--no-login", "--force")
    run("config", "add-profile", "dst", "--url", server.url)
    for profile in ("src", "dst"):
        run("auth", "login", "-p", profile, "-u", "ada", "--password-stdin", stdin="practice\n")
    return run


@fact("read 1.4", "xnatctl logs in, and knows who it is")
def test_logging_in(xnatctl: Command) -> None:
    assert "ada" in xnatctl("whoami", "-p", "src").stdout


@fact("read 2.2", "xnatctl lists projects and sessions")
def test_listing(xnatctl: Command) -> None:
    assert {"SRC", "COL"} <= set(xnatctl("project", "list", "-p", "src", "-q").stdout.split())
    assert "001_MR1" in xnatctl("session", "list", "-p", "src", "-P", "SRC").stdout


@fact(
    "write 1.3", "xnatctl's destination=/archive is no dest: what it sends waits until it archives by itself"
)
@fact("write 2.3", "a project of code 4 archives what has been idle, which xnatctl waits for")
def test_transferring_a_project(
    xnatctl: Command, server: PracticeServer, truth: Truth, tmp_path: Path
) -> None:
    (tmp_path / "quick.yaml").write_text(
        "source_project: SRC\ndest_project: COL\narchive_poll_interval: 0.2\narchive_wait_timeout: 80\n"
    )
    before = requests_so_far(server)
    done = xnatctl(
        *("project", "transfer", "-p", "src", "-P", "SRC", "--dest-profile", "dst", "--dest-project", "COL"),
        *("--config", str(tmp_path / "quick.yaml"), "--yes", "-o", "json"),
    )
    assert '"success": true' in done.stdout
    imports = [one for one in server.log(before) if one["path"] == "/data/services/import"]
    assert [one["status"] for one in imports] == [200, 200, 200]
    assert all("destination=%2Farchive" in one["query"] for one in imports)
    assert not truth.waiting("COL")
    assert truth.labels("COL") == truth.labels("SRC") == {"001_MR1", "001_CT1"}
    for label in truth.labels("SRC"):
        source, target = truth.session("SRC", label), truth.session("COL", label)
        assert (target["subject"], target["study_uid"]) == ("001", source["study_uid"])
        for scan in source["scans"]:
            there = Truth.scan(target, scan["id"])
            assert (there["uid"], there["type"]) == (scan["uid"], scan["type"])
            assert sorted(one["pixel_md5"] for one in Truth.files(there, "DICOM").values()) == sorted(
                one["pixel_md5"] for one in Truth.files(scan, "DICOM").values()
            )
    assert {
        path: one["size"] for path, one in Truth.files(truth.session("COL", "001_MR1"), "BIDS").items()
    } == {"T1w.json": 2}
