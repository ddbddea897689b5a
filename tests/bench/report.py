"""Results as they are kept and shown: ``results.json``, the tables beside it, the short one of the README."""

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
_RESULTS, _TABLES, _README = HERE / "results.json", HERE / "README.md", HERE.parents[1] / "README.md"
_BESIDE = re.compile(r"<!-- verification -->\n.*?<!-- end of verification -->\n", re.DOTALL)
_SCREEN = re.compile(r"\n<!-- screen -->\n.*?<!-- end of screen -->\n", re.DOTALL)
_SHORT = re.compile(r"(<!-- bench -->\n).*?(<!-- end of bench -->)", re.DOTALL)
_BYTES_ENOUGH = 100_000_000
_NAMES = {
    "ferry": "xnat-ferry",
    "copy-project": "xnat script copy-project",
    "by-hand": "xnatpy, by hand",
    "curl": "curl, nothing checked",
}


@dataclass(frozen=True)
class Row:
    """One tool on one leg; ``problem`` says why it has no figures."""

    tool: str
    requests: int = 0
    down: int = 0
    up: int = 0
    """Bytes of bodies that the server sent and took."""
    seconds: float = 0.0
    cpu: float = 0.0
    peak: int = 0
    disk: int = 0
    problem: str = ""

    def __add__(self, other: "Row") -> "Row":
        """Both, one after the other."""
        return Row(
            self.tool,
            self.requests + other.requests,
            self.down + other.down,
            self.up + other.up,
            self.seconds + other.seconds,
            self.cpu + other.cpu,
            max(self.peak, other.peak),
            max(self.disk, other.disk),
        )


@dataclass(frozen=True)
class Result:
    """One leg in one run."""

    leg: str
    words: str
    size: str
    date: str
    machine: str
    rows: list[Row]


def table(result: Result) -> str:
    """Markdown."""
    lines = [
        f"## {result.leg}: {result.words}",
        "",
        f"{result.size}. {result.date}, {result.machine}.",
        "",
        "| tool | requests | MB down | MB up | seconds | CPU s | peak MB | disk MB |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    return "\n".join([*lines, *map(_line, result.rows), "", *_cpu_per_gb(result)])


def _cpu_per_gb(result: Result) -> list[str]:
    """CPU beside curl's, where there are bytes enough for it to say something."""
    figures = {
        row.tool: row.cpu / row.up * 1e9
        for row in result.rows
        if row.tool in _NAMES and row.up >= _BYTES_ENOUGH and not row.problem
    }
    floor = figures.get("curl")
    if not floor:
        return []
    told = [f"{_NAMES[tool]} {each:.1f} s ({each / floor:.1f}x)" for tool, each in figures.items()]
    return [f"CPU for each GB copied, and beside curl's: {', '.join(told)}.", ""]


def _line(row: Row) -> str:
    name = _NAMES.get(row.tool, row.tool)
    if row.problem:
        return f"| {name} | {row.problem} | | | | | | |"
    figures = (
        f"{row.requests:,}",
        f"{row.down / 1e6:,.1f}",
        f"{row.up / 1e6:,.1f}",
        f"{row.seconds:,.2f}",
        f"{row.cpu:,.2f}",
        f"{row.peak / 1e6:,.0f}",
        f"{row.disk / 1e6:,.0f}",
    )
    return f"| {name} | {' | '.join(figures)} |"


def keep(result: Result) -> None:
    """Put a leg's newest result in the place of its last, and write the tables anew."""
    kept = json.loads(_RESULTS.read_text("utf-8")) if _RESULTS.exists() else {}
    kept[result.leg] = asdict(result)
    _RESULTS.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
    results = [Result(**(one | {"rows": [Row(**row) for row in one["rows"]]})) for one in kept.values()]
    before = _TABLES.read_text("utf-8") if _TABLES.exists() else ""
    beside, screen = _BESIDE.search(before), _SCREEN.search(before)
    verification = _VERIFICATION + beside[0] if beside else ""
    _TABLES.write_text(
        _HEAD + "\n".join(map(table, results)) + verification + (screen[0] if screen else ""), "utf-8"
    )
    readme = _README.read_text("utf-8")
    _README.write_text(_SHORT.sub(lambda found: found[1] + _short(results) + found[2], readme), "utf-8")


def put(name: str, text: str) -> None:
    """Write a part of the page anew: what stands between ``<!-- name -->`` and ``<!-- end of name -->``."""
    between = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end of {name} -->)", re.DOTALL)
    before = _TABLES.read_text("utf-8")
    after, found = between.subn(lambda part: part[1] + text + part[2], before)
    if not found:
        raise ValueError(f"{_TABLES.name} has no part {name!r}")
    _TABLES.write_text(after, "utf-8")


def _short(results: list[Result]) -> str:
    """Seconds of each leg, a column a tool."""
    lines = [f"| seconds | {' | '.join(_NAMES.values())} |", f"|---|{'---:|' * len(_NAMES)}"]
    for result in results:
        rows = {row.tool: row for row in result.rows}
        if rows.keys() & _NAMES.keys():
            cells = [_seconds(rows.get(tool)) for tool in _NAMES]
            lines.append(f"| {result.words} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _seconds(row: Row | None) -> str:
    return f"{row.seconds:,.1f}" if row and not row.problem else "-"


_HEAD = """\
# What a transfer costs, beside others

Written by `make bench`. Each leg is one practice server with one source and, for each tool, an empty project:
the tools copy into its archive in turn. A copy is compared with the source by `/practice/state`: every
SOPInstanceUID and every pixel digest, under the right subject and study. One that is not exact has no time.

- *xnat-ferry* is `plan` and `run`: survey, checks, transfer, verification before and after archiving, record.
  What each of the two takes of it stands below.
- *xnat script copy-project* is what xnatpy brings along, *xnatpy, by hand* the loop in `by_hand.py`.
- *curl* fetches each session as one zip and posts it again. It checks nothing: it is the floor.
- CPU is that of the tool, not of the server; the peak that of its largest process; disk what its data in
  flight took at most. Bytes are those of bodies. One machine is both ends, so a tool that uses both at once
  gains less here than between two servers.

## Where the CPU goes

For each GB of a large session, on two cores (AMD EPYC) that others used too, where curl took 2.2 s (1.5 down,
0.7 up):

| part | CPU s | what it is |
|---|---:|---|
| download | 1.0-1.4 | from the socket into the spool, by the standard library's client under httpx |
| check | 3.7-3.9 | MD5 of each file and of its pixels, 1.64 each; reading back 0.1; headers and the rest |
| upload | 0.4-0.5 | from the spool into the socket |

That is under three times curl's. Where sockets cost less and digests do not, it is more: on the Intel Xeon of
the tables below curl takes 1.2 s, the two digests alone 2.8 s.

More than half of it are the two digests. Both are wanted: the file's is what XNAT's catalogs hold, and the
pixels' is what proves an image whose header a script has rewritten. They cover the same bytes with different
beginnings, so one cannot be had from the other. The processor's own SHA-256 would take 0.70 s in place of the
second 1.64; where there is none it takes longer than MD5, and manifests that are kept already hold MD5.

A file whose digest the source lists is read where it lies in the zip of the spool, once, and its CRC is not
taken: the digest proves more of the same bytes. The CRCs in front of it and in the directory must be the same
all the same. Where the source keeps no digests the CRC is taken, for 0.6 s more. A body comes from the socket
in pieces that grow to 512 KB while it comes fast, since each costs the same. In chunks of 8 KB, as Tomcat
sends them, a GB takes 0.6 s more.

Beside the bytes, `plan` takes about 0.4 s and `run` with its worker 0.5 s, the most of it for imports: of the
program itself, httpx, cyclopts, and pydicom where headers are read.

## Requests

A run takes 17: the look whether the plan still fits, two logins, the settings, and in the end whether
anything waits beside what was proven. A session takes 13 with its way into the archive, and 14
since these tables were measured: the source is asked once more what it calls it. A unit of scans takes two,
and a scan two more: its list in the prearchive and its catalog in the archive, since XNAT lists one scan at a
time. That is more than the 15 a run, 8 a session and 2 a scan that were aimed at; what exceeds is the look
before the run, and the proof before archiving beside the one after it. Where nothing is to be done a run
takes 6 in all, and its plan 3 a session and one a scan for the headers; with `--headers session` that is 4 a
session.

"""

_VERIFICATION = """
## Full verification of one session

Written by `python tests/bench/verify.py --keep`. CPU is the client's; the machine is shared, so seconds say
less.

"""
