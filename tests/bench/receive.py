"""Measures how fast the practice server takes an upload, beside a receiver that only writes it down.

python tests/bench/receive.py [SCANS] [FILES] [KILOBYTES]

The zip holds SCANS scans of FILES stored objects each; the plain receiver is a socket whose bytes go into a
file. One upload, then two side by side. It prints numbers and never asserts: machines differ.
"""

import socket
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
for package in (ROOT, ROOT / "core", ROOT / "tui"):
    sys.path.insert(0, str(package))

from tests.contract.wire.sending import image  # noqa: E402  found on the path made above
from xnat_ferry.practice.process import PracticeServer  # noqa: E402

WORLD = '[[users]]\nlogin = "ada"\nprojects = { DST = "owner" }\n[[projects]]\nid = "DST"\n'


def make_zip(path: Path, study: str, scans: int, files: int, kilobytes: int) -> None:
    """A session as a client sends it."""
    pixels = bytes(range(256)) * (kilobytes * 4)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for scan in range(1, scans + 1):
            for number in range(1, files + 1):
                content = image(study, number, scan, PixelData=pixels, Rows=kilobytes, Columns=1024)
                archive.writestr(f"{scan}/{number:05d}.dcm", content)


@contextmanager
def plain_receiver(place: Path) -> Iterator[str]:
    """Answers every request with 200 once its body lies in a file."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    caller, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=take, args=(caller, place), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        server.close()


def take(caller: socket.socket, place: Path) -> None:
    """One request."""
    with caller, tempfile.NamedTemporaryFile(dir=place) as file:
        head = b""
        while b"\r\n\r\n" not in head:
            head += caller.recv(65536)
        head, _, rest = head.partition(b"\r\n\r\n")
        (length,) = (
            int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
        )
        file.write(rest)
        left = length - len(rest)
        while left > 0 and (piece := caller.recv(min(left, 1 << 20))):
            file.write(piece)
            left -= len(piece)
        caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


def send(url: str, *paths: Path) -> float:
    """Seconds for these files, sent side by side by curl."""
    began = time.monotonic()
    running = [
        subprocess.Popen(
            [
                *("curl", "-sS", "-f", "-o", "/dev/null", "-u", "ada:practice", "-H", "Expect:"),
                *("-H", "Content-Type: application/zip", "-X", "POST", "-T", str(path), url),
            ]
        )
        for path in paths
    ]
    for one in running:
        if one.wait():
            sys.exit("curl failed")
    return time.monotonic() - began


def tell(what: str, seconds: float, *paths: Path) -> None:
    megabytes = sum(path.stat().st_size for path in paths) / 1e6
    print(f"{what:<34} {megabytes:8.1f} MB  {seconds:6.2f} s  {megabytes / seconds:8.1f} MB/s")


def main() -> None:
    """Run it once and print what it took."""
    scans, files, kilobytes = (int(text) for text in [*sys.argv[1:], "12", "300", "500"][:3])
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        one, two = place / "one.zip", place / "two.zip"
        make_zip(one, "1.2.840.7.1", scans, files, kilobytes)
        make_zip(two, "1.2.840.7.2", scans, files, kilobytes)
        with plain_receiver(place) as url:
            tell("plain receiver", send(url, one), one)
            tell("plain receiver, two side by side", send(url, one, two), one, two)
        (place / "world.toml").write_text(WORLD)
        with PracticeServer(str(place / "world.toml")) as server:
            query = "import-handler=DICOM-zip&inbody=true&dest=/prearchive/projects/DST&subject=S&session"
            url = f"{server.url}/data/services/import?{query}"
            tell("practice server, no script", send(f"{url}=A&prevent_anon=true", one), one)
            tell("practice server, stock script", send(f"{url}=B", one), one)
            tell("practice server, two side by side", send(f"{url}=C", one, two), one, two)


if __name__ == "__main__":
    main()
