"""The benchmarks work, on the smallest of worlds, and give no time to a copy that is not exact."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.bench import report
from tests.bench.__main__ import run_tool
from tests.bench.legs import LEGS, SOURCE, Leg, sized, world_of
from tests.bench.report import Result, Row, table
from tests.bench.truth import copy_of
from xnat_ferry.practice.process import PracticeServer

pytestmark = pytest.mark.xdist_group("bench")

LEG = replace(LEGS["small"], sessions=2, scans=1, files=2, side=8)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeServer]:
    world = tmp_path_factory.mktemp("bench") / "world.toml"
    world.write_text(world_of(LEG))
    with PracticeServer(str(world)) as running:
        yield running


@pytest.mark.parametrize("tool", ["ferry", "curl"])
def test_a_tool_copies_exactly_and_is_measured(server: PracticeServer, tool: str) -> None:
    whole, *steps = run_tool(server, LEG, tool, copy_of(server, SOURCE))
    assert whole.problem == ""
    assert whole.requests >= 5
    assert whole.up > 4 * 8 * 8 * 2
    assert whole.cpu > 0
    assert whole.peak > 1_000_000
    assert sum(step.requests for step in steps) in (0, whole.requests)


def test_a_copy_that_is_not_exact_has_no_time(server: PracticeServer) -> None:
    lacking = replace(LEG, sessions=1)
    (row,) = run_tool(server, lacking, "curl", copy_of(server, SOURCE))
    assert (row.problem, row.seconds) == ("not exact", 0.0)


def test_each_copy_is_deleted_again(server: PracticeServer) -> None:
    run_tool(server, LEG, "curl", copy_of(server, SOURCE))
    assert copy_of(server, "D_curl") == {}


@pytest.mark.parametrize("leg", LEGS.values(), ids=lambda leg: leg.name)
def test_a_leg_can_be_made_smaller(leg: Leg) -> None:
    smaller = sized(leg, megabytes=None, sessions=3, files=leg.scans * 2)
    assert (smaller.sessions, smaller.total_files) == (3, 3 * leg.scans * 2)
    assert smaller.there <= smaller.sessions
    assert abs(sized(LEGS["large"], megabytes=200, sessions=None, files=None).total_bytes - 200e6) < 7e6


def test_the_table_tells_figures_or_what_went_wrong() -> None:
    rows = [
        Row("ferry", 12, 3_400_000, 5_000_000, 1.234, 0.5, 90_000_000, 0),
        Row("curl", problem="not exact"),
    ]
    text = table(Result("small", "a small session", "1 session", "2026-01-02", "2 x chip", rows))
    assert "| xnat-ferry | 12 | 3.4 | 5.0 | 1.23 | 0.50 | 90 | 0 |" in text
    assert "| curl, nothing checked | not exact | | | | | | |" in text


def test_results_are_kept_by_leg_and_shown_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("before\n<!-- bench -->\nold\n<!-- end of bench -->\nafter\n")
    for name, path in (("_RESULTS", "results.json"), ("_TABLES", "TABLES.md"), ("_README", "README.md")):
        monkeypatch.setattr(report, name, tmp_path / path)
    for seconds in (9.0, 2.0):
        rows = [
            Row("ferry", seconds=seconds),
            Row("ferry: plan", seconds=1.0),
            Row("curl", problem="not exact"),
        ]
        report.keep(Result("small", "a small session", "1 session", "2026-01-02", "2 x chip", rows))
    report.keep(Result("survey", "a survey", "9 sessions", "2026-01-02", "2 x chip", [Row("check")]))
    short = readme.read_text()
    assert "| a small session | 2.0 | - | - | - |\n<!-- end of bench -->\nafter" in short
    assert "old" not in short
    tables = (tmp_path / "TABLES.md").read_text()
    assert tables.count("## small: a small session") == 1
    assert "## survey: a survey" in tables


def test_what_stands_before_the_tables_is_what_would_be_written_there() -> None:
    """Else the next measurement takes back what was said of the last one."""
    assert report._TABLES.read_text("utf-8").startswith(report._HEAD)
