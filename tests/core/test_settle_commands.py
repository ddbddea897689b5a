"""``archive``, ``settle`` and ``record`` as commands: what they ask before they delete, what they answer."""

import io
import json
import os
import pty
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.core.shore import TWO_SESSIONS, USERS, Shore, command, json_lines, shore
from xnat_ferry.cli import main
from xnat_ferry.plan.file import read_plan
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.transfer import folder as folders
from xnat_ferry.worker import work

OWNER = USERS.replace('DST = "member"', 'DST = "owner"', 1)
SESSION = """
[[sessions]]
project = "SRC"
subject = "{0}"
label = "{0}_MR1"
modality = "MR"
scans = [{{ id = "1", type = "t1", files = 1, rows = 16, columns = 16 }}]
"""
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shore]:
    """Three sessions copied into the archive, as a move that is not settled yet; 003_MR1 stays for ever."""
    with shore(tmp_path_factory.mktemp("copied"), OWNER + TWO_SESSIONS + SESSION.format("003")) as sea:
        sea.make_plan("--to", "archive", "--move")
        assert "move = true" in sea.plan.read_text()
        carry(sea)
        yield sea


def carry(sea: Shore) -> None:
    """What ``run`` does, in this process."""
    folder = folders.create(sea.transfers, read_plan(sea.plan))
    logins = {sea.server.url: Credentials("ada", "pract1ce-pw")}
    assert work(folder, logins, spool=sea.home / "spool", stop=threading.Event()) == 0


class Terminal(io.StringIO):
    """Somebody who types."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """One command in this process, with what is typed to it; returns its exit code and what it showed."""

    def act(sea: Shore, *words: str, typed: str | None = None) -> tuple[int, str, str]:
        for name, value in sea.environment().items():
            monkeypatch.setenv(name, value)
        stdin = io.StringIO() if typed is None else Terminal(f"{typed}\n")
        monkeypatch.setattr("sys.stdin", stdin)
        code = main(words)
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return act


def at_a_terminal(sea: Shore, words: str, *arguments: str) -> tuple[int, str]:
    """Run a command as a process of its own at a terminal, and answer its question."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command(*arguments),
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=sea.environment(),
        text=True,
    )
    os.close(theirs)
    os.write(ours, words.encode() + b"\n")
    shown, _ = process.communicate(timeout=100)
    os.close(ours)
    return process.returncode, shown


def test_a_move_from_plan_to_record(copied: Shore, run: Run) -> None:
    sessions = copied.archived("SRC")
    assert copied.archived("DST") == sessions
    code, shown = at_a_terminal(copied, "DST", "settle", "--sessions", "001_MR1")
    assert code == 0, shown
    assert "To be deleted at SRC @ " in shown
    assert "1 session, 7 files" in shown
    assert set(copied.archived("SRC")) == {"002_CT1", "003_MR1"}
    assert copied.archived("DST") == sessions
    assert "Without any session at the source now: 001." in shown

    wishes = ("--sessions", "002_CT1", "--empty-subjects", "--json")
    copied.server.clear_log()
    code, shown, said = run(copied, "settle", *wishes, "--yes-delete-from", "SRC")
    assert code == 0, said
    roles = [one for one in copied.server.log() if one["path"] == "/data/projects"]
    assert len(roles) == 1, "once for two subjects"
    kinds = [line.get("event") for line in json_lines(shown)]
    for one in ("RemovalOrdered", "RemovalRequested", "SessionRemoved", "MoveSettled"):
        assert kinds.count(one) == 1
    assert kinds.count("SubjectRemoved") == 2
    assert list(copied.archived("SRC")) == ["003_MR1"]

    code, shown, _ = run(copied, "record")
    assert code == 0
    assert "## Removed from the source" in shown
    assert shown.count("| deleted |") == 2
    page = run(copied, "record", "--html")[1]
    assert page.startswith("<!DOCTYPE html>")
    assert page.count("<td>deleted</td>") == 2
    answer = json.loads(run(copied, "record", "--json")[1])
    assert answer["record"]["move"] is True
    removed = [one["removed"] for one in answer["record"]["sessions"]]
    assert [one and one["gone"] for one in removed] == [True, True, None]


@pytest.mark.parametrize("words", ["SRC", "dst", ""])
def test_a_wrong_name_deletes_nothing(copied: Shore, run: Run, words: str) -> None:
    code, _, said = run(copied, "settle", "--sessions", "003_MR1", typed=words)
    assert code == 2
    assert "is not the destination, DST. Nothing was deleted." in said
    assert "003_MR1" in copied.archived("SRC")


@pytest.mark.parametrize("named", [(), ("--yes-delete-from", "DST")])
def test_without_a_terminal_the_source_must_be_named(copied: Shore, run: Run, named: tuple[str, ...]) -> None:
    code, _, said = run(copied, "settle", "--sessions", "003_MR1", *named)
    assert code == 2
    assert "othing was deleted" in said
    assert "003_MR1" in copied.archived("SRC")


def test_what_is_kept_is_said_and_is_no_success(copied: Shore, run: Run) -> None:
    copied.server.set_faults([{"match": "DELETE .*/experiments/", "status": 403, "body": "<h3>No.</h3>"}])
    code, _, said = run(copied, "settle", "--sessions", "003_MR1", "--yes-delete-from", "SRC")
    copied.server.set_faults([])
    assert code == 1
    assert "KEPT at the source" in said
    assert "003_MR1" in copied.archived("SRC")


def test_sessions_that_are_not_in_the_transfer_are_refused(copied: Shore, run: Run) -> None:
    code, _, said = run(copied, "settle", "--sessions", "004_MR1", "--yes-delete-from", "SRC")
    assert code == 2
    assert "004_MR1" in said


def test_what_waits_is_archived_with_an_answer_and_settled_later(tmp_path: Path, run: Run) -> None:
    with shore(tmp_path, OWNER + SESSION.format("003")) as sea:
        sea.make_plan()
        carry(sea)
        code, _, said = run(sea, "settle", "--yes-delete-from", "SRC")
        assert code == 2
        assert "no session of this transfer is archived" in said
        code, _, said = run(sea, "archive", "--answer", "003_MR1=rename")
        assert code == 2
        assert "SESSION=merge" in said
        code, _, said = run(sea, "archive", "--answer", "003_MR1=merge")
        assert code == 0, said
        code, _, said = run(sea, "settle", "--yes-delete-from", "SRC")
        assert code == 0, said
        assert "planned as a copy" in said
        assert sea.archived("SRC") == {}
        assert len(sea.archived("DST")["003_MR1"]) == 1
