"""``python -m tests.fuzz [--times 100] [--keep]``: far more spoilt inputs than the tests try, counted.

``--keep`` puts the figures into ``docs/security.md``.
"""

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.fuzz.seeds import CORPUS

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "security.md"
TARGETS = ("tests/fuzz", "tests/security/test_texts.py")
_PATIENCE = "14400"
_KEPT = re.compile(r"(<!-- fuzz -->\n).*?(<!-- end of fuzz -->)", re.DOTALL)
_TEST = re.compile(r"^tests/\S+::(test_\w+):$")
_TRIED = re.compile(r"- (\d+) passing[^,]*, (\d+) failing[^,]*, (?:and )?(\d+) invalid")


def main() -> int:
    """Run them all; pytest's exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--times", type=int, default=100, help="as many as the tests try")
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    command = [sys.executable, "-m", "pytest", "-n", "0", "--timeout", _PATIENCE, *TARGETS]
    running = subprocess.Popen(
        [*command, "--hypothesis-show-statistics"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "XNAT_FERRY_FUZZ": str(options.times)},
    )
    assert running.stdout is not None
    said = []
    for line in running.stdout:
        print(line, end="", flush=True)
        said.append(line)
    code = running.wait()
    if options.keep and code == 0:
        keep("".join(said), options.times)
    return code


def executions(said: str) -> dict[str, int]:
    """How many inputs each test was given, by what hypothesis says of it at the end."""
    found: dict[str, int] = {}
    test = ""
    for line in said.splitlines():
        if named := _TEST.match(line.strip()):
            test = named[1]
        elif test and (counted := _TRIED.search(line)):
            found[test] = found.get(test, 0) + sum(map(int, counted.groups()))
    return found


def keep(said: str, times: int, page: Path = PAGE) -> None:
    """Put the table into the page."""
    table = "\n".join(_table(executions(said), times)) + "\n"
    page.write_text(_KEPT.sub(lambda kept: kept[1] + table + kept[2], page.read_text("utf-8")), "utf-8")


def _table(tried: dict[str, int], times: int) -> Iterator[str]:
    given = f"{sum(tried.values()):,} inputs"
    yield f"{CORPUS} seeds; the last long run, {times} times as many as the tests try, gave {given}:"
    yield ""
    yield "| what reads | inputs |"
    yield "|---|---:|"
    for test, count in sorted(tried.items()):
        yield f"| `{test}` | {count:,} |"


if __name__ == "__main__":
    sys.exit(main())
