"""Files 0600 and folders 0700 whatever the umask; planted links; folders of others; secrets after a run."""

import os
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from tests.core.harbour import LOGIN, Harbour, harbour, session_toml
from tests.core.making import instance, plan_of, planned
from xnat_ferry.errors import CannotWrite, FolderUnsafe
from xnat_ferry.plan.draft import Draft
from xnat_ferry.plan.draft_file import write_draft
from xnat_ferry.plan.file import write_plan
from xnat_ferry.record.write import write_record
from xnat_ferry.settings.private import LEFT_BEHIND, make_private, write_private
from xnat_ferry.settings.servers import store_alias
from xnat_ferry.transfer import folder as folders
from xnat_ferry.transfer import launch
from xnat_ferry.transfer.belongings.sent_paths import SentPaths
from xnat_ferry.transfer.call_log import CallLog
from xnat_ferry.transfer.journal import Journal, read_all
from xnat_ferry.transfer.lock import locked
from xnat_ferry.transfer.manifest import append_unit
from xnat_ferry.transfer.pacing.pace import Pace, keep_pace
from xnat_ferry.transfer.slurm.job import Job, JobOptions, keep_job
from xnat_ferry.transfer.state import TransferState
from xnat_ferry.xnat.client import Call

PLAN = plan_of(planned())
CALL = Call("https://a.example", "GET", "/data", 200, 0.1)


UMASKS = (0o000, 0o022, 0o077)


@pytest.fixture(scope="module")
def sea(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harbour]:
    """One server for all; each run has a session of its own, since a copy that is there is not made again."""
    labels = [*map(oct, UMASKS), "SECRET"]
    world = "".join(session_toml(label, subject=label) for label in labels)
    with harbour(tmp_path_factory.mktemp("sea"), world) as one:
        yield one


@pytest.fixture(params=UMASKS, ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[str]:
    before = os.umask(request.param)
    yield oct(request.param)
    os.umask(before)


def open_to_others(*places: Path) -> list[Path]:
    everything = [found for place in places for found in (place, *place.rglob("*"))]
    return [one for one in everything if stat.S_IMODE(one.lstat().st_mode) & 0o077]


@pytest.mark.usefixtures("umask")
def test_all_that_is_written_is_for_its_owners_eyes(tmp_path: Path) -> None:
    state = tmp_path / "state"
    folder = folders.create(state / "ferry" / "transfers", PLAN)
    Journal(folder.journal).close()
    append_unit(folder.manifest("X"), "1", [instance()])
    CallLog(folder.calls)(CALL)
    keep_pace(folder.pace, Pace())
    keep_job(folder, Job(options=JobOptions()))
    SentPaths(folder.manifests / "sent").add(["a"])
    write_record(folder, TransferState(PLAN, []), None)
    write_draft(Draft(source=PLAN.source, destination=PLAN.destination), state / "drafts" / "draft.json")
    write_plan(PLAN, state / "plan.toml")
    store_alias(state / "config" / "servers.toml", "main", "https://a.example")
    with locked(folder):
        assert open_to_others(state) == []
    assert open_to_others(state) == []
    assert len(list(state.rglob("*"))) > 15


def test_all_of_a_real_run_is_for_its_owners_eyes(sea: Harbour, tmp_path: Path, umask: str) -> None:
    home = Harbour(sea.server, tmp_path / "run")
    folder = home.carried(umask)
    write_record(folder, TransferState(folder.read_plan(), read_all(folder.journal)), None)
    assert folder.journal.exists()
    assert open_to_others(tmp_path / "run") == []


@pytest.mark.parametrize("name", ["journal", "manifest", "calls", "sent", "worker log"])
def test_a_planted_link_is_not_written_through(tmp_path: Path, name: str) -> None:
    folder = folders.create(tmp_path / "transfers", PLAN)
    victim = tmp_path / "victim"
    victim.write_text("mine")
    place = {
        "journal": folder.journal,
        "manifest": folder.manifest("X"),
        "calls": folder.calls,
        "sent": folder.manifests / "sent",
        "worker log": folder.worker_output,
    }[name]
    place.symlink_to(victim)
    if name == "calls":
        CallLog(place)(CALL)  # a log for people is no reason to stop
    else:
        with suppress(CannotWrite):
            if name == "journal":
                Journal(place)
            elif name == "manifest":
                append_unit(place, "1", [instance()])
            elif name == "sent":
                SentPaths(place).add(["a"])
            else:
                launch.start_worker(folder, {}, spool=tmp_path)
    assert victim.read_text() == "mine"


def being_written(place: Path) -> Path:
    """What stands beside a file while this thread writes it."""
    found = place.with_name(f"{place.name}.{threading.get_ident()}.new.{socket.gethostname()}.{os.getpid()}")
    assert LEFT_BEHIND.fullmatch(found.name)
    return found


def test_of_several_who_write_a_file_at_once_each_does(tmp_path: Path) -> None:
    place, contents = tmp_path / "kept.json", [bytes([digit]) * 5000 for digit in b"abcd"]
    with ThreadPoolExecutor(len(contents)) as pool:
        for _ in pool.map(partial(write_private, place), contents * 100):
            assert place.read_bytes() in contents, "whole"
    assert list(tmp_path.glob("kept*")) == [place]


@pytest.mark.parametrize("beside", [False, True])
def test_a_planted_link_is_replaced_by_what_is_written_whole(tmp_path: Path, beside: bool) -> None:
    victim, place = tmp_path / "victim", tmp_path / "pace.json"
    victim.write_text("mine")
    (being_written(place) if beside else place).symlink_to(victim)
    write_private(place, b"ours")
    assert place.read_text() == "ours"
    assert not place.is_symlink()
    assert victim.read_text() == "mine"


def test_a_link_that_is_planted_again_and_again_is_never_written_through(tmp_path: Path) -> None:
    """As somebody may who can write to a shared folder, too: between any two steps of ours."""
    victim, place = tmp_path / "victim", tmp_path / "pace.json"
    fresh = being_written(place)
    victim.write_text("mine")
    over = threading.Event()

    def plant() -> None:
        while not over.is_set():
            for one in (fresh, place):
                with suppress(OSError):
                    one.symlink_to(victim)

    planting = threading.Thread(target=plant)
    planting.start()
    for number in range(300):
        with suppress(OSError):  # refused, and told
            write_private(place, b"ours")
        if number % 3 == 0:
            place.unlink(missing_ok=True)
    over.set()
    planting.join()
    write_private(place, b"ours")
    assert (victim.read_text(), place.read_text()) == ("mine", "ours")


def test_a_folder_in_which_anybody_may_write_takes_no_transfer(tmp_path: Path) -> None:
    everybodys = tmp_path / "everybodys"
    everybodys.mkdir()
    everybodys.chmod(0o777)
    with pytest.raises(FolderUnsafe, match="anybody may write there"):
        folders.create(everybodys, PLAN)
    everybodys.chmod(0o1777)  # as /tmp is
    folder = folders.create(everybodys, PLAN)
    folder.path.chmod(0o707)
    with pytest.raises(FolderUnsafe), locked(folder):
        pass
    with pytest.raises(FolderUnsafe):
        launch.start_worker(folder, {}, spool=tmp_path)


def test_a_transfer_of_somebody_else_is_not_taken_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = folders.create(tmp_path / "transfers", PLAN)
    monkeypatch.setattr(os, "geteuid", lambda: folder.path.stat().st_uid + 1)
    with pytest.raises(FolderUnsafe, match="belongs to somebody else"), locked(folder):
        pass
    assert not folder.lock.exists()


@pytest.mark.parametrize("one", ["A/1", "..", "A.1", "", "x" * 300, "A\x001", "Ä1", "A_1/"])
def test_no_two_sessions_share_a_manifest_whatever_a_server_calls_them(tmp_path: Path, one: str) -> None:
    folder = folders.TransferFolder(tmp_path)
    folder.manifests.mkdir()
    ids = [one, "A_1", "XNAT_E00001", "__", "x" * 301, "_1"]
    for place in (folder.manifest, folder.verification):
        assert len({place(name) for name in ids}) == len(set(ids))
        assert {place(name).parent for name in ids} == {place("A").parent}
        assert all(len(place(name).name) < 150 for name in ids)
    append_unit(folder.manifest(one), "1", [instance()])


def test_a_folder_that_is_there_already_stays_as_it_is(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o770)
    shared.chmod(0o770)
    make_private(shared / "a" / "b")
    assert stat.S_IMODE(shared.stat().st_mode) == 0o770
    assert open_to_others(shared / "a") == []


def test_no_secret_is_left_anywhere_by_a_worker(
    sea: Harbour, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looked for in its command line and environment while it runs, and in every file when it has ended."""
    monkeypatch.setenv("XNAT_PASS", LOGIN.password)
    home = Harbour(sea.server, tmp_path / "run")
    folder = home.begin(home.plan("SECRET"))
    worker = launch.start_worker(folder, home.logins, spool=tmp_path / "run" / "spool")
    process, seen = Path(f"/proc/{worker.pid}"), b""
    reading = threading.Event()
    while worker.poll() is None and not reading.wait(0.05):
        try:
            seen += (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:
            break
    assert worker.wait(100) == 0
    assert b"xnat_ferry.worker" in seen
    assert LOGIN.password.encode() not in seen
    files = [path for path in (tmp_path / "run").rglob("*") if path.is_file()]
    assert folder.journal in files
    session = [line for line in folder.journal.read_bytes().splitlines() if b"JSESSIONID" in line]
    assert [path for path in files if LOGIN.password.encode() in path.read_bytes()] == []
    assert session == []


def test_a_crash_of_the_command_shows_no_control_characters(tmp_path: Path) -> None:
    script = (
        "import xnat_ferry.cli.app as app, sys\n"
        "def broken(*a, **k): raise ValueError('\\x1b]0;title\\x07')\n"
        "app.app_for = lambda *a: broken\n"
        "sys.exit(app.main(['status']))\n"
    )
    path = os.pathsep.join(sys.path)
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": path},
        check=False,
    )
    assert done.returncode == 70
    assert b"title" in done.stderr
    assert b"\x1b" not in done.stderr
