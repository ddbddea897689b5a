"""The real program in a real terminal: tmux at 80x24, read as a person reads it."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from socket import create_server

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")


class Terminal:
    """One tmux pane of 80x24 on a server of its own."""

    def __init__(self, folder: Path) -> None:
        # a socket's path must be short, and shorter than a test's own folder
        self._sockets = Path(tempfile.mkdtemp(prefix="ferry-"))
        self._tmux = ["tmux", "-S", str(self._sockets / "tmux"), "-f", os.devnull]
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "TERM": "screen-256color",
            "LANG": "C.UTF-8",
            "PYTHONPATH": f"{ROOT / 'core'}:{ROOT / 'tui'}",
        }

    def run(self, *command: str) -> None:
        """Start a program in the pane; what it says at its end stays in sight."""
        line = " ".join(command) + "; echo ENDED $?; sleep 60"
        self._do("new-session", "-d", "-x", "80", "-y", "24", line)

    def type(self, *keys: str) -> None:
        self._do("send-keys", *keys)

    def until(self, *words: str, seconds: float = 30) -> str:
        """Wait until all the words are on the screen."""
        end = time.monotonic() + seconds
        while True:
            text = self._do("capture-pane", "-p")
            if all(word in text for word in words):
                return text
            assert time.monotonic() < end, f"no {words} in:\n{text}"
            time.sleep(0.05)

    def attributes(self) -> set[str]:
        """Every attribute and colour by which something on the screen is drawn, as its number."""
        drawn = self._do("capture-pane", "-e", "-p")
        return {number for found in re.findall(r"\x1b\[([0-9;]*)m", drawn) for number in found.split(";")}

    def close(self) -> None:
        subprocess.run([*self._tmux, "kill-server"], capture_output=True, check=False)
        shutil.rmtree(self._sockets, ignore_errors=True)

    def _do(self, *arguments: str) -> str:
        done = subprocess.run(
            [*self._tmux, *arguments], capture_output=True, text=True, env=self._environment, check=True
        )
        return done.stdout


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    made = Terminal(tmp_path)
    yield made
    made.close()


def servers_of(folder: Path) -> list[str]:
    """Practice servers whose home is this folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
            environment = (process / "environ").read_bytes()
        except OSError:
            continue
        if b"practice" in command and f"HOME={folder}".encode() in environment:
            found.append(process.name)
    return found


def wait_until_gone(folder: Path) -> None:
    end = time.monotonic() + 10
    while servers_of(folder):
        assert time.monotonic() < end, "a practice server was left behind"
        time.sleep(0.05)


def test_the_demo_opens_shows_both_projects_and_leaves_nothing_behind(
    terminal: Terminal, tmp_path: Path
) -> None:
    terminal.run("env TERM=screen", sys.executable, "-m", "xnat_ferry_tui", "demo")
    terminal.until("1 CHECKS", "all 4 sessions")
    terminal.type("2")
    text = terminal.until("2 BROWSE", "001_MR1", "004_MR1", "TOUR")
    assert all(len(line) <= 80 for line in text.splitlines())
    drawn = terminal.attributes()  # sixteen colours are all that it knows
    assert drawn & {str(number) for number in (*range(30, 38), *range(40, 48), *range(90, 98))}
    assert not drawn & {"38", "48"}
    terminal.type(":them")  # at once, as a slow line brings it
    terminal.until("> ", "other colours")
    terminal.type("C-q")
    terminal.until("ENDED 0")
    wait_until_gone(tmp_path)


def test_a_closed_window_takes_the_practice_server_along(terminal: Terminal, tmp_path: Path) -> None:
    terminal.run(sys.executable, "-m", "xnat_ferry_tui", "demo")
    terminal.until("all 4 sessions")
    assert servers_of(tmp_path)
    terminal.close()
    wait_until_gone(tmp_path)


def test_a_server_that_never_answers_does_not_keep_the_window_from_closing(terminal: Terminal) -> None:
    with create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        terminal.run(f"env XNAT_HOST={url} XNAT_USER=a XNAT_PASS=b", sys.executable, "-m", "xnat_ferry_tui")
        terminal.until("no projects yet")
        terminal.type("C")
        terminal.until("Which projects?")
        terminal.type("A", "Enter", "B", "Enter")
        terminal.until("Listing both projects. (x leaves off)")
        terminal.type("x")
        terminal.until("Stopped on request.")
        terminal.type("C-q")
        terminal.until("ENDED 0")


def test_in_black_and_white_and_ascii_every_state_is_a_word_or_a_mark(terminal: Terminal) -> None:
    terminal.run("env NO_COLOR=1", sys.executable, "-m", "xnat_ferry_tui", "demo", "--ascii")
    for keys, words in (
        ("", ("6 CHOOSE ok", "7 Checks --", "all 4 sessions")),
        ("c", ("7 CHECKS !!", "1 failed", "[warn]", "[ ok ]", "is off")),
        ("8", ("8 CONFLICTS !!", "other-study", "0 of 1 answered")),
        ("0", ("0 REVIEW --", "is off: ")),
        ("2", ("2 BROWSE", "+ ", "001_MR1")),
        ("3", ("3 TRANSFER", "No transfer yet.")),
        ("4", ("4 VERIFY", "Not verified yet")),
        ("?", ("Area 4 lists what is not", "send what is missing", "Arrows and PgDn: more")),
        ("PageDown", ("go to the next difference", "Escape: back")),
    ):
        if keys:
            terminal.type(keys)
        text = terminal.until(*words)
        assert text.isascii()
        assert all(len(line) <= 80 for line in text.splitlines())
        assert terminal.attributes() <= _NO_COLOURS
    terminal.type("Escape")
    terminal.type("C-q")
    terminal.until("ENDED 0")


_NO_COLOURS = {"", "0", "1", "2", "4", "7", "22", "24", "27", "39", "49"}
"""Bold, faint, underlined and reversed, their ends, and the terminal's own two colours."""


@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_terminal_that_cannot_show_a_screen_is_refused(terminal: Terminal, term: str) -> None:
    terminal.run(f"env TERM={term}", sys.executable, "-m", "xnat_ferry_tui")
    terminal.until("TERM=dumb", "'plan', 'run' and 'status' instead", "ENDED 2")


def test_without_a_terminal_the_plain_commands_are_named(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "xnat_ferry_tui"],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'core'}:{ROOT / 'tui'}"},
        check=False,
    )
    assert done.returncode == 2
    assert "needs a terminal" in done.stderr
    assert "check" in done.stderr
