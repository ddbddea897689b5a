"""Measures transfers beside other tools: ``python -m tests.bench [--leg NAME] [--megabytes N] [--keep]``.

One leg can be run alone and smaller, for instance ``--leg large --megabytes 200``. With ``--keep`` results of
full size are written into the tables, each leg as soon as it is done. A leg or a tool that fails is told, and
the others go on; none is begun once ``--minutes`` are over.
"""

import argparse
import compileall
import math
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from statistics import median_low

from tests.bench import report, survey
from tests.bench.errands import run_command
from tests.bench.legs import LEGS, SOURCE, TOOLS, Leg, destination, sized, world_of
from tests.bench.measuring import machine, measure
from tests.bench.report import Result, Row
from tests.bench.tools import ROOT, Errand, copy_script
from tests.bench.truth import Copy, clear, copy_of
from xnat_ferry.practice.process import PracticeServer


def main() -> int:
    """Run the legs asked for; 1 when a copy of ours is not exact."""
    options = _options()
    smaller = any((options.megabytes, options.sessions, options.files))
    if options.keep and smaller:
        sys.exit("Only legs of full size are kept: leave out --keep, or the sizes.")
    for package in ("core", "tui"):  # as an installer does: what is measured shall not compile itself
        compileall.compile_dir(ROOT / package, quiet=1)
    over = time.monotonic() + 60 * options.minutes
    exact = True
    for name in options.leg or [*LEGS, "survey"]:
        if time.monotonic() > over:
            print(f"{name}: not begun, {options.minutes:g} minutes are over", flush=True)
            exact = False
            continue
        try:
            result = _run(name, options)
        except Exception:
            traceback.print_exc()
            print(f"{name}: failed, the other legs go on", flush=True)
            exact = False
            continue
        print(report.table(result), flush=True)
        exact &= not any(row.problem for row in result.rows if row.tool == "ferry")
        if options.keep:
            report.keep(result)
    return 0 if exact else 1


def _run(name: str, options: argparse.Namespace) -> Result:
    """One leg, in the size that was asked for."""
    if name == "survey":
        count = options.sessions or survey.SESSIONS
        return _result(name, survey.WORDS, f"{count:,} sessions", survey.measure_survey(count))
    leg = sized(LEGS[name], megabytes=options.megabytes, sessions=options.sessions, files=options.files)
    return _result(name, leg.words, leg.size, measure_leg(leg, options.tool or TOOLS, options.rounds))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--leg", action="append", choices=[*LEGS, "survey"], help="all without it")
    parser.add_argument("--tool", action="append", choices=TOOLS, help="all without it")
    parser.add_argument("--rounds", type=int, default=1, help="of several, each tool's median is told")
    parser.add_argument("--megabytes", type=int, help="of pixels in the whole leg")
    parser.add_argument("--sessions", type=int)
    parser.add_argument("--files", type=int, help="of each session")
    parser.add_argument("--minutes", type=float, default=math.inf, help="after which no leg is begun")
    parser.add_argument("--keep", action="store_true", help="write the tables")
    return parser.parse_args()


def _result(name: str, words: str, size: str, rows: list[Row]) -> Result:
    return Result(name, words, size, datetime.now().astimezone().strftime("%Y-%m-%d"), machine(), rows)


def measure_leg(leg: Leg, tools: Sequence[str], rounds: int) -> list[Row]:
    """Each tool in turn on one server; of several rounds the median one by its seconds."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        world = Path(folder) / "world.toml"
        world.write_text(world_of(leg))
        with PracticeServer(str(world)) as server:
            wanted = copy_of(server, SOURCE)
            runs: dict[str, list[list[Row]]] = {tool: [] for tool in tools}
            for _ in range(rounds):
                for tool in tools:
                    runs[tool].append(_tried(server, leg, tool, wanted))
    return [row for several in runs.values() for row in _middle(several)]


def _tried(server: PracticeServer, leg: Leg, tool: str, wanted: Copy) -> list[Row]:
    """One tool's copy, or what went wrong with the measuring of it."""
    try:
        return run_tool(server, leg, tool, wanted)
    except Exception as error:
        traceback.print_exc()
        return [Row(tool, problem=f"not measured: {type(error).__name__}")]


def _middle(runs: list[list[Row]]) -> list[Row]:
    spoilt = [rows for rows in runs if rows[0].problem]
    middle = median_low(rows[0].seconds for rows in runs)
    return spoilt[0] if spoilt else next(rows for rows in runs if rows[0].seconds == middle)


def run_tool(server: PracticeServer, leg: Leg, tool: str, wanted: Copy) -> list[Row]:
    """One copy, compared with the source and deleted again."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        errand = Errand(server, tool, leg.labels, Path(folder))
        try:
            return _copied(errand, leg, wanted)
        finally:
            server.set_faults([])
            clear(server, errand.project, list(copy_of(server, errand.project)))


def _copied(errand: Errand, leg: Leg, wanted: Copy) -> list[Row]:
    """The whole, and its steps where there are several."""
    server, tool = errand.server, errand.tool
    if leg.there and tool == "curl":
        return [Row(tool, problem="does not know what is there")]
    _prepare(errand, leg)
    server.set_faults([{"match": "* /", "delay": leg.delay}] if leg.delay else [])
    os.sync()
    steps = [run_command(errand, f"{tool}: {name}", command) for name, command in errand.commands.items()]
    server.set_faults([])
    spoilt = [step for step in steps if step.problem]
    if spoilt:
        return [Row(tool, problem=spoilt[0].problem)]
    if copy_of(server, destination(tool)) != wanted:
        return [Row(tool, problem="not exact")]
    whole = sum(steps, Row(tool))
    return [whole, *steps] if len(steps) > 1 else [whole]


def _prepare(errand: Errand, leg: Leg) -> None:
    """What is at the destination already, brought there by curl."""
    if leg.there:
        script = copy_script(errand, leg.labels[: leg.there])
        measure(["sh", str(script)], errand.place, errand.environment)


if __name__ == "__main__":
    sys.exit(main())
