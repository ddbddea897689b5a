"""Resource folders by PUT, POST and DELETE, and the deletion of files (wire-write 4.4, 4.5)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.facts import fact
from tests.contract.wire.conftest import WORLD, Xnat
from xnat_ferry.practice.process import PracticeServer

SESSION = "/data/projects/SRC/subjects/001/experiments/001_MR1"
R = f"{SESSION}/resources"
MODIFY = "User account doesn't have permission to modify this session."


@pytest.fixture
def data(tmp_path: Path) -> Iterator[tuple[Xnat, Path]]:
    """A server and the folder in which the session's own resources lie."""
    world, folder = tmp_path / "world.toml", tmp_path / "data"
    world.write_text(WORLD)
    with PracticeServer(str(world), data=folder) as server:
        yield Xnat(server), folder / "archive/SRC/arc001/001_MR1/RESOURCES"


def resources(xnat: Xnat) -> dict[str, list[str]]:
    session: dict[str, Any]
    (session,) = xnat.project("SRC")["sessions"]
    return {one["label"]: [file["path"] for file in one["files"]] for one in session["resources"]}


def fill(xnat: Xnat, *names: str, label: str = "N") -> None:
    for name in names:
        answer = xnat.put(f"{R}/{label}/files/{name}?inbody=true", content=b"x")
        assert (answer.status_code, answer.text) == (200, "")


@fact("write 4.4")
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_new_folder_is_200_without_a_body(fresh: Xnat, method: str) -> None:
    answer = fresh.send(method, f"{R}/N?format=DICOM&content=RAW&description=d&tags=a,b")
    assert (answer.status_code, answer.text) == (200, "")
    assert resources(fresh)["N"] == []


@fact("write 4.4")
def test_folders_can_be_made_at_every_level(fresh: Xnat) -> None:
    fresh.put(f"{SESSION}/assessors/A?xsiType=xnat:qcManualAssessorData")
    levels = [
        "/data/projects/SRC",
        "/data/projects/SRC/subjects/001",
        "/data/projects/SRC/experiments/001_MR1",
        SESSION,
        f"/data/experiments/{fresh.id_of('001_MR1')}/scans/1",
        f"{SESSION}/assessors/A",
        f"{SESSION}/assessors/A/in",
    ]
    for number, level in enumerate(levels):
        assert fresh.put(f"{level}/resources/N{number}").status_code == 200
    project = fresh.project("SRC")
    (session,) = project["sessions"]
    (assessor,) = session["assessors"]
    held = [project, project["subjects"][0], session, session, session["scans"][0], assessor]
    for number, holder in enumerate(held):
        assert f"N{number}" in [one["label"] for one in holder["resources"]]
    assert [one["label"] for one in assessor["inputs"]] == ["N6"]


@fact("write 4.4", "the statuses of a folder's PUT")
@pytest.mark.parametrize(
    ("path", "user", "status", "words"),
    [
        (f"{R}/BIDS", "ada", 409, "Specified resource already exists."),
        (f"{R}/N", "carl", 403, MODIFY),
        (f"{R}/N/stray", "ada", 400, "This resource works at the catalog level only"),
        (f"{SESSION}X/resources/N", "ada", 404, "Unable to identify experiment"),
    ],
)
def test_what_a_folder_cannot_be(xnat: Xnat, path: str, user: str, status: int, words: str) -> None:
    answer = xnat.put(path, user)
    assert answer.status_code == status
    assert xnat.headline(answer).startswith(words)


@fact("write 4.4")
def test_a_label_of_digits_is_taken_for_a_number(xnat: Xnat) -> None:
    assert xnat.put(f"{R}/987654").status_code == 404
    assert xnat.put(f"{R}/987654/files/a.txt?inbody=true", content=b"x").status_code == 404
    number = xnat.rows(f"{SESSION}/scans/1/resources?format=json")[0]["xnat_abstractresource_id"]
    elsewhere = xnat.put(f"{R}/{number}/files/a.txt?inbody=true", content=b"x")
    assert (elsewhere.status_code, xnat.headline(elsewhere)) == (403, MODIFY)


@fact("write 4.4")
def test_a_deleted_folder_takes_its_files_along(data: tuple[Xnat, Path]) -> None:
    xnat, folder = data
    fill(xnat, "a.txt", "sub/b.txt")
    answer = xnat.delete(f"{R}/N?removeFiles=false")
    assert (answer.status_code, answer.text) == (200, "")
    assert "N" not in resources(xnat)
    assert not (folder / "N").exists()


@fact("write 4.4")
def test_deleting_a_folder_that_is_not_there_is_200(xnat: Xnat) -> None:
    assert xnat.delete(f"{R}/NOPE").status_code == 200


@fact("write 4.4")
@pytest.mark.parametrize("user", ["mem", "carl"])
def test_only_owners_delete_folders(xnat: Xnat, user: str) -> None:
    answer = xnat.delete(f"{R}/BIDS", user)
    assert (answer.status_code, xnat.headline(answer)) == (403, MODIFY)
    assert "BIDS" in resources(xnat)


@fact("write 4.4")
def test_deleting_with_more_path_is_400(xnat: Xnat) -> None:
    answer = xnat.delete(f"{R}/BIDS/sub-001")
    assert answer.status_code == 400
    assert "append '/files' after the resource ID." in xnat.headline(answer)
    assert "BIDS" in resources(xnat)


def make_stubborn(folder: Path, name: str) -> None:
    """Something that cannot be unlinked stands where the file was."""
    (folder / name).unlink()
    (folder / name).mkdir()
    (folder / name / "inside").touch()


@fact("write 4.4")
def test_where_some_files_cannot_be_removed_it_is_207(data: tuple[Xnat, Path]) -> None:
    xnat, folder = data
    fill(xnat, "a.txt", "b.txt")
    make_stubborn(folder / "N", "a.txt")
    assert xnat.delete(f"{R}/N").status_code == 207


@fact("write 4.4")
def test_where_no_file_can_be_removed_it_is_500(data: tuple[Xnat, Path]) -> None:
    xnat, folder = data
    fill(xnat, "a.txt")
    make_stubborn(folder / "N", "a.txt")
    assert xnat.delete(f"{R}/N").status_code == 500


@fact("write 4.5")
def test_deleting_a_file_takes_all_whose_path_begins_like_it(data: tuple[Xnat, Path]) -> None:
    xnat, folder = data
    fill(xnat, "a.dcm", "a.dcm2", "b.dcm")
    answer = xnat.delete(f"{R}/N/files/a.dcm")
    assert (answer.status_code, answer.text) == (200, "")
    assert resources(xnat)["N"] == ["b.dcm"]
    assert [one.name for one in (folder / "N").iterdir()] == ["b.dcm"]


@fact("write 4.5")
def test_a_star_at_the_end_and_no_path_at_all_mean_all_that_begin_so(fresh: Xnat) -> None:
    fill(fresh, "a1", "a2", "b")
    fresh.delete(f"{R}/N/files/a*")
    assert resources(fresh)["N"] == ["b"]
    fill(fresh, "c")
    assert fresh.delete(f"{R}/N/files").status_code == 200
    assert resources(fresh)["N"] == []


@fact("write 4.5")
def test_remove_files_false_keeps_the_bytes(data: tuple[Xnat, Path]) -> None:
    xnat, folder = data
    fill(xnat, "a.txt")
    assert xnat.delete(f"{R}/N/files/a.txt?removeFiles=false").status_code == 200
    assert resources(xnat)["N"] == []
    assert (folder / "N" / "a.txt").read_bytes() == b"x"


@fact("write 4.5", "the statuses of a file's DELETE")
@pytest.mark.parametrize(
    ("path", "user", "status", "words"),
    [
        ("BIDS/files/sub-001", "mem", 403, MODIFY),
        ("BIDS/files/sub-001", "carl", 403, MODIFY),
        ("BIDS/files/nope", "ada", 404, "No matched files"),
        ("NOPE/files/a", "ada", 400, "Unable to determine resource, parent, or security."),
    ],
)
def test_what_cannot_be_deleted(xnat: Xnat, path: str, user: str, status: int, words: str) -> None:
    answer = xnat.delete(f"{R}/{path}", user)
    assert (answer.status_code, xnat.headline(answer)) == (status, words)


@fact("write 4.5")
def test_accept_not_found_makes_it_204(xnat: Xnat) -> None:
    assert xnat.delete(f"{R}/BIDS/files/nope?accept-not-found=true").status_code == 204


@fact("write 4.5")
def test_files_of_a_locked_session_stay(fresh: Xnat) -> None:
    fresh.put(f"{SESSION}?_lock=true")
    answer = fresh.delete(f"{R}/BIDS/files/sub-001")
    assert answer.status_code == 403
    assert fresh.headline(answer) == "Item locked or is not active and not quarantined"
    fresh.put(f"{SESSION}?quarantine=true")
    assert fresh.delete(f"{R}/BIDS/files/sub-001").status_code == 200
