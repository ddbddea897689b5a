"""Measures full verification of one session beside its download alone: seconds, CPU and peak memory.

python tests/bench/verify.py [MEGABYTES]
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
for package in (ROOT / "core", ROOT / "tui", ROOT):
    sys.path.insert(0, str(package))

from msgspec.structs import replace  # noqa: E402

from tests.bench.carry import world  # noqa: E402  found on the path made above
from xnat_ferry.model import Level  # noqa: E402
from xnat_ferry.practice.process import PracticeServer  # noqa: E402
from xnat_ferry.project import ProjectSettings, Script  # noqa: E402
from xnat_ferry.settings.credentials import Credentials  # noqa: E402

PLAIN = ProjectSettings(site_script=Script(enabled=False), project_script=Script(enabled=False))


def download(url: str, scratch: Path) -> int:
    """Every scan's zip, thrown away; bytes."""
    from xnat_ferry.xnat.client import XnatClient
    from xnat_ferry.xnat.listings import find_session
    from xnat_ferry.xnat.scan_zips import open_scans

    count = 0
    with XnatClient(url, Credentials("ada", "practice")) as client:
        found = find_session(client, "SRC", "S1")
        assert found is not None
        for scan in found.scans:
            with open_scans(client, found.id, [scan.id], ["DICOM"]) as pieces:
                count += sum(map(len, pieces))
    return count


def verify(url: str, scratch: Path) -> int:
    """Full verification against the catalogs' identities and digests, every file fetched; bytes."""
    from xnat_ferry.verify.looking import Target, look
    from xnat_ferry.verify.source import Source
    from xnat_ferry.xnat.client import XnatClient
    from xnat_ferry.xnat.listings import find_session

    heard: list[int] = []
    with XnatClient(url, Credentials("ada", "practice")) as client:
        found = find_session(client, "SRC", "S1")
        assert found is not None
        # the digest of each whole file decides, so that its pixels need no fetch at the source
        sent = [replace(one, pixel_md5="") for one in Source(client, found.id, scratch).listed()]
        target = Target(project="SRC", label="S1", settings=PLAIN)
        result = look(
            client,
            target,
            sent,
            session="S1",
            level=Level.FULL,
            source=None,
            scratch=scratch,
            tell=heard.append,
        )
    assert result.verdict == "proven", result.counts
    return sum(heard)


TASKS: dict[str, Callable[[str, Path], int]] = {"download": download, "verify": verify}


def main() -> None:
    """Both tasks in processes of their own, one after the other."""
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 1800
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "world.toml"
        path.write_text(world(megabytes, 1))
        with PracticeServer(world=str(path)) as server:
            for task in (*TASKS, *TASKS):  # once to warm the server, once to measure
                command = [sys.executable, __file__, "--task", task, server.url, folder]
                print(subprocess.run(command, capture_output=True, text=True, check=True).stdout, end="")


def work(task: str, url: str, folder: str) -> None:
    """One task, measured."""
    began, used = time.monotonic(), time.process_time()
    count = TASKS[task](url, Path(folder))
    seconds, cpu = time.monotonic() - began, time.process_time() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{task:8}  {count / 1e6:7.0f} MB  {seconds:6.1f} s  CPU {cpu:6.1f} s  "
        f"({cpu / count * 1e9:5.2f} s a GB)  peak {peak:5.0f} MB  load {os.getloadavg()[0]:.1f}"
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--task"]:
        work(*sys.argv[2:])
    else:
        main()
