"""Measures full verification of one session beside its download alone: seconds, CPU and peak memory.

python tests/bench/verify.py [MEGABYTES] [--keep]

``--keep`` puts the figures into the README beside this.
"""

import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
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

OFF = Script(enabled=False)
PLAIN = ProjectSettings(site_script=OFF, project_script=OFF)
SCRIPTED = ProjectSettings(site_script=Script(enabled=True, text='(0010,0010) := "x"\n'), project_script=OFF)
README = Path(__file__).with_name("README.md")
_KEPT = re.compile(r"(<!-- verification -->\n).*?(<!-- end of verification -->)", re.DOTALL)
_NAMES = {
    "download": "download alone",
    "full": "`--level full`",
    "headers": "`--level full --every-header`",
}


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


def full(url: str, scratch: Path) -> int:
    """Every file fetched; its digest decides, as where no script runs."""
    return _verify(url, scratch, PLAIN, every_header=False)


def headers(url: str, scratch: Path) -> int:
    """Every file fetched from both sides and all headers compared, as where a script rewrites them."""
    return _verify(url, scratch, SCRIPTED, every_header=True)


def _verify(url: str, scratch: Path, settings: ProjectSettings, *, every_header: bool) -> int:
    """Full verification of a session against its own catalogs; bytes, those from the source left out."""
    from xnat_ferry.verify.inspecting import Target, inspect_session
    from xnat_ferry.verify.scrutiny import Scrutiny
    from xnat_ferry.verify.source import Source
    from xnat_ferry.xnat.client import XnatClient
    from xnat_ferry.xnat.listings import find_session

    with XnatClient(url, Credentials("ada", "practice")) as client:
        found = find_session(client, "SRC", "S1")
        assert found is not None
        source = Source(client, found.id, scratch)
        # the pixels that passed in transit stand in a manifest: nothing is fetched for them here
        sent = [replace(one, pixel_md5="") for one in source.listed()]
        result = inspect_session(
            client,
            Target(project="SRC", label="S1", settings=settings),
            sent,
            session="S1",
            scrutiny=Scrutiny(level=Level.FULL, scratch=scratch, every_header=every_header),
            source=source if every_header else None,
        )
    assert result.verdict == "proven", result.counts
    return sum(one.size for one in sent)


TASKS: dict[str, Callable[[str, Path], int]] = {"download": download, "full": full, "headers": headers}


def main() -> None:
    """All tasks in processes of their own, one after the other."""
    megabytes = next((int(word) for word in sys.argv[1:] if word.isdigit()), 1800)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "world.toml"
        path.write_text(world(megabytes, 1))
        with PracticeServer(world=str(path)) as server:
            _measured("download", server.url, folder)  # warms the server
            rows = [_measured(task, server.url, folder) for task in TASKS]
    text = "\n".join(_table(rows)) + "\n"
    print(text, end="")
    if "--keep" in sys.argv:
        kept = README.read_text("utf-8")
        README.write_text(_KEPT.sub(lambda found: found[1] + text + found[2], kept), "utf-8")


def _measured(task: str, url: str, folder: str) -> dict[str, float | str]:
    command = [sys.executable, __file__, "--task", task, url, folder]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    row: dict[str, float | str] = json.loads(done.stdout)
    return row


def _table(rows: list[dict[str, float | str]]) -> Iterator[str]:
    yield "| one session | MB compared | s | CPU s | CPU s a GB | peak MB | load |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for row in rows:
        name = _NAMES[str(row.pop("task"))]
        yield f"| {name} | " + " | ".join(f"{value:,}" for value in row.values()) + " |"


def work(task: str, url: str, folder: str) -> None:
    """One task, measured."""
    began, used = time.monotonic(), time.process_time()
    count = TASKS[task](url, Path(folder))
    seconds, cpu = time.monotonic() - began, time.process_time() - used
    row = {
        "task": task,
        "megabytes": round(count / 1e6),
        "seconds": round(seconds, 1),
        "cpu": round(cpu, 1),
        "cpu_a_gb": round(cpu / count * 1e9, 2),
        "peak": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "load": round(os.getloadavg()[0], 1),
    }
    print(json.dumps(row))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--task"]:
        work(*sys.argv[2:])
    else:
        main()
