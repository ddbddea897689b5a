"""What each road costs and proves, measured one after another on one practice server, as a table.

``python -m tests.bench.roads [--keep]``: one small session by every road; ``--keep`` writes the table into
``docs/roads.md``. Requests and bytes are the server's own log, both ways of the plan and the run together.
"""

import argparse
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import reduce
from operator import add
from pathlib import Path

from tests.bench.errands import run_command
from tests.bench.legs import LEGS, SOURCE, world_of
from tests.bench.report import Row
from tests.bench.tools import ROOT, Errand
from tests.core.harbour import Harbour
from xnat_ferry.practice.process import PracticeServer

PAGE = ROOT / "docs" / "roads.md"
LEG = replace(LEGS["small"], sessions=8)
_KEPT = re.compile(r"(<!-- roads -->\n).*?(<!-- end of roads -->)", re.DOTALL)
_TO = "D_ferry"
_RESOURCE = 'resources = [{ label = "BIDS", files = { "a.json" = "{}", "b c.json" = "{}" } }]\n'


@dataclass(frozen=True)
class Road:
    """One road over which the same session goes, and what is known of it afterwards."""

    name: str
    commands: tuple[tuple[str, ...], ...]
    """Each after the program's name; ``@`` stands for the folder of this run."""
    proven: str
    open: str


def _planned(number: int, *more: str) -> tuple[tuple[str, ...], ...]:
    plan = ("plan", SOURCE, _TO, *_of(number), "--to", "archive", "-o", f"@/{number}.toml")
    return (*plan, *more), ("run", f"@/{number}.toml")


def _of(number: int) -> tuple[str, str]:
    """One session of the source, which no other road takes."""
    return "--sessions", LEG.labels[number][1]


_SAME = "each file's identity; its digest where no script ran, its pixels at level full"
_CATALOGS = "owner, label, subject, and each file by the catalogs before and after"
ROADS = (
    Road("copy", _planned(0), _SAME, "headers beyond one file a scan, unless --every-header asks"),
    Road(
        "copy, level full",
        _planned(1, "--verify", "full"),
        "the same, and every file fetched back: its pixels",
        "the same",
    ),
    Road(
        "copy with resources",
        _planned(2, "--with", "resources"),
        "and each resource file by size and digest",
        "a file without a digest is not known to be the same",
    ),
    Road(
        "download",
        (("download", SOURCE, "@/backup", *_of(3), "--yes"),),
        "each file read again where it lies, its pixels too",
        "resources stay",
    ),
    Road(
        "upload",
        (("upload", "@/backup", _TO, "--to", "archive", "--yes"),),
        "as by copy; headers beside the files of this machine at level sample",
        "the same",
    ),
    Road(
        "resources",
        (("resources", SOURCE, _TO, *_of(0), "--yes"),),
        "each file by size and digest, each value by reading it back",
        "assessors' IDs, links and history do not survive",
    ),
    Road(
        "share",
        (("share", SOURCE, _TO, *_of(4), "--yes"),),
        _CATALOGS,
        "pixels: nobody saw them on the way",
    ),
    Road(
        "relocate",
        (("relocate", SOURCE, _TO, *_of(5), "--yes"),),
        _CATALOGS,
        "the same; a site that runs scripts again changes headers",
    ),
    Road(
        "receiver",
        _planned(6, "--road", "receiver", "--receiver", "RECEIVER", "--aet", "XNAT"),
        "every file fetched back from the prearchive: identity, pixels, one header a scan; then as by copy",
        "how the site routes, until the first session shows it",
    ),
)
"""Upload sends back what download fetched, and resources follow what was copied; the receiver's library is
loaded into the measuring process last, since a child's peak begins with what that one has."""


def main() -> int:
    """Print the table, and put it into the page where that is wished; 1 where a road failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.roads", description=__doc__)
    parser.add_argument("--keep", action="store_true")
    keep = parser.parse_args().keep
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        rows = list(_measured(Path(folder)))
    text = table(rows)
    print(text)
    if keep:
        before = PAGE.read_text("utf-8")
        PAGE.write_text(_KEPT.sub(lambda found: found[1] + text + "\n" + found[2], before), "utf-8")
    return 1 if any(row.problem for _, row in rows) else 0


def table(rows: Sequence[tuple[Road, Row]]) -> str:
    """A line a road; what failed says so in place of figures."""
    lines = [
        "| road | requests | MB down | MB up | seconds | CPU, s | peak, MB | proven | not proven |",
        "|---|---:|---:|---:|---:|---:|---:|---|---|",
    ]
    for road, row in rows:
        cells = [row.problem, "", "", "", "", ""] if row.problem else _figures(row)
        lines.append(f"| {' | '.join([road.name, *cells, road.proven, road.open])} |")
    return "\n".join(lines)


def _figures(row: Row) -> list[str]:
    megabytes = [f"{number / 1e6:.1f}" for number in (row.down, row.up)]
    return [f"{row.requests:,}", *megabytes, f"{row.seconds:.1f}", f"{row.cpu:.1f}", f"{row.peak / 1e6:.0f}"]


def _measured(base: Path) -> Iterator[tuple[Road, Row]]:
    world, place = base / "world.toml", base / "flight"
    admin = world_of(LEG).replace('login = "ada"', 'login = "ada"\npassword = "pract1ce-pw"\nadmin = true')
    world.write_text(admin.replace("\nscans = ", f"\n{_RESOURCE}scans = "))
    place.mkdir()
    with PracticeServer(world=str(world), data=base / "data") as server:
        errand = Errand(server, "ferry", LEG.labels, place)
        for road in ROADS:
            with _receiving(server, base) if road.name == "receiver" else nullcontext("") as address:
                rows = [
                    run_command(errand, road.name, _spelled(one, place, address)) for one in road.commands
                ]
            yield road, reduce(add, rows)
        _refuse_unless_there(server, place)


def _refuse_unless_there(server: PracticeServer, place: Path) -> None:
    """Ends the program where a road left its session behind, which would be cheap."""
    sessions = [one for project in server.state()["projects"] for one in project["sessions"]]
    there = {
        one["label"]
        for one in sessions
        if _TO in (one["project"], *(share["project"] for share in one["shares"]))
    }
    wanted = {label for _, label in LEG.labels[:7]}
    if there != wanted or not list((place / "backup").rglob("*.dcm")):
        sys.exit(f"not every session arrived: {', '.join(sorted(wanted ^ there))}")


def _spelled(words: Sequence[str], place: Path, address: str) -> list[str]:
    spelled = (address if one == "RECEIVER" else one.replace("@", str(place)) for one in words)
    return [sys.executable, "-m", "xnat_ferry", *spelled]


@contextmanager
def _receiving(server: PracticeServer, base: Path) -> Iterator[str]:
    """A receiver that feeds the server, and its address."""
    from tests.core.scp import feeding, receiver, route_by_description

    port = Harbour(server, base)
    route_by_description(port)
    with receiver(feeding(port)) as (there, _):
        yield f"{there.host}:{there.port}"


if __name__ == "__main__":
    sys.exit(main())
