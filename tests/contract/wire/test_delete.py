"""Deletion (wire-write 6, wire-read 13.5)."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.conftest import WORLD, Xnat
from xnat_ferry.practice.process import PracticeServer

S = "/data/projects/SRC/subjects/001"
E = f"{S}/experiments/001_MR1"
LEFT_OUT = [
    LeftOut("write 6", "no REST undelete", "there is nothing to copy"),
]


@pytest.fixture
def data(tmp_path: Path) -> Iterator[tuple[Xnat, Path]]:
    """A server and the folder of its data."""
    world, folder = tmp_path / "world.toml", tmp_path / "data"
    world.write_text(WORLD)
    with PracticeServer(str(world), data=folder) as server:
        yield Xnat(server), folder


def labels(xnat: Xnat, kind: str = "sessions", project: str = "SRC") -> list[str]:
    return [one["label"] for one in xnat.project(project)[kind]]


@fact("write 6")
@pytest.mark.parametrize("address", ["long", "project", "id"])
def test_a_deleted_session_leaves_its_folder_behind(data: tuple[Xnat, Path], address: str) -> None:
    xnat, folder = data
    place = folder / "archive/SRC/arc001/001_MR1/SCANS/1/DICOM"
    addresses = {
        "long": E,
        "project": "/data/projects/SRC/experiments/001_MR1",
        "id": f"/data/experiments/{xnat.id_of('001_MR1')}",
    }
    answer = xnat.delete(addresses[address])
    assert (answer.status_code, answer.text) == (200, "")
    assert labels(xnat) == []
    assert any(place.iterdir())


@fact("write 6")
def test_with_remove_files_the_folder_goes_too(data: tuple[Xnat, Path]) -> None:
    xnat, folder = data
    xnat.server.state()
    assert xnat.delete(f"{E}?removeFiles=true").status_code == 200
    assert not (folder / "archive/SRC/arc001/001_MR1").exists()
    assert not (folder / "cache/DELETED").exists()


@fact("write 6")
def test_a_site_may_keep_what_is_removed_in_its_cache(data: tuple[Xnat, Path]) -> None:
    xnat, folder = data
    xnat.server.state()
    xnat.post("/xapi/siteConfig", "root", json={"backupDeletedToCache": True})
    xnat.delete(f"{E}?removeFiles=true")
    (stamp,) = (folder / "cache/DELETED").iterdir()
    original = folder / "archive/SRC/arc001/001_MR1"
    assert (stamp / str(original).lstrip("/") / "SCANS/1/DICOM").is_dir()


@fact("write 6")
def test_a_freed_label_can_be_used_again_at_once(fresh: Xnat) -> None:
    old = fresh.id_of("001_MR1")
    fresh.delete(f"{E}?removeFiles=true")
    answer = fresh.put(f"{E}?xsiType=xnat:mrSessionData")
    assert (answer.status_code, answer.text == old) == (201, False)


@fact("write 6")
@pytest.mark.parametrize("remove", [True, False])
def test_a_deleted_subject_takes_its_sessions_along(data: tuple[Xnat, Path], remove: bool) -> None:
    xnat, folder = data
    xnat.server.state()
    xnat.put(f"{S}/resources/N/files/a.txt?inbody=true", content=b"x")
    answer = xnat.delete(f"{S}?removeFiles={str(remove).lower()}")
    assert (answer.status_code, answer.text) == (200, "")
    assert (labels(xnat), labels(xnat, "subjects")) == ([], [])
    assert (folder / "archive/SRC/arc001/001_MR1").exists() is not remove
    assert (folder / "archive/SRC/subjects/001").exists() is not remove


@fact("write 6")
@pytest.mark.parametrize(("position", "left"), [("true", ["001_MR1"]), ("false", [])])
def test_what_becomes_of_a_deleted_subjects_sessions_elsewhere(
    world: Callable[..., Xnat], position: str, left: list[str]
) -> None:
    switch = f"[server]\nunconfirmed = {{ deleted_subject_leaves_foreign_sessions = {position} }}\n"
    xnat = world(switch + WORLD)
    xnat.put(f"{E}/projects/DST?primary=true")
    assert xnat.delete(S).status_code == 200
    assert labels(xnat, "sessions", "DST") == left
    found = xnat.rows("/data/projects/DST/experiments?columns=ID,label,subject_label&format=json")
    assert [row["label"] for row in found if row["label"] == "001_MR1"] == left


@fact("write 6")
@pytest.mark.parametrize("flag", ["", "?removeFiles=false"])
def test_a_deleted_scan_always_takes_its_folder_along(data: tuple[Xnat, Path], flag: str) -> None:
    xnat, folder = data
    xnat.server.state()
    answer = xnat.delete(f"{E}/scans/1{flag}")
    assert (answer.status_code, answer.text) == (200, "")
    (session,) = xnat.project("SRC")["sessions"]
    assert [one["id"] for one in session["scans"]] == ["2"]
    scans = folder / "archive/SRC/arc001/001_MR1/SCANS"
    assert [one.name for one in scans.iterdir()] == ["2"]


@fact("write 6")
def test_an_assessor_can_be_deleted(fresh: Xnat) -> None:
    fresh.put(f"{E}/assessors/A?xsiType=xnat:qcManualAssessorData")
    assert fresh.delete(f"{E}/assessors/A?removeFiles=true").status_code == 200
    assert fresh.project("SRC")["sessions"][0]["assessors"] == []


@fact("write 6")
def test_a_deleted_project_takes_all_that_it_owns_along(data: tuple[Xnat, Path]) -> None:
    xnat, folder = data
    xnat.server.state()
    assert xnat.delete("/data/projects/SRC?removeFiles=true").status_code == 200
    projects: list[dict[str, Any]] = xnat.server.state()["projects"]
    assert "SRC" not in [one["id"] for one in projects]
    assert xnat.get("/data/projects/SRC?format=json").status_code == 404
    assert not (folder / "archive/SRC").exists()
    assert [row["label"] for row in xnat.rows("/data/projects/PUB/experiments?format=json")] == []


@fact("write 6")
def test_the_id_of_a_deleted_project_is_burnt(fresh: Xnat) -> None:
    fresh.delete("/data/projects/SRC")
    answer = fresh.put("/data/projects/SRC", "root")
    assert answer.status_code == 403
    words = "Project 'SRC' was used in a previously deleted project and cannot be reused."
    assert fresh.headline(answer) == words


@fact("write 6", "the statuses of a deletion")
@pytest.mark.parametrize(
    ("path", "user", "status", "words"),
    [
        (f"{E}X", "ada", 404, "Unable to find the specified experiment."),
        (f"{S}X", "ada", 404, "Unable to find the specified subject."),
        (f"{E}/scans/9", "ada", 404, "Unable to find the specified scan."),
        (E, "mem", 403, "User cannot delete experiments for project SRC"),
        (E, "carl", 403, "User cannot delete experiments for project SRC"),
        (E, "zoe", 404, "Unable to find the specified experiment."),
        (S, "mem", 403, "User cannot delete subjects for project SRC"),
        (f"{E}/scans/1", "mem", 403, "User account doesn't have permission to modify this session."),
        (f"{E}/projects/NOPE", "ada", 404, "Unable to identify project: NOPE"),
        (f"{E}/stray", "ada", 400, "Illegal file path 'stray' does not start with 'projects/'."),
        (f"{E}/scans/1/projects/PUB", "ada", 400, "malformed syntax"),
        ("/data/projects/SRC/stray", "ada", 400, "malformed syntax"),
        ("/data/projects/NOPE", "ada", 400, "malformed syntax"),
        ("/data/projects/SRC", "mem", 403, "The server understood the request"),
    ],
)
def test_what_cannot_be_deleted(xnat: Xnat, path: str, user: str, status: int, words: str) -> None:
    answer = xnat.delete(path, user)
    assert answer.status_code == status
    assert words in xnat.headline(answer)
    assert (labels(xnat), labels(xnat, "subjects")) == (["001_MR1"], ["001"])


@fact("write 6")
def test_through_a_project_that_has_neither_it_is_403(xnat: Xnat) -> None:
    (subject,) = xnat.project("SRC")["subjects"]
    answer = xnat.delete(f"/data/projects/DST/subjects/{subject['id']}", "root")
    assert answer.status_code == 403
    assert xnat.headline(answer) == "Subject is not assigned to specified project DST"
    answer = xnat.delete(f"/data/projects/DST/experiments/{xnat.id_of('001_MR1')}", "root")
    assert answer.status_code == 403
    words = "User account doesn't have permission to delete this experiment."
    assert xnat.headline(answer) == words


@fact("read 13.5")
def test_strangers_to_a_protected_project_meet_404(xnat: Xnat) -> None:
    for path in ("subjects/p", "subjects/p/experiments/p_MR1", "experiments/p_MR1"):
        assert xnat.delete(f"/data/projects/PROT/{path}", "zoe").status_code == 404
    assert xnat.put("/data/projects/PROT/subjects/p?gender=male", "zoe").status_code == 403


@fact("write 6")
@fact("read 3.1")
def test_a_site_may_forbid_all_deletion(fresh: Xnat) -> None:
    fresh.post("/xapi/siteConfig", "root", json={"security.prevent-data-deletion": True})
    answer = fresh.delete(E)
    assert (answer.status_code, fresh.headline(answer)) == (403, "User account cannot delete experiments")
    assert fresh.delete(f"{E}/scans/1").status_code == 403
    assert fresh.delete(S).status_code == 403


@fact("write 6")
@fact("write 0.3")
def test_without_a_reason_where_one_is_wanted_it_is_403(fresh: Xnat) -> None:
    wanted = {"requireChangeJustification": True, "showChangeJustification": True}
    fresh.post("/xapi/siteConfig", "root", json=wanted)
    for path in (f"{E}/scans/1", E, S, "/data/projects/SRC"):
        answer = fresh.delete(path)
        assert (answer.status_code, fresh.headline(answer)) == (403, "Justification required.")
    assert fresh.delete(f"{E}?event_reason=because").status_code == 200


@fact("write 0.3")
@fact("read 6")
def test_every_change_wants_a_reason_where_the_site_does(fresh: Xnat) -> None:
    wanted = {"requireChangeJustification": True, "showChangeJustification": True}
    fresh.post("/xapi/siteConfig", "root", json=wanted)
    before = fresh.server.state()
    for path in (
        "/data/projects/NEW",
        "/data/projects/SRC/subjects/NEW",
        f"{S}/experiments/NEW?xsiType=xnat:mrSessionData",
        f"{E}/scans/9?xsiType=xnat:mrScanData",
        f"{E}?label=NEW",
        f"{S}?label=NEW",
        f"{E}/projects/DST?label=NEW",
        f"{S}/projects/DST?label=NEW",
        f"{E}/projects/DST?primary=true",
        f"{E}/resources/N",
        f"{E}/resources/N/files/a.txt?inbody=true",
    ):
        answer = fresh.put(path, content=b"x")
        assert (answer.status_code, fresh.headline(answer)) == (403, "Justification required."), path
    assert fresh.server.state() == before


@fact("write 6")
@fact("write 0.3", "event_* parameters word the history of a change")
def test_the_history_tells_of_a_change(fresh: Xnat) -> None:
    fresh.put(f"{E}?note=n&event_reason=because&event_action=Noted")
    events = fresh.get(f"{E}/history?format=json").json()["events"]
    assert ("Noted", "because") in [(one["event_action"], one["event_reason"]) for one in events]
