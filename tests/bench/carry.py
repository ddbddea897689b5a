"""Measures one transfer against a practice server: requests, bytes, seconds, CPU and peak memory.

python tests/bench/carry.py [MEGABYTES] [SESSIONS]
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
for package in (ROOT / "core", ROOT / "tui"):
    sys.path.insert(0, str(package))

from xnat_ferry.practice.process import PracticeServer  # noqa: E402  found on the path made above

SLICE = 512 * 512 * 2


def world(megabytes: int, sessions: int) -> str:
    """Sessions of two scans each, all slices 512 by 512."""
    slices = max(megabytes * 1_000_000 // SLICE // sessions // 2, 1)
    text = '[[users]]\nlogin = "ada"\nprojects = { SRC = "owner", DST = "member" }\n'
    text += '[[projects]]\nid = "SRC"\n[[projects]]\nid = "DST"\n'
    for number in range(1, sessions + 1):
        scans = ", ".join(
            f'{{ id = "{scan}", type = "t{scan}", files = {slices}, rows = 512, columns = 512 }}'
            for scan in (1, 2)
        )
        text += (
            f'[[sessions]]\nproject = "SRC"\nsubject = "{number}"\nlabel = "S{number}"\nscans = [{scans}]\n'
        )
    return text


def main() -> None:
    """Run it once and print what it took."""
    megabytes, sessions = (int(text) for text in [*sys.argv[1:], "200", "2"][:2])
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "world.toml"
        path.write_text(world(megabytes, sessions))
        with PracticeServer(str(path)) as server:
            environment = {
                **os.environ,
                "PYTHONPATH": f"{ROOT / 'core'}:{ROOT / 'tui'}",
                "XNAT_HOST": server.url,
                "XNAT_USER": server.user,
                "XNAT_PASS": server.password,
                "XNAT_FERRY_TRANSFERS": str(Path(place) / "transfers"),
                "XNAT_FERRY_SPOOL": str(Path(place) / "spool"),
            }
            plan = str(Path(place) / "plan.toml")
            for arguments in (["plan", "SRC", "DST", "-o", plan, "--to", "archive"], ["run", plan]):
                server.clear_log()
                before = resource.getrusage(resource.RUSAGE_CHILDREN)
                began = time.monotonic()
                command = [sys.executable, "-m", "xnat_ferry", *arguments]
                subprocess.run(command, env=environment, check=True, capture_output=True)
                seconds = time.monotonic() - began
                after = resource.getrusage(resource.RUSAGE_CHILDREN)
                cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
                log = server.log()
                down, up = (sum(one[name] for one in log) / 1e6 for name in ("bytes_out", "bytes_in"))
                print(
                    f"{arguments[0]:<5} {len(log):4} requests  {down:8.1f} MB down  {up:8.1f} MB up  "
                    f"{seconds:6.2f} s  {cpu:6.2f} s CPU  {after.ru_maxrss / 1024:6.1f} MiB peak"
                )


if __name__ == "__main__":
    main()
