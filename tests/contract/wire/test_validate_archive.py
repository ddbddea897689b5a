"""The dry run of archiving (wire-write 2.6)."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.archiving import archive, archived, new_label, ready, status_of, upload
from tests.contract.wire.conftest import WORLD, Xnat
from tests.contract.wire.sending import image, new_study
from xnat_ferry.practice.process import PracticeServer

LEFT_OUT = [
    LeftOut("write 2.6", "6 no project", "an unassigned source is 400 before anything is validated"),
    LeftOut("write 2.6", "8 no label", "a row always has a folder's name to fall back on"),
    LeftOut("write 2.6", "9 no new id", "an ID can always be made"),
    LeftOut("write 2.6", "12 subject lookup server error", "a look-up cannot fail here"),
    LeftOut("write 2.6", "13 schema validation", "what the report says is not known"),
    LeftOut("write 2.6", "15 merge check could not run", "it always can"),
    LeftOut("write 2.6", "16 and 17 of plugins", "there are no plugins"),
]
SERVICE = "/data/services/validate-archive"
Notices = list[tuple[str, str, str]]


def validate(xnat: Xnat, row: str, query: str = "") -> Notices:
    answer = xnat.post(f"{SERVICE}?src={row}&format=json{query}")
    assert answer.status_code == 200
    told = answer.json()["ResultSet"]["Result"]
    assert all(list(one) == ["code", "type", "message"] for one in told)
    return [(one["code"], one["type"], one["message"]) for one in told]


EXISTS = ("1", "CONFLICT", "Session already exists, retry with overwrite enabled")
UID = ("5", "CONFLICT", "Invalid modification of session UID via archive process.")
SAME_SCAN = ("16", "CONFLICT", "Session already contains a scan (1) with the same UID and number.")
SAME_NUMBER = (
    "17",
    "CONFLICT",
    "Session already contains a scan (1) with the same number, but a different UID."
    " - New scan will be renamed during archive.",
)
SAME_UID = (
    "18",
    "CONFLICT",
    "Session already contains a scan with the same UID, but a different number (7).",
)
FILES = ("14", "CONFLICT", "Session already exists with matching files.")
RESOURCES = ("14", "CONFLICT", "Session already exists with the same resources.")


@fact("write 2.6")
def test_nothing_to_say_is_an_empty_list_and_nothing_happens(xnat: Xnat) -> None:
    row = ready(xnat, new_label(), subject="a_new_subject")
    assert validate(xnat, row) == []
    assert status_of(xnat, row) == "READY"
    assert "a_new_subject" not in [one["label"] for one in xnat.project("SRC")["subjects"]]


@fact("write 2.6")
def test_one_session_only(xnat: Xnat) -> None:
    row = ready(xnat, new_label())
    answer = xnat.post(f"{SERVICE}?src={row}&src={row}")
    words = "Cannot validate multiple sessions in one request."
    assert (answer.status_code, xnat.headline(answer)) == (400, words)


@fact("write 2.6", "codes 1, 5, 14, 16, 17, 18")
@pytest.mark.parametrize(
    ("second", "told"),
    [
        (lambda study: {"2.dcm": image(study, 2, 2)}, [EXISTS]),
        (lambda study: {"2.dcm": image(study, 2)}, [EXISTS, SAME_SCAN]),
        (lambda study: {"1.dcm": image(study, 2)}, [EXISTS, FILES, SAME_SCAN]),
        (lambda study: {"9.dcm": image(study, 1)}, [EXISTS, RESOURCES, SAME_SCAN]),
        (lambda study: {"2.dcm": image(study, 2, SeriesInstanceUID=f"{study}.9")}, [EXISTS, SAME_NUMBER]),
        (lambda study: {"2.dcm": image(study, 2, SeriesNumber="7")}, [EXISTS, SAME_UID]),
        (lambda study: {"2.dcm": image(f"{study}.5", 1, 2)}, [EXISTS, UID]),
    ],
)
def test_all_that_an_existing_session_brings_up_by_code(
    xnat: Xnat, second: Callable[[str], dict[str, bytes]], told: Notices
) -> None:
    label, study = new_label(), new_study()
    archived(xnat, label, {"1.dcm": image(study)})
    assert validate(xnat, ready(xnat, label, second(study))) == told


@fact("write 2.6", "CONFLICT 1, 16 and 17 alone do not stop it; 5, 14 and 18 do unless overridden")
@pytest.mark.parametrize(
    ("second", "stops"),
    [
        (lambda study: {"2.dcm": image(study, 2)}, False),
        (lambda study: {"2.dcm": image(study, 2, SeriesInstanceUID=f"{study}.9")}, False),
        (lambda study: {"1.dcm": image(study)}, True),
        (lambda study: {"2.dcm": image(study, 2, SeriesNumber="7")}, True),
        (lambda study: {"2.dcm": image(f"{study}.5", 1, 2)}, True),
    ],
)
def test_what_a_conflict_means_for_archiving(
    xnat: Xnat, second: Callable[[str], dict[str, bytes]], stops: bool
) -> None:
    label, study = new_label(), new_study()
    archived(xnat, label, {"1.dcm": image(study)})
    row = ready(xnat, label, second(study))
    assert validate(xnat, row)
    assert archive(xnat, row).status_code == (500 if stops else 200)
    if stops:
        assert archive(xnat, row, "overwrite=append").status_code == 200


@fact("write 2.6", "codes 2, 3")
@pytest.mark.parametrize(("shared_as", "code"), [("same", "3"), ("other", "2")])
def test_a_session_that_is_only_shared_into_the_project(xnat: Xnat, shared_as: str, code: str) -> None:
    label = new_label()
    archived(xnat, label)
    name = label if shared_as == "same" else new_label()
    shared = f"/data/projects/SRC/subjects/S/experiments/{label}/projects/DST?label={name}"
    assert xnat.put(shared).status_code == 200
    told = {number: (kind, words) for number, kind, words in validate(xnat, ready(xnat, name, project="DST"))}
    what = {"2": "label", "3": "project"}[code]
    assert told[code] == ("FAIL", f"Invalid modification of session {what} via archive process.")
    assert (code == "2") == ("2" in told)


@fact("write 2.6", "code 4")
def test_another_subject(xnat: Xnat) -> None:
    label, study = new_label(), new_study()
    archived(xnat, label, {"1.dcm": image(study)})
    row = ready(xnat, label, {"2.dcm": image(study, 2, 2)}, subject="T")
    words = (
        "Invalid modification of session subject via archive process.: {} Already Exists for another Subject"
    )
    assert validate(xnat, row) == [EXISTS, ("4", "FAIL", words.format(label))]


@fact("write 2.6", "code 7")
def test_a_parameter_that_is_no_path_of_the_schema(xnat: Xnat) -> None:
    row = ready(xnat, new_label())
    told = validate(xnat, row, "&xnat:mrSessionData/nonsense=1")
    assert told == [("7", "FAIL", "unable to map parameters to valid xml path: ")]


@fact("write 2.6", "code 10")
def test_a_pipeline_at_work_on_the_session(world: Callable[..., Xnat]) -> None:
    site = world(f"[server]\nunconfirmed = {{ projects_have_autorun = true }}\n{WORLD}")
    study = new_study()
    archived(site, "L", {"1.dcm": image(study)})
    row = ready(site, "L", {"2.dcm": image(study, 1, 2)})
    words = (
        "Session processing may already be in progress: xnat_tools/AutoRun.xml.  "
        "Concurrent modification is discouraged."
    )
    assert validate(site, row) == [EXISTS, ("10", "CONFLICT", words)]


@fact("write 2.6", "code 11")
def test_a_subject_that_cannot_be_told(world: Callable[..., Xnat]) -> None:
    site = world(WORLD.replace('subject = "009"', 'subject = ""'))
    (row,) = site.rows("/data/prearchive/projects/DST")
    assert validate(site, row["url"]) == [("11", "FAIL", "Unable to identify subject.")]


@fact("write 2.6", "code 19")
def test_another_modality(xnat: Xnat) -> None:
    label, study = new_label(), new_study()
    archived(xnat, label, {"1.dcm": image(study)})
    row = ready(xnat, label, {"2.dcm": image(study, 2, 2, Modality="CT")})
    words = "Invalid modification of session modality via archive process.  Data may require a manual merge."
    assert validate(xnat, row) == [EXISTS, ("19", "FAIL", words)]


@fact("write 2.6", "code 19, CONFLICT")
def test_another_study_that_the_project_tolerates(fresh: Xnat) -> None:
    archived(fresh, "L")
    put = fresh.put("/data/projects/SRC/config/sessionmerging/uid_mod?inbody=true", content=b"true")
    assert put.status_code in (200, 201)
    row = ready(fresh, "L", {"2.dcm": image(new_study(), 1, 2)})
    words = "StudyInstanceUIDs do not match. Continue to override."
    assert validate(fresh, row) == [EXISTS, ("19", "CONFLICT", words)]
    assert archive(fresh, row).status_code == 200


@fact("write 2.6", "codes 20, 21 and 22, WARN")
def test_stray_files_missing_catalogs_and_instances_twice(tmp_path: Path) -> None:
    (tmp_path / "world.toml").write_text(WORLD)
    data = tmp_path / "data"
    with PracticeServer(str(tmp_path / "world.toml"), data=data) as server:
        xnat = Xnat(server)
        study = new_study()
        files = {"1.dcm": image(study), "2.dcm": image(study, 1), "3.dcm": image(study, 1, 2)}
        row = ready(xnat, "L", files)
        folder = data / row.strip("/").replace("prearchive/projects", "prearchive") / "SCANS"
        (folder / "1" / "DICOM" / "note.txt").write_text("stray")
        (folder / "2" / "DICOM" / "3.dcm").unlink()
        (folder / "2" / "DICOM").rmdir()
        assert validate(xnat, row) == [
            ("20", "WARN", "Scan 1 has 1 non-DICOM (or non-parsable DICOM) files"),
            ("21", "WARN", "Expected a catalog file, however it was missing."),
            ("22", "WARN", f"Scan 1 DICOM catalog contains duplicated SOP instance UIDs: {study}.1.1"),
        ]


@fact("write 2.6", "code 22, FAIL: tested here though archiving does not")
def test_a_series_that_the_projects_filter_refuses(fresh: Xnat) -> None:
    row = ready(fresh, "L", {"1.dcm": image(new_study(), SeriesDescription="a localizer here")})
    moved = fresh.post(f"/data{row}?action=move&newProject=DST").text.removeprefix("/data")
    words = "Scan 1 is non-compliant with this project's DICOM whitelist/blacklist."
    assert validate(fresh, moved) == [("22", "FAIL", words)]
    assert archive(fresh, moved).status_code == 200


@fact("write 2.6")
def test_a_source_is_judged_as_in_archiving(xnat: Xnat) -> None:
    assert xnat.post(SERVICE).status_code == 404
    assert xnat.post(f"{SERVICE}?src={upload(xnat, new_label())}", "carl").status_code == 403
