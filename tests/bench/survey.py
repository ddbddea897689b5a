"""The leg ``survey``: what looking at thousands of sessions costs, beside the bare listings by curl."""

import os
import sys
import tempfile
from pathlib import Path

from tests.bench.errands import run_command
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
            rows = [run_command(errand, "curl, the bare listings", _curl(errand))]
            for name, options in _CHECK.items():
                check = [sys.executable, "-m", "xnat_ferry", "check", "BIG", "D_ferry", "--json", *options]
                rows.append(run_command(errand, name, check))
    return rows


def _curl(errand: Errand) -> list[str]:
    addresses = [errand.server.url + path for path in _LISTINGS]
    login = ["-u", f"{errand.server.user}:{errand.server.password}"]
    outputs = [word for address in addresses for word in ("-o", os.devnull, address)]
    return ["curl", "-sS", "-f", "--noproxy", "*", *login, *outputs]
