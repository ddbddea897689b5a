"""Imports that archive: overwrite, what a failure leaves behind, the traps (wire-write 1.3, 1.4, 1.7)."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.facts import fact
from tests.contract.wire.conftest import Xnat, serving
from tests.contract.wire.sending import image, last_log, lines, new_study, row_at, send

WORLD = """
[[users]]
login = "ada"
projects = { P0 = "owner", P4 = "owner", P5 = "owner", BAD = "owner" }

[[users]]
login = "root"
admin = true

[[projects]]
id = "P0"

[[projects]]
id = "P4"
prearchive_code = 4

[[projects]]
id = "P5"
prearchive_code = 5

[[projects]]
id = "BAD"
anonymization = '(0010,0010) := "broken'
"""
GENERIC = "unable to archive for the Prearchive session"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Xnat]:
    with serving(tmp_path_factory.mktemp("world"), WORLD) as running:
        yield running


def archived(site: Xnat, label: str, project: str = "P0") -> dict[str, Any]:
    (found,) = [one for one in site.project(project)["sessions"] if one["label"] == label]
    return dict(found)


def waiting(site: Xnat, label: str, project: str = "P0") -> list[dict[str, Any]]:
    return [row for row in site.project(project)["prearchive"] if row["name"] == label]


def to(label: str, project: str = "P0") -> str:
    return f"dest=/archive/projects/{project}/subjects/S/experiments/{label}"


@fact("write 1.4")
@pytest.mark.parametrize(
    ("overwrite", "status"),
    [
        (None, 400),
        ("append", 200),
        ("delete", 200),
        ("override", 200),
        ("none", 200),
        ("", 200),
        ("other", 200),
    ],
)
def test_overwrite_none_still_merges_and_only_leaving_it_out_refuses(
    site: Xnat, overwrite: str | None, status: int
) -> None:
    study, label = new_study(), f"M_{overwrite or overwrite is None}"
    lines(send(site, {"1.dcm": image(study)}, to(label)))
    more = "" if overwrite is None else f"&overwrite={overwrite}"
    answer = send(site, {"2.dcm": image(study, 2)}, to(label) + more)
    assert answer.status_code == status
    if status == 400:
        assert site.headline(answer) == GENERIC
        assert "retry with overwrite enabled" in last_log(site, f"/data{waiting_path(site, label)}")
    else:
        (scan,) = archived(site, label)["scans"]
        assert len(scan["resources"][0]["files"]) == 2


def waiting_path(site: Xnat, label: str, project: str = "P0") -> str:
    rows = site.rows(f"/data/prearchive/projects/{project}?format=json", "root")
    (found,) = [row["url"] for row in rows if row["name"] == label]
    return found


@fact("write 1.4", "only delete and override lift exceptions such as another study UID")
@pytest.mark.parametrize(
    ("overwrite", "status"), [("append", 400), ("none", 400), ("delete", 200), ("override", 200)]
)
def test_only_delete_and_override_lift_exceptions(site: Xnat, overwrite: str, status: int) -> None:
    label = f"X_{overwrite}"
    lines(send(site, {"1.dcm": image(new_study())}, to(label)))
    other = {"9.dcm": image(new_study(), 9, 9)}
    answer = send(site, other, f"{to(label)}&overwrite={overwrite}")
    assert answer.status_code == status


@fact("write 1.4", "under code 4 and 5 a session is merged into without overwrite")
@pytest.mark.parametrize("project", ["P4", "P5"])
def test_auto_archive_rows_merge_without_overwrite(site: Xnat, project: str) -> None:
    study = new_study()
    lines(send(site, {"1.dcm": image(study)}, to("AUTO", project)))
    lines(send(site, {"2.dcm": image(study, 2)}, to("AUTO", project)))
    (scan,) = archived(site, "AUTO", project)["scans"]
    assert len(scan["resources"][0]["files"]) == 2


@fact("write 1.4", "AA:true in the DICOM makes a row merge without overwrite")
def test_aa_true_rows_merge_without_overwrite(site: Xnat) -> None:
    study = new_study()
    lines(send(site, {"1.dcm": image(study)}, to("AA")))
    lines(send(site, {"2.dcm": image(study, 2, PatientComments="AA:true")}, to("AA")))
    assert waiting(site, "AA") == []


@fact("write 1.3")
@pytest.mark.parametrize(
    ("more", "status"), [("", 400), ("&overwrite_files=true", 200), ("&overwrite_files=1", 400)]
)
def test_overwrite_files_replaces_same_files(site: Xnat, more: str, status: int) -> None:
    study, label = new_study(), f"OF{len(more)}"
    lines(send(site, {"1.dcm": image(study)}, to(label)))
    again = {"1.dcm": image(study, SeriesDescription="new")}
    assert send(site, again, f"{to(label)}&overwrite=append{more}").status_code == status


@fact("write 1.7", "project code 4 and 5 do not archive at the importer's commit, AA and auto-archive do")
@pytest.mark.parametrize(
    ("project", "more", "archives"),
    [("P4", "", False), ("P5", "", False), ("P0", "&AA=true", True), ("P0", "&auto-archive=true", True)],
)
def test_a_commit_archives_by_parameter_not_by_code(
    site: Xnat, project: str, more: str, archives: bool
) -> None:
    query = f"project={project}&subject=S&session=COM{len(more)}&action=commit{more}"
    (line,) = lines(send(site, {"1.dcm": image(new_study())}, query))
    assert line.startswith("/data/archive/projects/" if archives else "/data/prearchive/projects/")
    if not archives:
        assert row_at(site, line)["status"] == "READY"


@fact("write 1.7")
def test_any_failure_of_archiving_is_the_same_400_and_the_log_has_the_reason(site: Xnat) -> None:
    answer = send(site, {"1.dcm": image(new_study())}, to("BROKEN", "BAD"))
    assert (answer.status_code, site.headline(answer)) == (400, GENERIC)
    path = waiting_path(site, "BROKEN", "BAD")
    assert "Anonymization failed for prearcSession" in last_log(site, f"/data{path}")
    (row,) = waiting(site, "BROKEN", "BAD")
    assert row["status"] == "ERROR"


@fact("write 1.7")
def test_unassigned_data_cannot_be_archived(site: Xnat) -> None:
    answer = send(site, {"1.dcm": image(new_study(), PatientID="NOWHERE")}, "dest=/archive")
    assert (answer.status_code, site.headline(answer)) == (400, GENERIC)
    (row,) = [one for one in site.server.state()["unassigned"] if one["name"] == "NOWHERE"]
    assert row["status"] == "ERROR"


@fact("write 1.7")
def test_several_studies_stop_at_the_first_that_fails(site: Xnat) -> None:
    taken = new_study()
    lines(send(site, {"1.dcm": image(taken, PatientID="MULTI2")}, "dest=/archive/projects/P0&subject=S"))
    files = {
        "a.dcm": image(new_study(), PatientID="MULTI1"),
        "b.dcm": image(taken, 2, PatientID="MULTI2"),
        "c.dcm": image(new_study(), PatientID="MULTI3"),
    }
    answer = send(site, files, "dest=/archive/projects/P0&subject=S")
    assert (answer.status_code, site.headline(answer)) == (400, GENERIC)
    assert archived(site, "MULTI1")
    assert [row["status"] for row in waiting(site, "MULTI2")] == ["CONFLICT"]
    assert [row["status"] for row in waiting(site, "MULTI3")] == ["RECEIVING"]
    assert site.get(f"/data{waiting_path(site, 'MULTI3')}").status_code == 404


@fact("write 1.3")
def test_prearchive_code_with_overwrite_always_fails(site: Xnat) -> None:
    for value in ("append", "delete"):
        answer = send(site, {"1.dcm": image(new_study())}, f"project=P0&prearchive_code=1&overwrite={value}")
        assert answer.status_code == 400
        words = "Overwrite flag was not set to a valid option. ('append' or 'delete')"
        assert site.headline(answer) == words


@fact("write 1.3")
def test_prearchive_code_needs_the_parameter_project(site: Xnat) -> None:
    answer = send(site, {"1.dcm": image(new_study())}, "PROJECT_ID=P0&prearchive_code=1")
    assert answer.status_code == 500


@fact("write 1.3", "prearchive_code=1 does not archive, but merges: append, or delete under code 5")
def test_prearchive_code_sets_overwrite_from_the_project_and_does_not_archive(site: Xnat) -> None:
    study = new_study()
    query = "project=P0&subject=S&session=CODE&prearchive_code=1"
    (line,) = lines(send(site, {"1.dcm": image(study)}, query))
    assert line.startswith("/data/prearchive/")
    for project in ("P0", "P5"):
        lines(send(site, {"1.dcm": image(study)}, to("CODE2", project)))
        other = {"9.dcm": image(new_study(), 9, 9)}
        commit = f"project={project}&subject=S&session=CODE2&prearchive_code=1&AA=true&action=commit"
        answer = send(site, other, commit)
        assert answer.status_code == (200 if project == "P5" else 400)


@fact("write 1.7", "more files make a row that was ready or failed receiving again")
@pytest.mark.parametrize("status", ["READY", "CONFLICT", "ERROR", "RECEIVING"])
def test_more_files_make_a_row_receiving_again(site: Xnat, status: str) -> None:
    study = new_study()
    query = f"project=P0&session=MORE_{status}"
    (line,) = lines(send(site, {"1.dcm": image(study)}, f"{query}&action=commit"))
    assert site.post(f"{line}?action=set-status&status={status}").status_code == 200
    assert lines(send(site, {"2.dcm": image(study, 2)}, query)) == [line]
    assert row_at(site, line)["status"] == "RECEIVING"


@fact("write 2.3", "more files while a row is building interrupt that")
def test_more_files_while_building_are_an_interruption(site: Xnat) -> None:
    study = new_study()
    (line,) = lines(send(site, {"1.dcm": image(study)}, "project=P0&session=INT"))
    assert site.post(f"{line}?action=set-status&status=BUILDING").status_code == 200
    lines(send(site, {"2.dcm": image(study, 2)}, "project=P0&session=INT"))
    assert row_at(site, line)["status"] == "RECEIVING_INTERRUPT"


@fact("write 2.2", "a locked row takes no more files: the importer's catch-all")
def test_a_locked_row_takes_no_more_files(site: Xnat) -> None:
    study = new_study()
    (line,) = lines(send(site, {"1.dcm": image(study)}, "project=P0&session=LOCK"))
    assert site.post(f"{line}?action=set-status&status=_ARCHIVING").status_code == 200
    answer = send(site, {"2.dcm": image(study, 2)}, "project=P0&session=LOCK")
    assert (answer.status_code, site.headline(answer)) == (400, "unable to read DICOM object 2.dcm")


@fact("write 2.3")
@pytest.mark.parametrize(
    ("project", "said", "shown"),
    [
        ("P0", "", "Manual"),
        ("P4", "", "AutoArchive"),
        ("P5", "", "AutoArchiveOverwrite"),
        ("P0", "AA:true", "AutoArchive"),
        ("P5", "AA:f", "Manual"),
    ],
)
def test_a_rows_auto_archive_is_what_the_dicom_or_the_project_said(
    site: Xnat, project: str, said: str, shown: str
) -> None:
    files = {"1.dcm": image(new_study(), PatientComments=said)}
    (line,) = lines(send(site, files, f"project={project}&session=AAROW&AA=true"))
    rows = site.rows(f"/data/prearchive/projects/{project}?format=json", "root")
    (row,) = [row for row in rows if f"/data{row['url']}" == line]
    assert row["autoarchive"] == shown
    assert (row["scan_date"], row["scan_time"]) == ("2024-03-05", "10:11:12")


@fact("read 13.9", "the same SOPInstanceUID twice stops archiving unless overwrite=delete")
@pytest.mark.parametrize(
    ("more", "status"), [("", 400), ("&overwrite=append", 400), ("&overwrite=delete", 200)]
)
def test_one_instance_twice_stops_archiving_unless_deleting(site: Xnat, more: str, status: int) -> None:
    study = new_study()
    files = {"a.dcm": image(study), "b.dcm": image(study)}
    label = f"DUP{more[-6:]}"
    answer = send(site, files, to(label) + more)
    assert answer.status_code == status
    if status == 400:
        path = waiting_path(site, label)
        assert "duplicated SOP instance UIDs" in last_log(site, f"/data{path}")
