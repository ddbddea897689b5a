"""Measures how fast and in how little memory the practice server sends a session as one zip.

python tests/bench/serve.py [SCANS] [FILES] [KILOBYTES] [ROUNDS]

Beside it stands python -m http.server with one file of the same size, on the same machine. The files are
drawn when the server starts; that time is not counted.
"""

import math
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "core"))

from xnat_ferry.practice.process import PracticeServer  # noqa: E402  found on the path made above

DEFAULTS = ["12", "300", "500", "2"]
ZIP = "/data/projects/SRC/subjects/1/experiments/S1/scans/ALL/files?format=zip"


def world(scans: int, files: int, kilobytes: int) -> str:
    """One session with square slices of about this size."""
    side = math.isqrt(kilobytes * 1000 // 2)
    drawn = ", ".join(
        f'{{ id = "{scan}", type = "t{scan}", files = {files}, rows = {side}, columns = {side} }}'
        for scan in range(1, scans + 1)
    )
    text = '[[users]]\nlogin = "ada"\nprojects = { SRC = "owner" }\n[[projects]]\nid = "SRC"\n'
    return text + f'[[sessions]]\nproject = "SRC"\nsubject = "1"\nlabel = "S1"\nscans = [{drawn}]\n'


def fetch(url: str, *more: str) -> tuple[int, float]:
    """Bytes and seconds, by curl."""
    command = ["curl", "-s", "--noproxy", "*", "-o", "/dev/null", "-w", "%{size_download} %{time_total}"]
    done = subprocess.run([*command, *more, url], capture_output=True, text=True, check=True)
    size, seconds = done.stdout.split()
    return int(size), float(seconds)


def megabytes_of(name: str) -> int:
    """A figure of /proc/PID/status of the only child; 0 where there is no such thing."""
    try:
        child = Path(f"/proc/self/task/{os.getpid()}/children").read_text("utf-8").split()[0]
        found = re.search(rf"{name}:\s+(\d+) kB", Path(f"/proc/{child}/status").read_text("utf-8"))
    except (OSError, IndexError):
        return 0
    return int(found[1]) // 1000 if found else 0


def tell(name: str, size: int, seconds: float, rest: str = "") -> None:
    print(
        f"{name:34} {size / 1e6:8.0f} MB  {seconds:6.2f} s  {size / 1e6 / seconds:7.0f} MB/s  {rest}",
        flush=True,
    )


def beside(size: int, rounds: int, place: Path) -> None:
    """The same amount as one file from the standard library's server."""
    with (place / "one").open("wb") as file:
        for _ in range(size // 1_000_000):
            file.write(bytes(1_000_000))
    command = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "-d", str(place)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            assert server.stdout is not None
            port = server.stdout.readline().split("port ")[1].split()[0]
            for _ in range(rounds):
                tell("http.server, one file", *fetch(f"http://127.0.0.1:{port}/one"))
        finally:
            server.terminate()


def main() -> None:
    """Run all of it and print what it took."""
    given = sys.argv[1:]
    scans, files, kilobytes, rounds = (int(text) for text in [*given, *DEFAULTS[len(given) :]])
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        (place / "world.toml").write_text(world(scans, files, kilobytes))
        began = time.monotonic()
        size = 0
        with PracticeServer(str(place / "world.toml")) as server:
            print(f"drawn in {time.monotonic() - began:.1f} s", flush=True)
            for _ in range(rounds):
                before = megabytes_of("VmRSS")
                size, seconds = fetch(server.url + ZIP, "-u", f"{server.user}:{server.password}")
                grown = megabytes_of("VmHWM") - before
                tell("practice server, zip", size, seconds, f"memory {before} MB, at most {grown} MB more")
        beside(size, rounds, place)


if __name__ == "__main__":
    main()
