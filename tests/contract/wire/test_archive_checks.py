"""What may speak against archiving, message by message and in their order (wire-write 3.3)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.archiving import (
    ARCHIVE,
    FAILED,
    archive,
    archived,
    files_of,
    labels_of,
    new_label,
    ready,
    session_of,
    status_of,
    until,
)
from tests.contract.wire.conftest import WORLD, Xnat
from tests.contract.wire.sending import image, new_study, send
from xnat_ferry.practice.process import PracticeServer

LEFT_OUT = [
    LeftOut(
        "write 3.3", "4 unable to deduce session label", "a row always has a folder's name to fall back on"
    ),
    LeftOut("write 3.3", "7 justification missing", "the archiver gives a reason by itself (0.3)"),
    LeftOut("write 3.3", "8a schema validation", "what the report says is not known"),
    LeftOut("write 3.3", "15, 16", "cannot occur after 9, as the fact itself says"),
    LeftOut("write 3.3", "22 plugin validation", "there are no plugins"),
    LeftOut(
        "write 3.3",
        "26 Duplicate file uploaded.",
        "25 comes before it wherever a non-DICOM file has its twin",
    ),
    LeftOut(
        "write 3.3",
        "29 'Something went wrong: I anonymized the data in …'",
        "nothing can go wrong after the script",
    ),
    LeftOut("write 3.3", "30 save errors", "labels are cleaned and rights are checked before"),
    LeftOut(
        "write 3.3", "what a save leaves behind when it fails", "nothing fails after the files have moved"
    ),
]
NO_WAY = "There is no way to override this conflict, you will need to fix your data."
EXISTS = "Session already exists, retry with overwrite enabled"
MATCHING = "Session already exists with matching files."
RESOURCES = "Session already exists with the same resources."
OTHER_UID = "Invalid modification of session UID via archive process."
OVERRIDES = ("overwrite=append", "overwrite=delete")
Files = dict[str, bytes]


def refuse(xnat: Xnat, row: str, words: str, query: str = "", status: str = "CONFLICT") -> None:
    """Archiving fails with these words and leaves that status."""
    answer = archive(xnat, row, query)
    label = row.rpartition("/")[2]
    assert (answer.status_code, xnat.headline(answer)) == (500, FAILED.format(label, words))
    assert status_of(xnat, row) == status


def second(xnat: Xnat, first: Files, then: Files, **more: str) -> str:
    """A row that meets an archived session of its label."""
    label = new_label()
    archived(xnat, label, first)
    return ready(xnat, label, then, **more)


@fact("write 3.3", "1")
def test_a_row_that_is_archived_already(fresh: Xnat) -> None:
    row = ready(fresh, new_label())
    fresh.server.set_faults([{"match": f"POST {ARCHIVE}", "hold": 3.0, "times": 1}])
    archive(fresh, row, "http-session-listener=x")
    until(lambda: status_of(fresh, row) == "_ARCHIVING")
    fresh.post(f"/data/services/prearchive/rebuild?src={row}&overrideLock=true")
    until(lambda: status_of(fresh, row) == "READY")
    answer = archive(fresh, row)
    words = "Duplicate archive attempt. Prearchive session already archiving."
    assert (answer.status_code, fresh.headline(answer)) == (500, FAILED.format(row.rpartition("/")[2], words))
    until(lambda: status_of(fresh, row) == "")


@fact("write 3.3", "2")
def test_no_destination_project(xnat: Xnat) -> None:
    label = new_label()
    row = ready(xnat, label, project="NOPE")
    answer = xnat.post(f"/data{row}?action=commit&AA=true")
    words = FAILED.format(label, "unable to identify destination project")
    assert (answer.status_code, xnat.headline(answer)) == (500, words)
    assert status_of(xnat, row) == "ERROR"


@fact("write 3.3", "3")
@pytest.mark.parametrize("query", ["", "&overwrite=delete"])
def test_a_path_that_the_schema_does_not_have(xnat: Xnat, query: str) -> None:
    row = ready(xnat, new_label())
    words = "unable to map parameters to valid xml path: "
    refuse(xnat, row, words, f"xnat:mrSessionData/nonsense=1{query}", "ERROR")


@fact("write 3.3", "5")
def test_a_destination_in_use(xnat: Xnat) -> None:
    label = new_label()
    first, other = ready(xnat, label), ready(xnat, label)
    xnat.server.set_faults([{"match": f"POST {ARCHIVE}", "hold": 1.5, "times": 1}])
    with ThreadPoolExecutor() as pool:
        running = pool.submit(archive, xnat, first)
        until(lambda: status_of(xnat, first) == "_ARCHIVING")
        refuse(xnat, other, "Duplicate archive attempt.  Destination session in use.", status="ERROR")
        assert running.result().status_code == 200
    xnat.server.set_faults([])


@fact("write 3.3", "6")
def test_a_pipeline_at_work_on_the_session(world: Callable[..., Xnat]) -> None:
    site = world(f"[server]\nunconfirmed = {{ projects_have_autorun = true }}\n{WORLD}")
    study = new_study()
    row = second(site, {"1.dcm": image(study)}, {"2.dcm": image(study, 1, 2)})
    words = (
        "Session processing may already be in progress: xnat_tools/AutoRun.xml.  "
        "Concurrent modification is discouraged."
    )
    refuse(site, row, words)
    assert archive(site, row, "overwrite=append").status_code == 200


@fact("write 3.3", "8")
@pytest.mark.parametrize("query", ["", *OVERRIDES])
def test_a_subject_that_cannot_be_told(world: Callable[..., Xnat], query: str) -> None:
    site = world(WORLD.replace('subject = "009"', 'subject = ""'))
    (row,) = site.rows("/data/prearchive/projects/DST")
    refuse(site, row["url"], "Unable to identify subject.", query, "ERROR")


@fact("write 3.3", "9: a 409, which the session importer passes on")
def test_an_existing_session_where_merging_is_not_allowed(xnat: Xnat) -> None:
    label, study = new_label(), new_study()
    archived(xnat, label, {"1.dcm": image(study)})
    where = f"import-handler=SI&dest=/archive/projects/SRC&subject=S&session={label}"
    answer = send(xnat, {"2.dcm": image(study, 2)}, where)
    assert answer.status_code == 409
    assert EXISTS in xnat.headline(answer)


def shared(xnat: Xnat, name: str = "") -> str:
    """A row for DST whose label a session has that is only shared into it."""
    label = new_label()
    archived(xnat, label)
    shown = name or label
    path = f"/data/projects/SRC/subjects/S/experiments/{label}/projects/DST?label={shown}"
    assert xnat.put(path).status_code == 200
    return ready(xnat, shown, project="DST")


@fact("write 3.3", "10, before 11")
@pytest.mark.parametrize("query", ["", *OVERRIDES])
def test_a_session_of_another_label(xnat: Xnat, query: str) -> None:
    row = shared(xnat, f"as_{new_label()}")
    refuse(xnat, row, "Invalid modification of session label via archive process.", query)


@fact("write 3.3", "11")
@pytest.mark.parametrize("query", ["", *OVERRIDES])
def test_a_session_of_another_project(xnat: Xnat, query: str) -> None:
    refuse(xnat, shared(xnat), "Invalid modification of session project via archive process.", query)


@fact("write 3.3", "12")
@pytest.mark.parametrize("query", ["", *OVERRIDES])
def test_a_session_of_another_modality(xnat: Xnat, query: str) -> None:
    study = new_study()
    row = second(xnat, {"1.dcm": image(study)}, {"2.dcm": image(study, 1, 2, Modality="CT")})
    words = "Invalid modification of session modality via archive process.  Data may require a manual merge."
    refuse(xnat, row, words, query)


@fact("write 3.3", "12: preventCrossModalityMerge")
def test_another_modality_is_no_matter_where_the_site_says_so(fresh: Xnat) -> None:
    fresh.post("/xapi/siteConfig", "root", json={"preventCrossModalityMerge": False})
    study = new_study()
    row = second(fresh, {"1.dcm": image(study)}, {"2.dcm": image(study, 1, 2, Modality="CT")})
    assert archive(fresh, row).status_code == 200


@fact("write 3.3", "13")
@pytest.mark.parametrize("query", ["", *OVERRIDES])
@pytest.mark.parametrize("known", [True, False])
def test_a_session_of_another_subject(xnat: Xnat, query: str, known: bool) -> None:
    label, study = new_label(), new_study()
    archived(xnat, label, {"1.dcm": image(study)})
    subject = f"T{label}"
    if known:
        xnat.put(f"/data/projects/SRC/subjects/{subject}")
    row = ready(xnat, label, {"2.dcm": image(study, 1, 2)}, subject=subject)
    words = (
        "Invalid modification of session subject via archive process.: {} Already Exists for another Subject"
    )
    refuse(xnat, row, words.format(label), query)


@fact("write 3.3", "14")
def test_another_study(xnat: Xnat) -> None:
    row = second(xnat, {"1.dcm": image(new_study())}, {"2.dcm": image(new_study(), 1, 2)})
    refuse(xnat, row, OTHER_UID)
    assert archive(xnat, row, "overwrite=append").status_code == 200


@fact("write 3.3", "14: config tool sessionmerging/uid_mod")
@pytest.mark.parametrize("project", ["/projects/SRC", ""])
def test_another_study_is_no_matter_where_merging_is_configured_so(fresh: Xnat, project: str) -> None:
    path = f"/data{project}/config/sessionmerging/uid_mod?inbody=true"
    assert fresh.put(path, "root", content=b"true").status_code in (200, 201)
    row = second(fresh, {"1.dcm": image(new_study())}, {"2.dcm": image(new_study(), 1, 2)})
    assert archive(fresh, row).status_code == 200


@fact("write 3.3", "17")
def test_a_series_under_another_number(xnat: Xnat) -> None:
    study = new_study()
    row = second(xnat, {"1.dcm": image(study)}, {"2.dcm": image(study, 2, SeriesNumber="7")})
    refuse(xnat, row, "Session already contains a scan with the same UID, but a different number (7).")
    assert archive(xnat, row, "overwrite=delete").status_code == 200


@fact("write 3.3", "18, 20: on disk only")
@pytest.mark.parametrize(
    ("harm", "words"),
    [
        ("stray", "Scan 1 has 1 non-DICOM (or non-parsable DICOM) files"),
        ("gone", "Expected a catalog file, however it was missing."),
    ],
)
def test_files_without_a_catalog_and_a_catalog_without_files(tmp_path: Path, harm: str, words: str) -> None:
    (tmp_path / "world.toml").write_text(WORLD)
    data = tmp_path / "data"
    with PracticeServer(str(tmp_path / "world.toml"), data=data) as server:
        xnat = Xnat(server)
        study = new_study()
        row = ready(xnat, "L", {"1.dcm": image(study), "2.dcm": image(study, 1, 2)})
        folder = data / row.strip("/").replace("prearchive/projects", "prearchive") / "SCANS"
        if harm == "stray":
            (folder / "1" / "DICOM" / "note.txt").write_text("stray")
        else:
            (folder / "2" / "DICOM" / "2.dcm").rename(tmp_path / "kept.dcm")
            (folder / "2" / "DICOM").rmdir()
        refuse(xnat, row, words, status="ERROR")
        if harm == "gone":
            (folder / "2" / "DICOM").mkdir()
            (tmp_path / "kept.dcm").rename(folder / "2" / "DICOM" / "2.dcm")
        assert archive(xnat, row, "overwrite=append").status_code == 200


@fact("write 3.3", "19")
@fact("read 13.9", "the same SOPInstanceUID twice stops archiving unless overwrite=delete")
def test_an_instance_twice(xnat: Xnat) -> None:
    label, study = new_label(), new_study()
    row = ready(xnat, label, {"1.dcm": image(study), "2.dcm": image(study)})
    words = f"Scan 1 DICOM catalog contains duplicated SOP instance UIDs: {study}.1.1"
    refuse(xnat, row, words, status="ERROR")
    assert archive(xnat, row, "overwrite=delete").status_code == 200
    assert len(files_of(session_of(xnat, label))) == 1


@fact("write 3.3", "21")
@pytest.mark.parametrize("query", ["", *OVERRIDES])
def test_a_series_that_the_filter_refuses_where_the_site_looks_again(fresh: Xnat, query: str) -> None:
    fresh.post("/xapi/siteConfig", "root", json={"verifyComplianceInPrearcSessionReview": True})
    row = ready(fresh, "L", {"1.dcm": image(new_study(), SeriesDescription="a localizer here")})
    moved = fresh.post(f"/data{row}?action=move&newProject=DST").text.removeprefix("/data")
    words = "Scan 1 is non-compliant with this project's DICOM whitelist/blacklist."
    refuse(fresh, moved, words, query, "ERROR")


def left_behind(xnat: Xnat, label: str, files: Files) -> None:
    """A session that was deleted without its files."""
    archived(xnat, label, files)
    assert xnat.delete(f"/data/projects/SRC/experiments/{label}").status_code == 200
    assert label not in labels_of(xnat)


@fact("write 3.3", "23")
def test_a_folder_that_is_there_where_merging_is_not_allowed(xnat: Xnat) -> None:
    label, study = new_label(), new_study()
    left_behind(xnat, label, {"1.dcm": image(study)})
    where = f"import-handler=SI&dest=/archive/projects/SRC&subject=S&session={label}"
    answer = send(xnat, {"2.dcm": image(study, 2)}, where)
    assert answer.status_code == 409
    assert MATCHING in xnat.headline(answer)


@fact("write 3.3", "24")
def test_the_same_instance_under_another_name(xnat: Xnat) -> None:
    study = new_study()
    row = second(xnat, {"1.dcm": image(study)}, {"9.dcm": image(study)})
    refuse(xnat, row, RESOURCES)
    assert archive(xnat, row, "overwrite=append").status_code == 200


@fact("write 3.3", "25, also instead of 24 where both hold")
@pytest.mark.parametrize("number", [1, 2])
def test_a_path_that_is_taken(xnat: Xnat, number: int) -> None:
    study = new_study()
    row = second(xnat, {"1.dcm": image(study)}, {"1.dcm": image(study, number)})
    refuse(xnat, row, MATCHING)


@fact("write 3.3", "25: .xml and .log are ignored")
@pytest.mark.parametrize(("name", "status"), [("a.xml", 200), ("a.log", 200), ("a.txt", 500)])
def test_documents_and_logs_are_no_conflict(xnat: Xnat, name: str, status: int) -> None:
    label, study = new_label(), new_study()

    def with_note(row: str) -> str:
        put = xnat.put(f"/data{row}/resources/NOTES/files/{name}?inbody=true", content=b"x")
        assert put.status_code == 200
        return row

    archive(xnat, with_note(ready(xnat, label, {"1.dcm": image(study)})))
    xnat.delete(f"/data/projects/SRC/experiments/{label}")
    again = with_note(ready(xnat, label, {"2.dcm": image(study, 2)}))
    assert archive(xnat, again).status_code == status


@fact("write 3.3", "25 on leftover folders")
def test_what_a_deleted_session_left_behind_is_a_conflict(xnat: Xnat) -> None:
    label, study = new_label(), new_study()
    left_behind(xnat, label, {"1.dcm": image(study)})
    row = ready(xnat, label, {"1.dcm": image(study)})
    refuse(xnat, row, MATCHING)
    assert archive(xnat, row, "overwrite=delete").status_code == 200


@fact("write 3.3", "25: removeFiles=true leaves nothing behind")
def test_nothing_is_left_behind_when_files_are_removed(xnat: Xnat) -> None:
    label, study = new_label(), new_study()
    archived(xnat, label, {"1.dcm": image(study)})
    xnat.delete(f"/data/projects/SRC/experiments/{label}?removeFiles=true")
    assert archive(xnat, ready(xnat, label, {"1.dcm": image(study)})).status_code == 200


@fact("write 3.3", "26")
def test_a_script_that_makes_two_instances_one(world: Callable[..., Xnat]) -> None:
    script = '(0008,0018) := "1.2.777"'
    site = world(WORLD + f"\n[[projects]]\nid = 'ONE'\nanonymization = '{script}'\n")
    study = new_study()
    archived(site, "L", {"1.dcm": image(study)}, project="SRC")
    row = ready(site, "L", {"1.dcm": image(study)})
    moved = site.post(f"/data{row}?action=move&newProject=ONE", "root").text.removeprefix("/data")
    assert archive(site, moved, user="root").status_code == 200
    again = ready(site, "L", {"2.dcm": image(study, 2)})
    moved = site.post(f"/data{again}?action=move&newProject=ONE", "root").text.removeprefix("/data")
    answer = archive(site, moved, user="root")
    assert site.headline(answer) == FAILED.format("L", "Duplicate DICOM file uploaded.")
    assert status_of(site, moved) == "CONFLICT"
    assert list(files_of(session_of(site, "L", "ONE"))) == ["1.dcm"]


@fact("write 3.3", "27")
@pytest.mark.parametrize("query", OVERRIDES)
def test_another_kind_of_file_with_the_name_of_an_instance(xnat: Xnat, query: str) -> None:
    label, study = new_label(), new_study()
    archived(xnat, label, {"1.dcm": image(study)})
    put = f"/data/projects/SRC/subjects/S/experiments/{label}/scans/1/resources/DICOM/files/2.dcm?inbody=true"
    assert xnat.put(put, content=b"no DICOM at all").status_code == 200
    row = ready(xnat, label, {"2.dcm": image(study, 2)})
    refuse(
        xnat, row, f"A non-DICOM file exists with the same name as an incoming DICOM file. {NO_WAY}", query
    )


@fact("write 3.3", "28")
@pytest.mark.parametrize("query", OVERRIDES)
def test_another_instance_with_the_name_of_one(xnat: Xnat, query: str) -> None:
    study = new_study()
    row = second(xnat, {"1.dcm": image(study)}, {"1.dcm": image(study, 2)})
    words = f"A DICOM file with the same name but different UID already exists. {NO_WAY}"
    refuse(xnat, row, words, query)


@fact("write 3.3", "29, and 3.4: restored on failure")
def test_a_file_system_that_fails_leaves_nothing_half_merged(tmp_path: Path) -> None:
    (tmp_path / "world.toml").write_text(WORLD)
    data = tmp_path / "data"
    with PracticeServer(str(tmp_path / "world.toml"), data=data) as server:
        xnat = Xnat(server)
        study = new_study()
        archived(xnat, "L", {"1.dcm": image(study), "2.dcm": image(study, 2)})
        before = session_of(xnat, "L")
        (data / "archive" / "SRC" / "arc001" / "L" / "SCANS" / "1" / "DICOM" / "4.dcm").mkdir()
        then = {f"{number}.dcm": image(study, number, ImageComments="x") for number in (1, 3, 4)}
        row = ready(xnat, "L", then)
        answer = archive(xnat, row, "overwrite=append")
        assert xnat.headline(answer).startswith("FAILED: Unable to archive L: Operation Failed: Failed to ")
        assert status_of(xnat, row) == "ERROR"
        assert session_of(xnat, "L") == before
        assert len(xnat.rows(f"/data{row}/scans/1/resources/DICOM/files")) == 3


@fact("write 3.3", "in order: what comes first is told")
def test_the_first_of_several_reasons_is_told(xnat: Xnat) -> None:
    label, study = new_label(), new_study()
    archived(xnat, label, {"1.dcm": image(study)})
    other = {"1.dcm": image(f"{study}.5", Modality="CT")}
    row = ready(xnat, label, other, subject="T")
    refuse(
        xnat,
        row,
        "Invalid modification of session modality via archive process.  Data may require a manual merge.",
    )
    row = ready(xnat, label, {"1.dcm": image(f"{study}.6")}, subject="T")
    words = (
        "Invalid modification of session subject via archive process.: {} Already Exists for another Subject"
    )
    refuse(xnat, row, words.format(label))
    row = ready(xnat, label, {"1.dcm": image(f"{study}.7", SeriesInstanceUID=f"{study}.1", SeriesNumber="7")})
    refuse(xnat, row, OTHER_UID)
