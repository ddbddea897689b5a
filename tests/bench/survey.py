"""The leg ``survey``: what looking at thousands of sessions costs, beside the bare listings by curl."""

import os
import sys
import tempfile
from pathlib import Path

from tests.bench.measuring import CommandFailed, measure
from tests.bench.report import Row
from tests.bench.tools import Errand
from xnat_ferry.practice.process import PracticeServer

SESSIONS = 5000
WORDS = "a survey: check over a large project"

_CHECK = {
    "check": [],
    "check, no headers": ["--headers", "none"],
    "check --quick": ["--quick"],
}
_LISTINGS = (
    "/data/projects/BIG/experiments?format=json",
    "/data/projects/BIG/subjects?format=json",
    "/data/projects/D_ferry/experiments?format=json",
    "/data/prearchive/projects/D_ferry?format=json",
)


def measure_survey(sessions: int) -> list[Row]:
    """Each way to look, on one server."""
    world = '[[users]]\nlogin = "ada"\nprojects = { BIG = "owner", D_ferry = "owner" }\n'
    world += '[[projects]]\nid = "BIG"\n[[projects]]\nid = "D_ferry"\n'
    world += f'[[many]]\nproject = "BIG"\nsessions = {sessions}\nscans = 2\nfiles = 2\n'
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "world.toml"
        path.write_text(world)
        with PracticeServer(str(path)) as server:
            errand = Errand(server, "ferry", (), Path(folder))
            rows = [_row(errand, "curl, the bare listings", _curl(errand))]
            for name, options in _CHECK.items():
                check = [sys.executable, "-m", "xnat_ferry", "check", "BIG", "D_ferry", "--json", *options]
                rows.append(_row(errand, name, check))
    return rows


def _curl(errand: Errand) -> list[str]:
    addresses = [errand.server.url + path for path in _LISTINGS]
    login = ["-u", f"{errand.server.user}:{errand.server.password}"]
    outputs = [word for address in addresses for word in ("-o", os.devnull, address)]
    return ["curl", "-sS", "-f", "--noproxy", "*", *login, *outputs]


def _row(errand: Errand, name: str, command: list[str]) -> Row:
    errand.server.clear_log()
    try:
        # a check that has something to say ends with 1: what it costs is the same
        taken = measure([command], errand.place, errand.environment, accept=(0, 1))
    except CommandFailed as error:
        return Row(name, problem=f"failed: {str(error).strip().splitlines()[-1][:80]}")
    log = errand.server.log()
    return Row(
        name,
        requests=len(log),
        down=sum(one["bytes_out"] for one in log),
        up=sum(one["bytes_in"] for one in log),
        seconds=taken.seconds,
        cpu=taken.cpu,
        peak=taken.peak,
        disk=taken.disk,
    )
