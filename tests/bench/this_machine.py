"""Upload and download of very many files: time, CPU and memory of each step, as a table.

``python -m tests.bench.this_machine --files 35000``. The files lie flat in one folder, series of one study;
they are looked through there, in a ZIP and in a .tar.gz, sent into an archive, and fetched back. Run it
twice, with few files and with many: memory must grow by what is known of each file, and by no more.
"""

import argparse
import os
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench.measuring import Taken, measure
from tests.core.making import dicom_bytes
from xnat_ferry.practice.process import PracticeServer

ROOT = Path(__file__).resolve().parents[2]
WORLD = """
[[users]]
login = "ada"
password = "pract1ce-pw"
projects = { DST = "owner" }

[[projects]]
id = "DST"
"""
_STUDY = "1.2.826.0.1.3680043.10.1"
_SERIES_FILES = 1000
_PIXELS = 8192
_NUMBER = "7654321"
"""Stands for each file's own, as many digits long."""


def images(count: int) -> Iterator[tuple[str, bytes]]:
    """So many small images, a thousand a series; each is another one."""
    for first in range(0, count, _SERIES_FILES):
        series = f"{_STUDY}.{first // _SERIES_FILES + 1}"
        # one by one they would take longer to make than to carry
        image = dicom_bytes(f"{series}.{_NUMBER}", _STUDY, series)
        head = image[:-8] + _PIXELS.to_bytes(4, "little")  # its value of four bytes with their length
        for number in range(first, min(first + _SERIES_FILES, count)):
            pixels = number.to_bytes(4, "little") * (_PIXELS // 4)
            yield f"IM{number:06}.dcm", head.replace(_NUMBER.encode(), b"1%06d" % number) + pixels


def _made(base: Path, count: int) -> dict[str, Path]:
    folder = base / "flat"
    folder.mkdir()
    for name, image in images(count):
        (folder / name).write_bytes(image)
    with zipfile.ZipFile(base / "flat.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, path.name)
    with tarfile.open(base / "flat.tar.gz", "w:gz", compresslevel=1) as archive:
        archive.add(folder, "flat")
    return {"folder": folder, "ZIP": base / "flat.zip", ".tar.gz": base / "flat.tar.gz"}


def _steps(base: Path, places: dict[str, Path], server: str) -> Iterator[tuple[str, Taken]]:
    environment = {
        **os.environ,
        "PYTHONPATH": f"{ROOT / 'core'}:{ROOT / 'tui'}",
        "XNAT_HOST": server,
        "XNAT_USER": "ada",
        "XNAT_PASS": "pract1ce-pw",
        "XNAT_FERRY_TRANSFERS": str(base / "transfers"),
        "XNAT_FERRY_SPOOL": str(base / "work" / "spool"),
    }
    (base / "work").mkdir()

    def run(*arguments: object, accept: tuple[int, ...] = (0,)) -> Taken:
        command = [sys.executable, "-m", "xnat_ferry", *map(str, arguments)]
        return measure(command, base / "work", environment, accept)

    for name, path in places.items():
        plan = ("-o", base / "plan.toml")
        yield f"looked through: {name}", run("upload", path, "DST", *_called("L"), *plan, accept=(0, 1))
    sending = ("--on-conflict", "same-study=rename", "--to", "archive", "--yes")
    yield "sent from the folder", run("upload", places["folder"], "DST", *_called("F"), *sending)
    yield "sent from the .tar.gz", run("upload", places[".tar.gz"], "DST", *_called("T"), *sending)
    fetching = ("download", "DST", base / "backup", "--sessions", "F_MR1", "--yes")
    yield "fetched back", run(*fetching)
    yield "fetched again: all is there", run(*fetching)


def _called(subject: str) -> tuple[str, ...]:
    return ("--labels", f"template={subject}_MR1", f"subject.template={subject}")


def _megabytes(*sizes: int) -> Iterator[str]:
    return (f"{size / 1e6:.0f}" for size in sizes)


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=35_000)
    count = parser.parse_args().files
    with tempfile.TemporaryDirectory() as temporary:
        base = Path(temporary)
        world = base / "world.toml"
        world.write_text(WORLD)
        places = _made(base, count)
        print(f"| {count:,} files | seconds | CPU, s | peak, MB | spool, MB |\n|---|---:|---:|---:|---:|")
        with PracticeServer(world=str(world), clock=1.0, data=base / "data") as server:
            for name, took in _steps(base, places, server.url):
                cells = (name, f"{took.seconds:.1f}", f"{took.cpu:.1f}", *_megabytes(took.peak, took.disk))
                print(f"| {' | '.join(cells)} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
