"""``dest``, labels by parameter, and what takes precedence (wire-write 1.3, 1.5)."""

import pytest

from tests.contract.facts import fact
from tests.contract.wire.conftest import Xnat
from tests.contract.wire.sending import header_at, image, lines, new_study, row_at, send


def one(study: str) -> dict[str, bytes]:
    return {"1.dcm": image(study)}


@fact("write 1.5")
@pytest.mark.parametrize("front", ["", "/data", "/REST"])
def test_dest_prearchive_of_a_project_builds_at_once_and_never_archives(xnat: Xnat, front: str) -> None:
    study = new_study()
    query = f"dest={front}/prearchive/projects/SRC&session=D{study}&AA=true&auto-archive=true"
    (line,) = lines(send(xnat, one(study), query.replace(".", "")))
    assert line.startswith("/data/prearchive/projects/SRC/")
    assert row_at(xnat, line)["status"] == "READY"


@fact("write 1.5")
def test_dest_prearchive_alone_takes_the_project_from_parameters(xnat: Xnat) -> None:
    study = new_study()
    (line,) = lines(send(xnat, one(study), "dest=/prearchive&PROJECT_ID=SRC"))
    assert line.startswith("/data/prearchive/projects/SRC/")
    assert row_at(xnat, line)["status"] == "READY"


@fact("write 1.5")
def test_dest_prearchive_alone_takes_the_project_from_the_dicom(xnat: Xnat) -> None:
    files = {"1.dcm": image(new_study(), PatientComments="Project:SRC")}
    (line,) = lines(send(xnat, files, "dest=/prearchive"))
    assert line.startswith("/data/prearchive/projects/SRC/")


@fact("write 1.5")
def test_dest_may_choose_the_timestamp(xnat: Xnat) -> None:
    (line,) = lines(
        send(xnat, one(new_study()), "dest=/prearchive/projects/SRC/20200101_000000001&session=TS")
    )
    assert line == "/data/prearchive/projects/SRC/20200101_000000001/TS"


@fact("write 1.5")
def test_dest_may_choose_the_folder_and_add_to_a_session_that_waits_there(xnat: Xnat) -> None:
    study, dest = new_study(), "/prearchive/projects/SRC/20200101_000000002/MINE"
    (line,) = lines(send(xnat, one(study), f"dest={dest}&session=LABEL"))
    assert line == f"/data{dest}"
    assert row_at(xnat, line)["name"] == "LABEL"
    (again,) = lines(send(xnat, {"2.dcm": image(study, 2)}, f"dest={dest}&session=OTHER"))
    assert again == line
    (scan,) = row_at(xnat, line)["scans"]
    assert len(scan["resources"][0]["files"]) == 2


@fact("write 1.3", "PREARC_TIMESTAMP and PREARC_SESSION_FOLDER choose the folder")
def test_parameters_may_choose_the_folder(xnat: Xnat) -> None:
    query = "project=SRC&PREARC_TIMESTAMP=20200101_000000003&PREARC_SESSION_FOLDER=PF"
    (line,) = lines(send(xnat, one(new_study()), query))
    assert line == "/data/prearchive/projects/SRC/20200101_000000003/PF"


@fact("write 7", "an import with an archive dest blocks until all is archived")
@fact("write 1.5")
@pytest.mark.parametrize(
    ("dest", "subject", "session"),
    [
        ("/archive/projects/SRC", "PN", "PID"),
        ("/archive/projects/SRC/subjects/DS1", "DS1", "PID"),
        ("/archive/projects/SRC/subjects/DS2/experiments/DE", "DS2", "DE"),
        ("/archive/projects/SRC/experiments/DE3", "PN", "DE3"),
        ("/archive/experiments/NEWONE", "PN", "NEWONE"),
        ("/archive", "PN", "PID"),
    ],
)
def test_dest_archive_archives_at_once_with_the_parts_it_names(
    xnat: Xnat, dest: str, subject: str, session: str
) -> None:
    study = new_study()
    tail = study.rpartition(".")[2]
    files = {
        "1.dcm": image(study, PatientName=f"PN{tail}", PatientID=f"PID{tail}", PatientComments="Project:SRC")
    }
    (line,) = lines(send(xnat, files, f"dest={dest}"))
    subject, session = (f"{name}{tail}" if name in ("PN", "PID") else name for name in (subject, session))
    assert line == f"/data/archive/projects/SRC/subjects/{subject}/experiments/{session}"
    assert session in {one["label"] for one in xnat.project("SRC")["sessions"]}


@fact("write 1.5")
def test_dest_finds_an_experiment_by_its_id_in_the_project(xnat: Xnat) -> None:
    study = new_study()
    (line,) = lines(send(xnat, one(study), "dest=/archive/projects/SRC/subjects/BYID/experiments/BYID_1"))
    identifier = xnat.id_of("BYID_1")
    more = {"2.dcm": image(study, 2)}
    query = f"dest=/archive/projects/SRC/subjects/BYID/experiments/{identifier}&overwrite=append"
    assert lines(send(xnat, more, query)) == [line]


@fact("write 1.5")
def test_an_experiment_without_a_project_is_a_label_not_looked_up(xnat: Xnat) -> None:
    study = new_study()
    identifier = xnat.id_of("001_MR1")
    files = {"1.dcm": image(study, PatientComments="Project:SRC", PatientName="LOOK")}
    (line,) = lines(send(xnat, files, f"dest=/archive/experiments/{identifier}"))
    assert line == f"/data/archive/projects/SRC/subjects/LOOK/experiments/{identifier}"


@fact("write 1.5")
@pytest.mark.parametrize(
    "dest",
    [
        "nonsense",
        "/prearchive/projects/SRC/",
        "prearchive",
        "/archive/projects/SRC/scans/1",
        "/archive/subjects",
    ],
)
def test_a_malformed_dest_is_400(xnat: Xnat, dest: str) -> None:
    answer = send(xnat, one(new_study()), f"dest={dest}")
    assert (answer.status_code, xnat.headline(answer)) == (400, "Parameter dest format error")


@fact("write 1.5", "short parameters go before dest, dest before long ones, these before the DICOM")
def test_precedence_of_what_names_the_session(xnat: Xnat) -> None:
    study = new_study()
    files = {"1.dcm": image(study, PatientName="DPN", PatientID="DPID", PatientComments="Project:DST")}
    long = "PROJECT_ID=PUB&SUBJECT_ID=LS&EXPT_LABEL=LE"
    query = f"dest=/prearchive/projects/SRC&{long}"
    (by_dest,) = lines(send(xnat, files, query))
    assert by_dest.startswith("/data/prearchive/projects/SRC/")
    assert by_dest.endswith("/LE")
    assert row_at(xnat, by_dest)["subject"] == "LS"
    (by_short,) = lines(send(xnat, files, f"{query}&project=DST&subject=SS&session=SE"))
    assert by_short.startswith("/data/prearchive/projects/DST/")
    assert by_short.endswith("/SE")
    assert row_at(xnat, by_short)["subject"] == "SS"
    (by_long,) = lines(send(xnat, files, long))
    assert by_long.startswith("/data/prearchive/projects/PUB/")
    (by_dicom,) = lines(send(xnat, files))
    assert by_dicom.startswith("/data/prearchive/projects/DST/")
    assert row_at(xnat, by_dicom)["subject"] == "DPN"
    assert by_dicom.endswith("/DPID")


@fact("write 1.5", "gradual-DICOM takes only the project from dest")
def test_gradual_dicom_takes_only_the_project_from_dest(xnat: Xnat) -> None:
    study = new_study()
    dest = "/archive/projects/SRC/subjects/GS/experiments/GE"
    answer = xnat.post(
        f"/data/services/import?import-handler=gradual-DICOM&inbody=true&dest={dest}",
        content=image(study, PatientName="GPN", PatientID="GPID"),
        headers={"Content-Type": "application/dicom"},
    )
    (line,) = lines(answer)
    assert line.startswith("/data/prearchive/projects/SRC/")
    assert line.endswith("/GPID")
    assert row_at(xnat, line)["status"] == "RECEIVING"


@fact("write 1.3")
@pytest.mark.parametrize(
    ("more", "key", "value"),
    [
        ("SOURCE=uploader", "SOURCE", "uploader"),
        ("VISIT=v1", "VISIT", "v1"),
        ("SUBTYPE=p1", "PROTOCOL", "p1"),
        ("prevent_anon=true", "prevent_anon", "true"),
        ("prevent_anon=1", "prevent_anon", "false"),
        ("prevent_auto_commit=true", "prevent_auto_commit", "true"),
        ("prevent_auto_commit=yes", "prevent_auto_commit", "false"),
    ],
)
def test_marks_go_onto_the_row(xnat: Xnat, more: str, key: str, value: str) -> None:
    (line,) = lines(send(xnat, one(new_study()), f"project=SRC&session=MARK&{more}"))
    rows = xnat.rows("/data/prearchive/projects/SRC?format=json")
    (row,) = [row for row in rows if f"/data{row['url']}" == line]
    assert row[key] == value


@fact("write 1.3")
def test_labels_are_escaped_for_xml_on_entry(xnat: Xnat) -> None:
    (line,) = lines(send(xnat, one(new_study()), "project=SRC&subject=a%26b&session=ESC"))
    assert row_at(xnat, line)["subject"] == "a&amp;b"


@fact("write 1.3")
def test_fields_and_pipeline_parameters_are_silently_ignored_by_dicom_zip(xnat: Xnat) -> None:
    study = new_study()
    more = "xnat:mrSessionData/date=1999-01-01&triggerPipelines=false&quarantine=true&autoArchive=AutoArchive"
    (line,) = lines(send(xnat, one(study), f"dest=/archive/projects/SRC&session=IGN&subject=IGN&{more}"))
    assert line.endswith("/IGN")
    (session,) = [row for row in xnat.project("SRC")["sessions"] if row["label"] == "IGN"]
    assert (session["date"], session["status"]) == ("2024-03-05", "active")


@fact("write 1.12", "headers carry the labels known at receipt")
def test_parameters_are_the_labels_that_the_script_writes(xnat: Xnat) -> None:
    (line,) = lines(send(xnat, one(new_study()), "project=SRC&subject=SUB&session=HDR"))
    header = header_at(xnat, line)
    assert (header.PatientName, header.PatientID, header.StudyDescription) == ("SUB", "HDR", "SRC")
