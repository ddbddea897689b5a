"""The whole street against a practice server in a process of its own: all arrives, and is proven."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.core.shore import TWO_SESSIONS, USERS, Shore, json_lines, shore


@pytest.fixture
def sea(tmp_path: Path) -> Iterator[Shore]:
    with shore(tmp_path) as made:
        yield made


def test_sessions_arrive_whole_and_are_proven_in_the_archive(sea: Shore) -> None:
    source = sea.archived("SRC")
    sea.make_plan()
    ran = sea.ferry("run", sea.plan)
    assert ran.returncode == 0, ran.stderr
    assert "Next: look at 2 sessions in the prearchive, then 'xnat-ferry archive " in ran.stderr
    assert "10 files, " in ran.stdout
    assert sea.waiting("DST") == source
    assert sea.archived("DST") == {}

    archived = sea.ferry("archive")
    assert archived.returncode == 0, archived.stderr
    assert "Next:" not in archived.stderr
    assert "' prints the record." in archived.stderr
    assert sea.archived("DST") == source == sea.archived("SRC")
    assert sea.waiting("DST") == {}
    assert sea.uids("DST") == sea.uids("SRC")

    verified = sea.ferry("verify", "--json")
    answer = json.loads(verified.stdout)
    assert verified.returncode == 0
    assert (answer["verdict"], answer["level"]) == ("proven", "identity")
    assert answer["counts"] == {"=": 0, "~": 10, "+": 0, "-": 0, "*": 0, "!": 0, "?": 0}
    assert {one["where"] for one in answer["sessions"]} == {"archive"}


def test_one_run_can_go_straight_to_the_archive(sea: Shore) -> None:
    sea.make_plan("--to", "archive")
    assert sea.ferry("run", sea.plan).returncode == 0
    assert sea.archived("DST") == sea.archived("SRC")


def test_run_streams_its_journal_and_ends_with_the_status(sea: Shore) -> None:
    sea.make_plan()
    lines = json_lines(sea.ferry("run", sea.plan, "--json").stdout)
    assert lines[0]["event"] == "WorkerStarted"
    assert lines[-2]["event"] == "TransferFinished"
    status = lines[-1]
    assert status["state"] == "done"
    assert status["sessions"] == {"done": 2, "failed": 0, "waiting": 0, "running": 0}
    assert (status["files"], status["errors"]) == (10, [])
    assert json.loads(sea.ferry("status", "--json").stdout) == status


def test_one_damaged_transfer_does_not_hide_the_others(sea: Shore) -> None:
    sea.make_plan("--sessions", "002_CT1")
    assert sea.ferry("run", sea.plan).returncode == 0
    damaged = sea.transfers / "20240101-A-B-0000"
    damaged.mkdir()
    (damaged / "plan.json").write_text('{"torn')
    done = sea.ferry("status")
    assert done.returncode == 0
    assert "1 done" in done.stdout
    assert "20240101-A-B-0000 is left out" in done.stderr


def test_counts_are_a_level_of_their_own(sea: Shore) -> None:
    sea.make_plan("--verify", "counts")
    assert sea.ferry("run", sea.plan).returncode == 0
    answer = json.loads(sea.ferry("verify", "--level", "counts", "--json").stdout)
    assert (answer["verdict"], answer["level"]) == ("proven", "counts")


def test_check_answers_in_json_as_promised(sea: Shore) -> None:
    done = sea.ferry("check", "SRC", "DST", "--json")
    answer = json.loads(done.stdout)
    assert done.returncode == 0
    assert answer["verdict"] == "clear"
    assert answer["source"]["role"] == "owner"
    assert answer["destination"]["role"] == "member"
    totals = answer["totals"]
    assert (totals["sessions"], totals["scans"], totals["files"]) == (2, 3, 10)
    assert totals["bytes"] > 10_000
    assert {"check", "verdict", "about", "message", "advice", "evidence"} <= answer["findings"][0].keys()


def test_only_what_was_chosen_travels(sea: Shore) -> None:
    sea.make_plan("--sessions", "001_MR1", "--scans", "2")
    assert sea.ferry("run", sea.plan).returncode == 0
    (session,) = sea.waiting("DST").values()
    assert len(session) == 4


def test_a_session_that_is_there_already_is_a_question_not_a_merge(sea: Shore) -> None:
    sea.make_plan("--to", "archive", "--sessions", "001_MR1")
    assert sea.ferry("run", sea.plan).returncode == 0
    there = sea.archived("DST")

    asked = sea.ferry("plan", "SRC", "DST", "-o", sea.plan)
    assert asked.returncode == 1
    assert "same study" in asked.stdout
    refused = sea.ferry("run", sea.plan)
    assert refused.returncode == 1
    assert "001_MR1" in refused.stderr
    assert sea.archived("DST") == there

    answered = sea.ferry("plan", "SRC", "DST", "-o", sea.plan, "--on-conflict", "same-study=skip")
    assert answered.returncode == 0
    assert sea.ferry("run", sea.plan).returncode == 0
    assert sea.archived("DST") == there
    assert list(sea.waiting("DST")) == ["002_CT1"]


def test_a_label_that_is_another_sessions_id_is_free(tmp_path: Path) -> None:
    world = USERS + TWO_SESSIONS.replace('label = "001_MR1"', 'label = "XNAT_E00002"')
    with shore(tmp_path, world) as sea:
        sea.make_plan("--to", "archive")
        done = sea.ferry("run", sea.plan)
        assert done.returncode == 0, done.stdout + done.stderr
        assert sea.archived("DST") == sea.archived("SRC")


def test_a_label_taken_after_planning_is_never_merged_into(sea: Shore) -> None:
    sea.make_plan("--to", "archive", "--sessions", "001_MR1")
    late = sea.plan.with_name("late.toml")
    late.write_text(sea.plan.read_text())
    assert sea.ferry("run", sea.plan).returncode == 0
    uploads = len(sea.imports())
    done = sea.ferry("run", late)
    assert done.returncode == 1
    assert "001_MR1 is already in DST: the same study" in done.stderr
    assert len(sea.imports()) == uploads


def test_a_conflict_can_be_answered_by_another_label_in_the_plan(sea: Shore) -> None:
    sea.make_plan("--to", "archive", "--sessions", "001_MR1")
    assert sea.ferry("run", sea.plan).returncode == 0
    assert (
        sea.ferry("plan", "SRC", "DST", "-o", sea.plan, "--sessions", "001_MR1", "--to", "archive").returncode
        == 1
    )
    edited = sea.plan.read_text().replace('fate = "undecided"', 'fate = "copy"')
    sea.plan.write_text(edited.replace('to_session = "001_MR1"', 'to_session = "001_again"'))
    assert sea.ferry("run", sea.plan).returncode == 0
    assert set(sea.archived("DST")) == {"001_MR1", "001_again"}
    assert sea.archived("DST")["001_again"] == sea.archived("SRC")["001_MR1"]
    assert sea.plan.with_name("plan.toml.bak").exists()


def test_a_session_archived_by_hand_is_still_found_and_proven(sea: Shore) -> None:
    sea.make_plan("--sessions", "001_MR1")
    assert sea.ferry("run", sea.plan).returncode == 0
    row = sea.server.state("DST")["projects"][0]["prearchive"][0]
    source = f"/prearchive/projects/DST/{row['timestamp']}/{row['folder']}"
    answer = httpx.post(
        f"{sea.server.url}/data/services/archive?src={source}", auth=("ada", "pract1ce-pw"), trust_env=False
    )
    assert answer.status_code == 200
    verified = json.loads(sea.ferry("verify", "--json").stdout)
    assert (verified["verdict"], verified["sessions"][0]["where"]) == ("proven", "archive")
    uploads = len(sea.imports())
    assert sea.ferry("archive").returncode == 0
    assert len(sea.imports()) == uploads


def test_a_server_can_be_stored_under_a_short_name(sea: Shore) -> None:
    stored = sea.ferry("login", "lab", sea.server.url, "--json", XNAT_HOST="")
    assert stored.returncode == 0, stored.stderr
    told = json.loads(stored.stdout)
    assert (told["alias"], told["server"], told["user"]) == ("lab", sea.server.url, "ada")
    assert sea.ferry("check", "lab:SRC", "lab:DST", XNAT_HOST="").returncode == 0
    for path in Path(sea.environment()["HOME"]).rglob("*.toml"):
        assert "pract1ce-pw" not in path.read_text()


def test_the_record_tells_and_holds_no_secret_and_no_patient(sea: Shore) -> None:
    sea.make_plan("--to", "archive")
    sea.ferry("run", sea.plan)
    text = sea.ferry("record").stdout
    assert "001" in text
    assert "proven in the archive" in text
    assert sea.folder().record.read_text() == text
    for path in sea.folder().path.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert b"pract1ce-pw" not in content, path
            assert b"PatientName" not in content, path
            assert path.stat().st_mode & 0o077 == 0 or path.parent.stat().st_mode & 0o077 == 0, path


def test_patients_of_the_headers_stay_out_of_everything_written(tmp_path: Path) -> None:
    world = USERS + TWO_SESSIONS.replace(
        'modality = "MR"', 'modality = "MR"\npatient_name = "SECRETIVE^JANE"'
    )
    with shore(tmp_path, world) as sea:
        sea.make_plan("--to", "archive")
        done = sea.ferry("run", sea.plan)
        assert done.returncode == 0
        written = b"".join(path.read_bytes() for path in sea.home.rglob("*") if path.is_file())
        assert b"SECRETIVE" not in written + done.stdout.encode() + done.stderr.encode()


def test_no_request_count_grows_with_the_files(tmp_path: Path) -> None:
    counts = []
    for files in (2, 40):
        scans = f'scans = [{{ id = "1", type = "a", files = {files}, rows = 16, columns = 16 }}, '
        scans += f'{{ id = "2", type = "b", files = {files}, rows = 16, columns = 16 }}]'
        session = f'\n[[sessions]]\nproject = "SRC"\nsubject = "1"\nlabel = "S"\nmodality = "MR"\n{scans}\n'
        place = tmp_path / str(files)
        place.mkdir()
        with shore(place, USERS + session) as sea:
            sea.make_plan("--to", "archive")
            assert sea.ferry("run", sea.plan).returncode == 0
            assert sea.ferry("verify").returncode == 0
            counts.append(sorted(f"{one['method']} {kind_of(one['path'])}" for one in steady(sea)))
    assert counts[0] == counts[1]


def kind_of(path: str) -> str:
    """A path without the names in it that differ from server to server."""
    return "/".join(part for part in path.split("/") if not any(character.isdigit() for character in part))


def steady(sea: Shore) -> list[dict[str, str]]:
    """The requests but for looks at a row that is not ready yet, whose number is the server's doing."""
    return [one for one in sea.server.log() if not (one["method"] == "GET" and "/prearchive/" in one["path"])]
