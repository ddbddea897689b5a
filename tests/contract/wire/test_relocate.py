"""Moves to another owner (wire-write 5.3, wire-read 13.17)."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.conftest import WORLD, Xnat
from xnat_ferry.practice.process import PracticeServer

S = "/data/projects/SRC/subjects/001"
E = f"{S}/experiments/001_MR1"
PRIMARY = "projects/DST?primary=true"
LEFT_OUT = [
    LeftOut("write 5.3", "files outside the standard layout (500)", "the server keeps no other layout"),
    LeftOut("write 5.3", "files moved before a missing create right shows", "which files is not known"),
]


@pytest.fixture
def data(tmp_path: Path) -> Iterator[tuple[Xnat, Path]]:
    """A server and the folder of its archive."""
    world, folder = tmp_path / "world.toml", tmp_path / "data"
    world.write_text(WORLD)
    with PracticeServer(str(world), data=folder) as server:
        yield Xnat(server), folder / "archive"


def labels(xnat: Xnat, project: str, kind: str = "sessions") -> list[str]:
    return [one["label"] for one in xnat.project(project)[kind]]


def session(xnat: Xnat, project: str = "DST") -> dict[str, Any]:
    found: dict[str, Any]
    (found,) = xnat.project(project)["sessions"]
    return found


@fact("write 5.3")
def test_a_move_is_200_and_empty_and_the_files_follow(data: tuple[Xnat, Path]) -> None:
    xnat, archive = data
    before = session(xnat, "SRC")
    answer = xnat.put(f"{E}/{PRIMARY}&label=NEW")
    assert (answer.status_code, answer.text) == (200, "")
    assert labels(xnat, "SRC") == []
    assert session(xnat) == {**before, "project": "DST", "label": "NEW"}
    assert (archive / "DST/arc001/NEW/SCANS/1/DICOM").is_dir()
    assert not (archive / "SRC/arc001/001_MR1").exists()


@fact("write 5.3")
@pytest.mark.parametrize("value", ["1", "TRUE", ""])
def test_for_experiments_only_true_is_true(fresh: Xnat, value: str) -> None:
    answer = fresh.put(f"{E}/projects/DST?primary={value}&label=NEW")
    assert (answer.status_code, answer.text) == (200, fresh.id_of("001_MR1"))
    assert session(fresh, "SRC")["project"] == "SRC"


@fact("write 5.3")
def test_through_the_id_alone_the_move_is_made_and_the_answer_is_500(fresh: Xnat) -> None:
    answer = fresh.put(f"/data/experiments/{fresh.id_of('001_MR1')}/{PRIMARY}")
    assert answer.status_code == 500
    assert labels(fresh, "DST") == ["001_MR1"]


@fact("write 5.3")
def test_through_the_projects_address_it_is_200(fresh: Xnat) -> None:
    assert fresh.put(f"/data/projects/SRC/experiments/001_MR1/{PRIMARY}").status_code == 200
    assert labels(fresh, "DST") == ["001_MR1"]


@fact("write 5.3")
def test_a_former_share_becomes_the_owner(fresh: Xnat) -> None:
    fresh.put(f"{E}/projects/DST?label=shared")
    assert fresh.put(f"{E}/{PRIMARY}&label=NEW").status_code == 200
    assert session(fresh)["label"] == "NEW"
    assert [one["project"] for one in session(fresh)["shares"]] == ["PUB"]


@fact("write 5.3")
def test_assessors_follow_only_when_they_are_named(data: tuple[Xnat, Path]) -> None:
    xnat, archive = data
    ids = {}
    for label in ("A", "B"):
        ids[label] = xnat.put(f"{E}/assessors/{label}?xsiType=xnat:qcManualAssessorData").text
        xnat.put(f"{E}/assessors/{label}/resources/N/files/a.txt?inbody=true", content=b"x")
    assert xnat.put(f"{E}/{PRIMARY}&moveAssessors={ids['A']}").status_code == 200
    owners = {one["label"]: one["project"] for one in session(xnat)["assessors"]}
    assert owners == {"A": "DST", "B": "SRC"}
    assert (archive / f"DST/arc001/001_MR1/ASSESSORS/{ids['A']}/out/N/a.txt").exists()
    assert (archive / f"SRC/arc001/001_MR1/ASSESSORS/{ids['B']}/out/N/a.txt").exists()
    kept = [file for one in session(xnat)["assessors"] for held in one["resources"] for file in held["files"]]
    assert len(kept) == 2


@fact("write 5.3")
def test_a_moved_subject_leaves_its_sessions_behind(data: tuple[Xnat, Path]) -> None:
    xnat, archive = data
    xnat.put(f"{S}/resources/N/files/a.txt?inbody=true", content=b"x")
    answer = xnat.put(f"{S}/projects/DST?primary=1&label=NEW")
    assert answer.status_code == 200
    assert (labels(xnat, "SRC", "subjects"), "NEW" in labels(xnat, "DST", "subjects")) == ([], True)
    assert (session(xnat, "SRC")["subject"], session(xnat, "SRC")["project"]) == ("NEW", "SRC")
    assert (archive / "DST/subjects/NEW/N/a.txt").exists()


@fact("write 5.3")
def test_a_moved_session_keeps_its_subject_of_the_old_project(fresh: Xnat) -> None:
    fresh.put(f"{E}/{PRIMARY}")
    assert (session(fresh)["subject"], labels(fresh, "SRC", "subjects")) == ("001", ["001"])


@fact("read 13.17")
def test_a_session_moves_by_its_old_address_after_its_subject_moved(fresh: Xnat) -> None:
    fresh.put(f"{S}/{PRIMARY}")
    assert fresh.put(f"{E}/{PRIMARY}").status_code == 200
    assert labels(fresh, "DST") == ["001_MR1"]


@fact("write 5.3")
@pytest.mark.parametrize(("rerun", "birth_date"), [(False, False), (True, True)])
def test_the_receivers_script_runs_only_where_the_site_wants_it(
    fresh: Xnat, rerun: bool, birth_date: bool
) -> None:
    fresh.post("/xapi/siteConfig", "root", json={"rerunProjectAnonOnRename": rerun})
    before = session(fresh, "SRC")["scans"]
    fresh.put(f"{E}/{PRIMARY}")
    assert (session(fresh)["scans"] != before) is birth_date


@fact("write 5.3", "the statuses of a move")
@pytest.mark.parametrize(
    ("path", "user", "status", "words"),
    [
        (f"{E}/projects/SRC?primary=true", "ada", 409, "Already assigned to project:SRC"),
        (
            "/data/projects/SRC/experiments/001_MR1/projects/SRC?primary=true",
            "ada",
            409,
            "Already assigned to project: SRC",
        ),
        (f"{S}/projects/SRC?primary=true", "ada", 409, "Already assigned to project: SRC"),
        (
            f"{E}/{PRIMARY}",
            "mem",
            403,
            "Specified user account has insufficient privileges for experiments in this project.",
        ),
        (
            f"{S}/{PRIMARY}",
            "mem",
            403,
            "Specified user account has insufficient privileges for subjects in this project.",
        ),
        (f"{E}/projects/PROT?primary=true", "ada", 403, "The server understood the request"),
    ],
)
def test_what_cannot_be_moved(xnat: Xnat, path: str, user: str, status: int, words: str) -> None:
    answer = xnat.put(path, user)
    assert answer.status_code == status
    assert words in xnat.headline(answer)
    assert labels(xnat, "SRC") == ["001_MR1"]


@fact("write 5.3", "the code where a create right is missing is not confirmed")
def test_a_missing_create_right_may_be_500(world: Callable[..., Xnat]) -> None:
    xnat = world("[server]\nunconfirmed = { move_without_create_right_is_500 = true }\n" + WORLD)
    assert xnat.put(f"{E}/projects/PROT?primary=true").status_code == 500


@fact("write 5.3")
def test_a_label_in_use_there_does_not_stop_the_files(data: tuple[Xnat, Path]) -> None:
    xnat, archive = data
    xnat.server.state()
    xnat.put("/data/projects/DST/subjects/009/experiments/TAKEN?xsiType=xnat:mrSessionData")
    answer = xnat.put(f"{E}/{PRIMARY}&label=TAKEN")
    assert answer.status_code == 409
    assert xnat.headline(answer) == "Conflict: Duplicate experiment label"
    assert labels(xnat, "SRC") == ["001_MR1"]
    assert (archive / "DST/arc001/TAKEN/SCANS/1/DICOM").is_dir()
    assert not (archive / "SRC/arc001/001_MR1").exists()
