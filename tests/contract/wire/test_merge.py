"""What a merge does with scans, files and metadata (wire-write 3.4)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.archiving import (
    ARCHIVE,
    archive,
    archived,
    files_of,
    new_label,
    ready,
    row_of,
    session_of,
    until,
)
from tests.contract.wire.conftest import WORLD, Xnat
from tests.contract.wire.sending import image, new_study
from xnat_ferry.practice.process import PracticeServer

LEFT_OUT = [
    LeftOut("write 3.4", "overwritten files move to the history", "the site keeps no history of files"),
    LeftOut(
        "write 3.4",
        "the whole destination is copied before",
        "only what is replaced is put aside: nobody sees it",
    ),
    LeftOut("write 3.4", "separatePETMR, and SEPARATING", "a PET/MR session is archived as one"),
    LeftOut("read 13.16", "separatePETMR", "stored as any configuration, but nothing is separated"),
]
Files = dict[str, bytes]


def merged(xnat: Xnat, first: Files, then: Files, query: str = "") -> dict[str, Any]:
    """The session after a second upload has come to the first."""
    label = new_label()
    archived(xnat, label, first)
    answer = archive(xnat, ready(xnat, label, then), query)
    assert answer.status_code == 200, xnat.headline(answer)
    return session_of(xnat, label)


def ids(session: dict[str, Any]) -> list[str]:
    return [scan["id"] for scan in session["scans"]]


def uids(session: dict[str, Any]) -> dict[str, str]:
    return {scan["id"]: scan["uid"] for scan in session["scans"]}


def other_series(study: str, number: int = 5, series: int = 99, **tags: object) -> bytes:
    """An instance of another series under the number 1."""
    return image(study, number, series, SeriesNumber="1", **tags)


@fact("write 3.4")
def test_a_scan_that_is_not_there_is_added(xnat: Xnat) -> None:
    study = new_study()
    assert ids(merged(xnat, {"1.dcm": image(study)}, {"1.dcm": image(study, 1, 2)})) == ["1", "2"]


@fact("write 3.4")
def test_the_same_scan_and_series_is_merged_into(xnat: Xnat) -> None:
    study = new_study()
    session = merged(xnat, {"1.dcm": image(study)}, {"2.dcm": image(study, 2)})
    assert ids(session) == ["1"]
    assert list(files_of(session)) == ["1.dcm", "2.dcm"]


@fact("write 3.4")
@pytest.mark.parametrize(
    ("modality", "renamed"),
    [("MR", "1-MR1"), ("CT", "1-CT1"), ("PT", "1-PT1"), ("SR", "1-OT1"), ("US", "1-US1")],
)
def test_another_series_under_a_taken_number_is_renamed_by_its_modality(
    xnat: Xnat, modality: str, renamed: str
) -> None:
    study = new_study()
    more = {"9.dcm": image(study, 1, 9, Modality=modality)}
    first = {"1.dcm": image(study, Modality=modality), **more}
    session = merged(xnat, first, {"1.dcm": other_series(study, Modality=modality)})
    assert ids(session) == ["1", "9", renamed]
    assert uids(session)[renamed] == f"{study}.99"
    address = f"/data/experiments/{session['id']}/scans/{renamed}/resources/DICOM/files/1.dcm"
    assert xnat.get(address).status_code == 200


@fact("write 3.4")
def test_a_third_series_of_a_number_gets_the_next_name(xnat: Xnat) -> None:
    label, study = new_label(), new_study()
    archived(xnat, label, {"1.dcm": image(study)})
    for series in (98, 99):
        archive(xnat, ready(xnat, label, {"5.dcm": other_series(study, series=series)}))
    assert ids(session_of(xnat, label)) == ["1", "1-MR1", "1-MR2"]


@fact("write 3.4")
def test_the_same_upload_again_is_known_by_its_uid(xnat: Xnat) -> None:
    label, study = new_label(), new_study()
    archived(xnat, label, {"1.dcm": image(study)})
    archive(xnat, ready(xnat, label, {"5.dcm": other_series(study)}))
    archive(xnat, ready(xnat, label, {"6.dcm": other_series(study, 6)}))
    session = session_of(xnat, label)
    assert ids(session) == ["1", "1-MR1"]
    assert list(files_of(session, "1-MR1")) == ["5.dcm", "6.dcm"]


@fact("write 3.4")
def test_overriding_a_known_series_under_a_new_number_adds_a_further_scan(xnat: Xnat) -> None:
    study = new_study()
    again = {"1.dcm": image(study, SeriesNumber="7")}
    session = merged(xnat, {"1.dcm": image(study)}, again, "overwrite=append")
    assert uids(session) == {"1": f"{study}.1", "7": f"{study}.1"}


@fact("write 3.4")
def test_unless_another_scan_is_renamed_then_it_merges_under_the_archived_number(xnat: Xnat) -> None:
    study = new_study()
    first = {"1.dcm": image(study), "2.dcm": image(study, 1, 2)}
    then = {"3.dcm": other_series(study), "4.dcm": image(study, 4, 2, SeriesNumber="7")}
    session = merged(xnat, first, then, "overwrite=append")
    assert ids(session) == ["1", "2", "1-MR1"]
    assert list(files_of(session, "2")) == ["2.dcm", "4.dcm"]


@fact("write 3.4")
def test_scans_without_uid_count_as_one_series(xnat: Xnat) -> None:
    label, study = new_label(), new_study()
    archived(xnat, label, {"1.dcm": image(study)})
    path = f"/data/projects/SRC/subjects/S/experiments/{label}/scans/5?xsiType=xnat:mrScanData"
    assert xnat.put(path).status_code in (200, 201)
    lost = image(study, 2, 2, SeriesInstanceUID="")
    answer = archive(xnat, ready(xnat, label, {"2.dcm": lost}))
    words = "Session already contains a scan with the same UID, but a different number (2)."
    assert xnat.headline(answer).endswith(words)


@fact("write 3.4")
def test_instances_are_matched_by_uid_and_the_old_file_is_deleted(xnat: Xnat) -> None:
    study = new_study()
    session = merged(
        xnat,
        {"1.dcm": image(study), "2.dcm": image(study, 2)},
        {"renamed.dcm": image(study, ImageComments="second")},
        "overwrite=append",
    )
    assert files_of(session) == {"2.dcm": f"{study}.1.2", "renamed.dcm": f"{study}.1.1"}
    base = f"/data/experiments/{session['id']}/scans/1/resources/DICOM/files"
    assert b"second" in xnat.get(f"{base}/renamed.dcm").content
    assert xnat.get(f"{base}/1.dcm").status_code != 200


@fact("write 3.4", "useSopInstanceUidToUniquelyIdentifyDicom off: matched by URI")
def test_without_that_preference_entries_are_matched_by_path(fresh: Xnat) -> None:
    fresh.post("/xapi/siteConfig", "root", json={"useSopInstanceUidToUniquelyIdentifyDicom": False})
    study = new_study()
    session = merged(fresh, {"1.dcm": image(study)}, {"2.dcm": image(study)})
    assert files_of(session) == {"1.dcm": f"{study}.1.1", "2.dcm": f"{study}.1.1"}
    session = merged(fresh, {"1.dcm": image(study)}, {"1.dcm": image(study, 2)}, "overwrite=delete")
    assert files_of(session) == {"1.dcm": f"{study}.1.2"}


@fact("write 3.4")
def test_a_resource_of_a_new_label_is_added(xnat: Xnat) -> None:
    label, study = new_label(), new_study()
    archived(xnat, label, {"1.dcm": image(study)})
    row = ready(xnat, label, {"2.dcm": image(study, 2)})
    xnat.put(f"/data{row}/resources/NOTES/files/note.txt?inbody=true", content=b"x")
    assert archive(xnat, row).status_code == 200
    assert [one["label"] for one in session_of(xnat, label)["resources"]] == ["NOTES"]


def listed(xnat: Xnat, label: str) -> dict[str, str]:
    (found,) = [one for one in xnat.rows("/data/projects/SRC/experiments") if one["label"] == label]
    return found


@fact("write 3.4")
def test_existing_metadata_win(xnat: Xnat) -> None:
    label, study = new_label(), new_study()
    archived(xnat, label, {"1.dcm": image(study, SeriesDescription="first")})
    later = image(study, 2, StudyDate="20300101", SeriesDescription="second")
    archive(xnat, ready(xnat, label, {"2.dcm": later}), "xnat:mrSessionData/date=2031-01-01")
    assert listed(xnat, label)["date"] == "2024-03-05"
    assert session_of(xnat, label)["scans"][0]["series_description"] == "first"


@fact("write 3.4")
def test_missing_metadata_are_filled(xnat: Xnat) -> None:
    label, study = new_label(), new_study()
    archived(xnat, label, {"1.dcm": image(study, StudyDate="", SeriesDescription="")})
    assert listed(xnat, label)["date"] == ""
    archive(xnat, ready(xnat, label, {"2.dcm": image(study, 2, SeriesDescription="second")}))
    assert listed(xnat, label)["date"] == "2024-03-05"
    assert session_of(xnat, label)["scans"][0]["series_description"] == "second"


@fact("write 3.4")
def test_an_empty_session_is_filled_and_gets_the_studys_uid(xnat: Xnat) -> None:
    label, study = new_label(), new_study()
    path = f"/data/projects/SRC/subjects/S/experiments/{label}?xsiType=xnat:mrSessionData"
    assert xnat.put(path).status_code in (200, 201)
    assert archive(xnat, ready(xnat, label, {"1.dcm": image(study)})).status_code == 200
    session = session_of(xnat, label)
    assert (session["study_uid"], ids(session)) == (study, ["1"])


def actions(xnat: Xnat, label: str) -> list[str]:
    events = xnat.get(f"/data/experiments/{xnat.id_of(label)}/history?format=json").json()["events"]
    return [event["event_action"] for event in sorted(events, key=lambda event: int(event["event_id"]))]


@fact("write 3.4")
def test_the_studys_uid_stays_and_merged_uids_is_recorded(xnat: Xnat) -> None:
    label, study = new_label(), new_study()
    archived(xnat, label, {"1.dcm": image(study)})
    row = ready(xnat, label, {"2.dcm": image(new_study(), 1, 2)})
    assert archive(xnat, row, "overwrite=append").status_code == 200
    assert session_of(xnat, label)["study_uid"] == study
    assert actions(xnat, label) == ["Transferred", "Merged", "Merged UIDs"]


@fact("write 3.4")
def test_workflows_say_transferred_and_then_merged(xnat: Xnat) -> None:
    label, study = new_label(), new_study()
    archived(xnat, label, {"1.dcm": image(study)})
    assert actions(xnat, label) == ["Transferred"]
    archive(xnat, ready(xnat, label, {"2.dcm": image(study, 2)}))
    assert actions(xnat, label) == ["Transferred", "Merged"]


@fact("write 3.4")
@pytest.mark.parametrize("overwrite", ["append", "delete"])
def test_nothing_that_is_there_goes_whatever_overwrite_says(xnat: Xnat, overwrite: str) -> None:
    study = new_study()
    first = {"1.dcm": image(study), "2.dcm": image(study, 2), "3.dcm": image(study, 1, 2)}
    session = merged(xnat, first, {"1.dcm": image(study)}, f"overwrite={overwrite}")
    assert ids(session) == ["1", "2"]
    assert list(files_of(session)) == ["2.dcm", "1.dcm"]


@fact("write 3.4")
def test_a_session_is_replaced_by_deleting_it_with_its_files_first(xnat: Xnat) -> None:
    label, study = new_label(), new_study()
    archived(xnat, label, {"1.dcm": image(study), "2.dcm": image(study, 2)})
    xnat.delete(f"/data/projects/SRC/experiments/{label}?removeFiles=true")
    archived(xnat, label, {"1.dcm": image(study)})
    assert list(files_of(session_of(xnat, label))) == ["1.dcm"]


@fact("write 3.4")
@pytest.mark.parametrize("entry", ["service", "commit"])
def test_a_projects_quarantine_code_holds_what_comes(fresh: Xnat, entry: str) -> None:
    fresh.put("/data/projects/SRC/quarantine_code/1")
    row = ready(fresh, "L")
    answer = archive(fresh, row) if entry == "service" else fresh.post(f"/data{row}?action=commit&AA=true")
    assert answer.status_code in (200, 301)
    assert session_of(fresh, "L")["status"] == "quarantine"


@fact("write 3.4")
@pytest.mark.parametrize(
    ("has", "query", "started"), [(True, "", 1), (True, "triggerPipelines=false", 0), (False, "", 0)]
)
def test_pipelines_start_unless_told_otherwise(
    world: Callable[..., Xnat], has: bool, query: str, started: int
) -> None:
    site = world(f"[server]\nunconfirmed = {{ projects_have_autorun = {str(has).lower()} }}\n{WORLD}")
    archive(site, ready(site, "L"), query)
    assert actions(site, "L").count("xnat_tools/AutoRun.xml") == started


@fact("write 3.4")
def test_after_success_nothing_is_left_in_the_prearchive_and_the_cache(tmp_path: Path) -> None:
    (tmp_path / "world.toml").write_text(WORLD)
    data = tmp_path / "data"
    with PracticeServer(str(tmp_path / "world.toml"), data=data) as server:
        xnat = Xnat(server)
        study = new_study()
        row = ready(xnat, "L", {"1.dcm": image(study), "2.dcm": image(study, 2)})
        place = data / row.strip("/").replace("prearchive/projects", "prearchive")
        archive(xnat, row)
        again = ready(xnat, "L", {"1.dcm": image(study)})
        assert archive(xnat, again, "overwrite=append").status_code == 200
        assert not place.exists()
        assert row_of(xnat, row) is None
        assert not [path for path in (data / "cache").rglob("*") if path.is_file()]
        two = data / "archive" / "SRC" / "arc001" / "L" / "SCANS" / "1" / "DICOM" / "2.dcm"
        assert two.is_file()


@fact("write 3.4", "files are moved")
def test_files_are_moved_and_not_copied(tmp_path: Path) -> None:
    (tmp_path / "world.toml").write_text(WORLD)
    data = tmp_path / "data"
    with PracticeServer(str(tmp_path / "world.toml"), data=data) as server:
        xnat = Xnat(server)
        row = ready(xnat, "L")
        below = Path("SCANS", "1", "DICOM", "1.dcm")
        before = (data / row.strip("/").replace("prearchive/projects", "prearchive") / below).stat().st_ino
        archive(xnat, row)
        assert (data / "archive" / "SRC" / "arc001" / "L" / below).stat().st_ino == before


@fact("write 3.4", "never an error when merging")
def test_renaming_is_no_error_even_if_files_have_the_same_names(xnat: Xnat) -> None:
    study = new_study()
    session = merged(xnat, {"1.dcm": image(study)}, {"1.dcm": other_series(study)})
    assert ids(session) == ["1", "1-MR1"]


@fact("write 3.4", "several at once")
def test_several_sessions_merge_as_single_ones_do(xnat: Xnat) -> None:
    label, study = new_label(), new_study()
    archived(xnat, label, {"1.dcm": image(study)})
    rows = [ready(xnat, label, {"2.dcm": image(study, 2)}), ready(xnat, new_label())]
    xnat.post(f"{ARCHIVE}?src={rows[0]}&src={rows[1]}&overwrite=append")
    until(lambda: all(row_of(xnat, row) is None for row in rows))
    assert list(files_of(session_of(xnat, label))) == ["1.dcm", "2.dcm"]
