"""One command of one tool, measured on both ends: by the system here and by the server's log there."""

import re
from collections.abc import Sequence

from tests.bench.measuring import CommandFailed, measure
from tests.bench.report import Row
from tests.bench.tools import Errand


def run_command(errand: Errand, name: str, command: Sequence[str]) -> Row:
    """A row of this name; one with a problem where the command failed."""
    errand.server.clear_log()
    try:
        # a check or a plan that has something to say ends with 1: what it costs is the same
        taken = measure(command, errand.place, errand.environment, accept=(0, 1))
    except CommandFailed as error:
        words = re.sub(r"\s+", " ", str(error).replace(errand.server.url, "")).strip()
        return Row(name, problem=f"failed: {words[-100:]}")
    log = errand.server.log()
    return Row(
        name,
        requests=len(log),
        down=sum(one["bytes_out"] for one in log),
        up=sum(one["bytes_in"] for one in log),
        seconds=taken.seconds,
        cpu=taken.cpu,
        peak=taken.peak,
        disk=taken.disk,
    )
