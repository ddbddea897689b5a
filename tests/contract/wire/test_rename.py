"""Rename (wire-write 5.1)."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pydicom
import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.conftest import WORLD, Xnat
from xnat_ferry.practice.process import PracticeServer

S = "/data/projects/SRC/subjects/001"
E = f"{S}/experiments/001_MR1"
LEFT_OUT = [
    LeftOut("write 5.1", "Non-standard archive structure (500)", "the server keeps no other structure"),
    LeftOut(
        "write 5.1", "Specified label NEW is already in use.", "met only when two callers race for one label"
    ),
    LeftOut("write 5.1", "failed_rename in the cache", "a rename is checked before anything moves"),
    LeftOut(
        "write 5.1", "417 for collaborators", "403 is what the source says; 417 comes with no content at all"
    ),
]


@pytest.fixture
def data(tmp_path: Path) -> Iterator[tuple[Xnat, Path]]:
    """A server and the folder of its data."""
    world, folder = tmp_path / "world.toml", tmp_path / "data"
    world.write_text(WORLD)
    with PracticeServer(str(world), data=folder) as server:
        yield Xnat(server), folder


def only(xnat: Xnat, kind: str = "sessions") -> dict[str, Any]:
    found: dict[str, Any]
    (found,) = xnat.project("SRC")[kind]
    return found


@fact("write 5.1")
def test_a_rename_is_200_and_empty_and_the_folder_follows(data: tuple[Xnat, Path]) -> None:
    xnat, folder = data
    before = only(xnat)
    answer = xnat.put(f"{E}?label=NEW&date=1999-01-01")
    assert (answer.status_code, answer.text) == (200, "")
    assert only(xnat) == {**before, "label": "NEW"}
    archive = folder / "archive/SRC/arc001"
    assert (archive / "NEW/SCANS/1/DICOM").is_dir()
    assert not (archive / "001_MR1").exists()
    (aside,) = (folder / "cache/SRC/successful_renames").iterdir()
    assert aside.name.startswith("001_MR1_")
    assert (aside / "SCANS/1/DICOM").is_dir()


@fact("write 5.1")
def test_the_present_label_changes_nothing(fresh: Xnat) -> None:
    before = fresh.project("SRC")
    for path in (E, S):
        answer = fresh.put(f"{path}?label={path.rpartition('/')[2]}")
        assert (answer.status_code, answer.text) == (200, "")
    assert fresh.project("SRC") == before


@fact("write 5.1")
def test_the_old_label_is_free_at_once_and_leads_nowhere(fresh: Xnat) -> None:
    old = fresh.id_of("001_MR1")
    fresh.put(f"{E}?label=NEW")
    assert fresh.get(f"{E}?format=json").status_code == 404
    made = fresh.put(f"{E}?xsiType=xnat:mrSessionData")
    assert (made.status_code, made.text == old) == (201, False)


@fact("write 5.1")
def test_a_subjects_rename_moves_its_own_folder_only(data: tuple[Xnat, Path]) -> None:
    xnat, folder = data
    xnat.put(f"{S}/resources/N/files/a.txt?inbody=true", content=b"x")
    answer = xnat.put(f"{S}?label=NEW")
    assert (answer.status_code, answer.text) == (200, "")
    assert (only(xnat, "subjects")["label"], only(xnat)["subject"]) == ("NEW", "NEW")
    archive = folder / "archive/SRC"
    assert (archive / "subjects/NEW/N/a.txt").exists()
    assert not (archive / "subjects/001").exists()
    assert not (archive / "arc001/NEW").exists()


def header(xnat: Xnat, label: str) -> pydicom.Dataset:
    scan = f"/data/projects/SRC/subjects/001/experiments/{label}/scans/1/resources/DICOM/files"
    name = xnat.rows(f"{scan}?format=json")[0]["Name"]
    return pydicom.dcmread(io.BytesIO(xnat.get(f"{scan}/{name}").content))


SCRIPTED = WORLD.replace(
    'id = "SRC"\n', "id = \"SRC\"\nanonymization = '''\n(0010,0020) := session\n'''\n", 1
)


@fact("write 5.1")
def test_headers_stay_as_they_were(world: Callable[..., Xnat]) -> None:
    xnat = world(SCRIPTED)
    before = header(xnat, "001_MR1")
    xnat.put(f"{E}?label=NEW")
    assert header(xnat, "NEW") == before


@fact("write 5.1")
@fact("read 13.8")
def test_headers_follow_where_the_site_runs_the_script_again(world: Callable[..., Xnat]) -> None:
    xnat = world(SCRIPTED)
    traces = len(header(xnat, "001_MR1").get("DeidentificationMethodCodeSequence", []))
    xnat.post("/xapi/siteConfig", "root", json={"rerunProjectAnonOnRename": True})
    xnat.put(f"{E}?label=NEW")
    found = header(xnat, "NEW")
    assert found.PatientID == "NEW"
    assert len(found.DeidentificationMethodCodeSequence) == traces + 1


@fact("write 5.1")
def test_a_label_in_use_is_409(fresh: Xnat) -> None:
    fresh.put(f"{S}/experiments/OTHER?xsiType=xnat:mrSessionData")
    fresh.put("/data/projects/SRC/subjects/002")
    for path in (f"{E}?label=OTHER", f"{S}?label=002"):
        answer = fresh.put(path)
        assert (answer.status_code, fresh.headline(answer)) == (409, "Specified label is already in use.")


@fact("write 4.2", "triggerPipelines starts a pipeline")
@fact("write 5.1")
def test_a_session_in_processing_is_409_until_it_is_done(world: Callable[..., Xnat]) -> None:
    xnat = world(WORLD)
    xnat.put(f"{E}?triggerPipelines=true")
    answer = xnat.put(f"{E}?label=NEW")
    assert answer.status_code == 409
    words = "Specified session is being processed (xnat_tools/AutoRun.xml)."
    assert xnat.headline(answer) == words
    xnat.server.advance(120)
    assert xnat.put(f"{E}?label=NEW").status_code == 200


@fact("write 5.1")
def test_a_folder_that_was_left_over_is_409(fresh: Xnat) -> None:
    fresh.put(f"{S}/experiments/OLD?xsiType=xnat:mrSessionData")
    fresh.put(f"{S}/experiments/OLD/resources/N/files/a.txt?inbody=true", content=b"x")
    fresh.delete(f"{S}/experiments/OLD")
    answer = fresh.put(f"{E}?label=OLD")
    assert answer.status_code == 409
    assert fresh.headline(answer) == "File system destination contains pre-existing files"
    assert only(fresh)["label"] == "001_MR1"


@fact("write 5.1", "other texts are passed through in a 500")
def test_a_label_of_odd_characters_is_500(fresh: Xnat) -> None:
    answer = fresh.put(f"{E}?label=a.b")
    assert answer.status_code == 500
    assert fresh.headline(answer) == "Identifiers cannot use special characters."
    assert only(fresh)["label"] == "001_MR1"


@fact("write 5.1")
def test_a_rename_wants_the_right_to_edit(fresh: Xnat) -> None:
    assert fresh.put(f"{E}?label=NEW", "carl").status_code == 403
    assert fresh.put(f"{E}?label=NEW", "zoe").status_code == 404
    assert fresh.put(f"{E}?label=NEW", "mem").status_code == 200


@fact("write 5.1", "a share's own label is changed through the receiving project by the owner")
def test_through_a_receiving_project_the_shares_label_changes(fresh: Xnat) -> None:
    fresh.put(f"{E}/projects/DST?label=first")
    fresh.put("/data/projects/DST/subjects/009/experiments/first?label=second")
    assert (only(fresh)["label"], only(fresh)["shares"][-1]) == (
        "001_MR1",
        {"project": "DST", "label": "second"},
    )
