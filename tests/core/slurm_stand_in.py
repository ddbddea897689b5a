"""Stand-ins for Slurm's commands, where no cluster is wanted."""

import shutil
from pathlib import Path

import pytest


def stand_in(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put them on the path: each says what the file of its name with ``.says`` holds, and keeps what it was
    asked in ``asked``; with a file ``.complains`` it fails with those words.
    """
    place.mkdir()
    for name in ("sbatch", "squeue", "scancel"):
        program = place / name
        program.write_text(
            f'#!/bin/sh\necho "$@" >> {place}/asked\ncat {place}/{name}.says 2>/dev/null\n'
            f"cat {place}/{name}.complains >&2 2>/dev/null && exit 1\nexit 0\n"
        )
        program.chmod(0o755)
    cat = Path(shutil.which("cat") or "/bin/cat").parent
    monkeypatch.setenv("PATH", f"{place}:{cat}")
    (place / "sbatch.says").write_text("4711\n")
    return place
