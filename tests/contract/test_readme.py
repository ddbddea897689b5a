"""What the README promises is so."""

import re
import subprocess
import sys
from pathlib import Path

from tests.core.shore import shore
from xnat_ferry.cli.app import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_its_python_carries_sessions(tmp_path: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    script = code.replace("NEURO_01", "SRC").replace("TRIAL_B", "DST")
    with shore(tmp_path) as sea:
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, env=sea.environment(), check=False
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("clear\n")
        assert "TransferFinished" in done.stdout
        assert sea.waiting("DST") == sea.archived("SRC")


def test_it_names_every_command() -> None:
    for name in COMMANDS:
        assert f"`{name}`" in README or f"xnat-ferry {name}" in README, name


def test_its_pictures_are_there() -> None:
    pictures = set(re.findall(r"\(screenshots/([a-z]+\.svg)\)", README))
    assert pictures == {path.name for path in (ROOT / "screenshots").glob("*.svg")}


def test_there_are_exactly_two_set_up_commands() -> None:
    set_up = README.partition("## Set up")[2].partition("\n## ")[0]
    commands = re.findall(r"```sh\n(.*?)\n```", set_up, re.DOTALL)
    assert len(commands) == 2
    assert all("\n" not in command for command in commands)
