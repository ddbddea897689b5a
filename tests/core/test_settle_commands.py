"""``archive``, ``settle`` and ``record`` as commands: what they ask before they delete, what they answer."""

import json
import os
import pty
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.shore import TWO_SESSIONS, USERS, Shore, command, json_lines, shore

OWNER = USERS.replace('DST = "member"', 'DST = "owner"', 1)
THIRD = """
[[sessions]]
project = "SRC"
subject = "003"
label = "003_MR1"
modality = "MR"
scans = [{ id = "1", type = "t1", files = 1, rows = 16, columns = 16 }]
"""


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shore]:
    """Three sessions copied into the archive, as a move that is not settled yet; 003_MR1 stays for ever."""
    with shore(tmp_path_factory.mktemp("copied"), OWNER + TWO_SESSIONS + THIRD) as sea:
        sea.make_plan("--to", "archive", "--move")
        assert "move = true" in sea.plan.read_text()
        done = sea.ferry("run", sea.plan)
        assert done.returncode == 0, done.stdout + done.stderr
        yield sea


def typed(sea: Shore, words: str, *arguments: str) -> tuple[int, str]:
    """Run a command at a terminal and answer its question; returns its exit code and what it showed."""
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


def test_a_move_from_plan_to_record(copied: Shore) -> None:
    sessions = copied.archived("SRC")
    assert copied.archived("DST") == sessions
    code, shown = typed(copied, "DST", "settle", "--sessions", "001_MR1")
    assert code == 0, shown
    assert "To be deleted at SRC @ " in shown
    assert "1 session, 7 files" in shown
    assert set(copied.archived("SRC")) == {"002_CT1", "003_MR1"}
    assert copied.archived("DST") == sessions
    assert "Without any session at the source now: 001." in shown

    wishes = ("--sessions", "002_CT1", "--empty-subjects", "--json")
    done = copied.ferry("settle", *wishes, "--yes-delete-from", "SRC")
    assert done.returncode == 0, done.stderr
    kinds = [line.get("event") for line in json_lines(done.stdout)]
    for one in ("RemovalOrdered", "RemovalRequested", "SessionRemoved", "MoveSettled"):
        assert kinds.count(one) == 1
    assert kinds.count("SubjectRemoved") == 2
    assert list(copied.archived("SRC")) == ["003_MR1"]

    record = copied.ferry("record")
    assert record.returncode == 0
    assert "## Removed from the source" in record.stdout
    assert record.stdout.count("| deleted |") == 2
    page = copied.ferry("record", "--html").stdout
    assert page.startswith("<!DOCTYPE html>")
    assert page.count("<td>deleted</td>") == 2
    answer = json.loads(copied.ferry("record", "--json").stdout)
    assert answer["record"]["move"] is True
    removed = [one["removed"] for one in answer["record"]["sessions"]]
    assert [one and one["gone"] for one in removed] == [True, True, None]


@pytest.mark.parametrize("words", ["SRC", "dst", ""])
def test_a_wrong_name_deletes_nothing(copied: Shore, words: str) -> None:
    code, shown = typed(copied, words, "settle", "--sessions", "003_MR1")
    assert code == 2
    assert "is not the destination, DST. Nothing was deleted." in shown
    assert "003_MR1" in copied.archived("SRC")


@pytest.mark.parametrize("named", [(), ("--yes-delete-from", "DST")])
def test_without_a_terminal_the_source_must_be_named(copied: Shore, named: tuple[str, ...]) -> None:
    refused = copied.ferry("settle", "--sessions", "003_MR1", *named)
    assert refused.returncode == 2
    assert "othing was deleted" in refused.stderr
    assert "003_MR1" in copied.archived("SRC")


def test_what_is_kept_is_said_and_is_no_success(copied: Shore) -> None:
    copied.server.set_faults([{"match": "DELETE .*/experiments/", "status": 403, "body": "<h3>No.</h3>"}])
    done = copied.ferry("settle", "--sessions", "003_MR1", "--yes-delete-from", "SRC")
    copied.server.set_faults([])
    assert done.returncode == 1
    assert "KEPT at the source" in done.stderr
    assert "003_MR1" in copied.archived("SRC")


def test_sessions_that_are_not_in_the_transfer_are_refused(copied: Shore) -> None:
    done = copied.ferry("settle", "--sessions", "004_MR1", "--yes-delete-from", "SRC")
    assert done.returncode == 2
    assert "004_MR1" in done.stderr


def test_what_waits_is_archived_with_an_answer_and_settled_later(tmp_path: Path) -> None:
    with shore(tmp_path, OWNER + THIRD) as sea:
        sea.make_plan()
        assert sea.ferry("run", sea.plan).returncode == 0
        early = sea.ferry("settle", "--yes-delete-from", "SRC")
        assert early.returncode == 2
        assert "no session of this transfer is archived" in early.stderr
        wrong = sea.ferry("archive", "--answer", "003_MR1=rename")
        assert wrong.returncode == 2
        assert "SESSION=merge" in wrong.stderr
        archived = sea.ferry("archive", "--answer", "003_MR1=merge")
        assert archived.returncode == 0, archived.stderr
        done = sea.ferry("settle", "--yes-delete-from", "SRC")
        assert done.returncode == 0, done.stderr
        assert "planned as a copy" in done.stderr
        assert sea.archived("SRC") == {}
        assert len(sea.archived("DST")["003_MR1"]) == 1
