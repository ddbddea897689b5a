"""A worker dies while it sends, a resume brings all of it, and only then the server carries out what it had.

Whatever was called done is looked at again and told as it is: opened again, or beside another row of it.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import nursery
from tests.core.harbour import LOGIN, Harbour, harbour, session_toml, told
from tests.core.shore import until
from xnat_ferry import events
from xnat_ferry.cli import main
from xnat_ferry.model import Where
from xnat_ferry.plan import Plan, Target, read_plan
from xnat_ferry.settle.orders import RemovalOrder, keep_removal_order
from xnat_ferry.transfer import lock
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.session_state import Phase
from xnat_ferry.transfer.status import read_state

NAMES = ("reopened", "beside", "upload", "altered")


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harbour]:
    world = "".join(session_toml(name, subject=f"S_{name}") for name in NAMES)
    with harbour(tmp_path_factory.mktemp("late"), world) as made:
        yield made


@pytest.fixture
def ferry(port: Harbour, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """One command of the plain face."""
    for name, value in {
        "XNAT_HOST": port.server.url,
        "XNAT_USER": LOGIN.user,
        "XNAT_PASS": LOGIN.password,
        "XNAT_FERRY_TRANSFERS": str(port.home / "transfers"),
        "XNAT_FERRY_SPOOL": str(port.home / "spool"),
    }.items():
        monkeypatch.setenv(name, value)
    return lambda *arguments: main([str(one) for one in arguments])


def carried_twice(port: Harbour, plan: Plan) -> TransferFolder:
    """Done by a second worker before the server does what it has whole of the first one, which is dead."""
    folder = port.begin(plan)
    port.server.set_faults([{"match": "POST /data/services/import", "nth": 1, "until_released": True}])
    command = [sys.executable, "-m", "xnat_ferry.worker", str(folder.path)]
    worker = nursery.Popen([*command, "--spool", str(port.home / "spool")], stdin=subprocess.PIPE, text=True)
    assert worker.stdin is not None
    with worker.stdin as pipe:
        pipe.write(json.dumps({port.server.url: {"user": LOGIN.user, "password": LOGIN.password}}))
    until(lambda: any(one["bytes_in"] == one["bytes_announced"] > 0 for one in port.server.underway()))
    port.server.set_faults([])
    worker.kill()
    worker.wait(60)
    until(lambda: not lock.running(folder))
    assert port.work(folder) == 0
    assert read_state(folder).phase == Phase.DONE
    port.server.clear_log()
    port.server.release()
    until(lambda: not port.server.underway())
    late = [one for one in port.server.log() if one["path"] == "/data/services/import"]
    assert [(one["status"], one["gone"], one["fault"]) for one in late] == [(200, True, "until_released")]
    return folder


def row(port: Harbour, label: str) -> dict[str, Any]:
    (project,) = port.server.state("DST")["projects"]
    found: dict[str, Any]
    (found,) = [one for one in project["prearchive"] if one["name"] == label]
    return found


def contents(one: dict[str, Any]) -> dict[str, str]:
    """SOPInstanceUID to pixel digest."""
    return {
        file["sop_instance_uid"]: file["pixel_md5"]
        for scan in one["scans"]
        for resource in scan["resources"]
        for file in resource["files"]
    }


def verified(ferry: Callable[..., int], folder: TransferFolder, capsys: pytest.CaptureFixture[str]) -> Any:
    """Exit code, what is said of the one session, and the same in words."""
    capsys.readouterr()
    code = ferry("verify", folder.id, "--json")
    (session,) = json.loads(capsys.readouterr().out)["sessions"]
    assert ferry("verify", folder.id) == code
    return code, session, " ".join(capsys.readouterr().out.split())


def test_a_row_that_was_opened_again_is_not_called_fine_and_a_resume_has_it_built(
    port: Harbour, ferry: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = carried_twice(port, port.plan("reopened", to=Target.PREARCHIVE))
    assert row(port, "reopened")["status"] == "RECEIVING"
    assert contents(row(port, "reopened")) == port.files("SRC", "reopened")
    code, session, words = verified(ferry, folder, capsys)
    assert (code, session["verdict"], session["counts"]["!"]) == (1, "unknown", 2)
    assert "it is RECEIVING" in words
    assert "Resume the transfer: it has it built" in words
    assert "identity was compared" not in words, "nothing was"
    assert ferry("record", folder.id) == 0
    assert "| unknown in the prearchive |" in capsys.readouterr().out

    assert port.work(folder) == 0
    assert row(port, "reopened")["status"] == "READY"
    assert [one.where for one in told(folder, events.SessionFinished)] == [Where.PREARCHIVE] * 2
    code, session, _ = verified(ferry, folder, capsys)
    assert (code, session["verdict"]) == (0, "proven")
    port.server.clear_log()
    assert port.work(folder) == 0, "done is done"
    assert not [one for one in port.server.log() if one["method"] == "POST" and "prearchive" in one["path"]]


def removed(port: Harbour, folder: TransferFolder) -> int:
    """A worker with an order for the row beside the one session; its exit code."""
    (session,) = folder.read_plan().sessions
    keep_removal_order(folder, RemovalOrder(typed="DST", sessions=(session.session,), waiting=True))
    return port.work(folder, settle=True)


def saved(port: Harbour, label: str, place: Path) -> Path:
    """The files of a session in a folder."""
    place.mkdir()
    for path in port.on_disk("SRC", label):
        (place / path.name).write_bytes(path.read_bytes())
    return place


def from_here(port: Harbour, ferry: Callable[..., int], label: str, tmp_path: Path) -> Plan:
    """A plan to send them from there."""
    files = saved(port, label, tmp_path / label)
    ferry("upload", files, "DST", "-o", tmp_path / "plan.toml", "--to", "archive")
    return read_plan(tmp_path / "plan.toml")


def build(port: Harbour, label: str) -> str:
    """As a person does on the prearchive page; the row's path."""
    found = row(port, label)
    path = f"/prearchive/projects/DST/{found['timestamp']}/{found['folder']}"
    login = (LOGIN.user, LOGIN.password)
    assert httpx.post(f"{port.server.url}/data{path}?action=build", auth=login).is_success
    return path


@pytest.mark.parametrize("label", ["beside", "upload"])
def test_a_second_row_is_named_and_goes_on_request_once_nothing_comes_in(
    label: str,
    port: Harbour,
    ferry: Callable[..., int],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    plan = from_here(port, ferry, label, tmp_path) if label == "upload" else port.plan(label)
    folder = carried_twice(port, plan)
    assert row(port, label)["status"] == "RECEIVING"
    code, session, words = verified(ferry, folder, capsys)
    assert (code, session["verdict"], len(session["beside"])) == (0, "proven", 1)
    assert "Another row of it waits in the prearchive and was not compared" in words
    assert "'xnat-ferry settle --remove-waiting' removes it" in words

    assert removed(port, folder) == 1
    kept = told(folder, events.RowKept)[-1]
    assert "may still come" in kept.message
    assert "have it rebuilt" in kept.advice
    path = build(port, label)
    assert session["beside"] == [path]
    assert ferry("settle", folder.id, "--remove-waiting", "--yes-delete-from", "DST") == 0
    assert [one.row for one in told(folder, events.RowRemoved)] == [path]
    assert label not in port.waiting("DST")
    assert port.files("DST", label) == port.files("SRC", label)
    _, session, _ = verified(ferry, folder, capsys)
    assert session["beside"] == []


def test_what_lies_here_is_read_again_before_a_row_of_it_goes(
    port: Harbour, ferry: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And no file on this machine is ever deleted."""
    folder = carried_twice(port, from_here(port, ferry, "altered", tmp_path))
    build(port, "altered")
    first, second = sorted((tmp_path / "altered").iterdir())
    whole, stamp = first.read_bytes(), first.stat()
    first.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    os.utime(first, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert removed(port, folder) == 1
    assert "does not hold every file" in told(folder, events.RowKept)[-1].message
    second.unlink()
    first.unlink()
    (tmp_path / "altered").rmdir()
    assert removed(port, folder) == 1
    assert "cannot be read" in told(folder, events.RowKept)[-1].message
    assert "altered" in port.waiting("DST")
    capsys.readouterr()
    assert ferry("settle", folder.id, "--yes-delete-from", "DST") == 2
    assert "--remove-waiting is about the prearchive" in " ".join(capsys.readouterr().err.split())
