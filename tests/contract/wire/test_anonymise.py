"""Scripts at receipt and at archiving, and the traces they leave (wire-write 1.12, wire-read 4.3, 13.8)."""

from collections.abc import Iterator
from io import BytesIO

import pydicom
import pytest
from pydicom.dataset import Dataset

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.conftest import Xnat, serving
from tests.contract.wire.sending import header_at, image, last_log, lines, new_study, row_at, send

LEFT_OUT = [
    LeftOut(
        "read 4.3",
        "the rest of DicomEdit",
        "sequences, private tags by creator, pixels are told in the log and passed over",
    ),
]
WORLD = """
[server]
site_anonymization = true

[[users]]
login = "ada"
projects = { PLAIN = "owner", SCRIPTED = "owner" }

[[users]]
login = "root"
admin = true

[[projects]]
id = "PLAIN"

[[projects]]
id = "SCRIPTED"
anonymization = '''
version "6.1"
(0010,0030) := "19000101"
- (0010,4000)
'''
"""
SCRIPT = "/xapi/anonymize/site"
STOCK = """version "6.1"
(0008,1030) := project
(0010,0010) := subject
(0010,0020) := session
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Xnat]:
    with serving(tmp_path_factory.mktemp("world"), WORLD) as running:
        yield running


def put_script(site: Xnat, text: str) -> None:
    answer = site.put(SCRIPT, "root", content=text, headers={"Content-Type": "text/plain"})
    assert answer.status_code == 200, answer.text


def enable(site: Xnat, on: bool) -> None:
    answer = site.put(
        f"{SCRIPT}/enabled?enable={str(on).lower()}", "root", headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 200, answer.text


@pytest.fixture
def site(running: Xnat) -> Iterator[Xnat]:
    """The server, with the site's script as it was afterwards."""
    yield running
    put_script(running, STOCK)
    enable(running, True)


def stored(site: Xnat, script: str, **tags: object) -> Dataset:
    """An object as it lies in the prearchive after a site script."""
    put_script(site, script)
    line = sent(site, **tags)
    return header_at(site, line)


def sent(site: Xnat, **tags: object) -> str:
    (line,) = lines(
        send(site, {"1.dcm": image(new_study(), **tags)}, "project=PLAIN&subject=SUB&session=SES")
    )
    return line


@fact("write 1.12")
def test_the_stock_script_is_on_and_writes_labels_and_leaves_uids_alone(site: Xnat) -> None:
    study = new_study()
    files = {"1.dcm": image(study, PatientName="DOE^JANE", PatientID="42", StudyDescription="head")}
    (line,) = lines(send(site, files, "project=PLAIN&subject=SUB&session=SES"))
    header = header_at(site, line)
    assert (header.StudyDescription, header.PatientName, header.PatientID) == ("PLAIN", "SUB", "SES")
    assert header.StudyInstanceUID == study
    assert header.SOPInstanceUID == f"{study}.1.1"


@fact("write 1.12", "what is unassigned keeps its study description")
def test_unassigned_data_keep_their_study_description(site: Xnat) -> None:
    (line,) = lines(send(site, {"1.dcm": image(new_study(), StudyDescription="head")}, "subject=S&session=U"))
    header = header_at(site, line)
    assert (header.StudyDescription, header.PatientName) == ("head", "S")


@fact("write 1.12", "headers are not updated when labels change later")
def test_headers_keep_the_labels_of_receipt(site: Xnat) -> None:
    line = sent(site)
    site.post(f"{line}?action=build")
    archived = site.post(
        f"/data/services/archive?src={line.removeprefix('/data')}&subject=LATER&session=LATER1&auto-archive=false"
    )
    assert archived.status_code == 200, archived.text
    content = site.get(f"{archived.text.strip()}/scans/1/resources/DICOM/files/1.dcm").content
    header = pydicom.dcmread(BytesIO(content))
    assert (header.PatientName, header.PatientID) == ("SUB", "SES")


@fact(
    "write 1.12",
    "the site script is off by setting, by prevent_anon=true, and for SI into a prearchive",
)
def test_the_site_script_can_be_off(site: Xnat) -> None:
    query = "project=PLAIN&subject=SUB&session=OFF&prevent_anon=true"
    (line,) = lines(send(site, {"1.dcm": image(new_study(), PatientName="WAS")}, query))
    assert header_at(site, line).PatientName == "WAS"
    query = "import-handler=SI&dest=/prearchive/projects/PLAIN&subject=SUB&session=OFF2"
    (line,) = lines(send(site, {"1.dcm": image(new_study(), PatientName="WAS")}, query))
    assert header_at(site, line).PatientName == "WAS"
    enable(site, False)
    header = header_at(site, sent(site, PatientName="WAS"))
    assert header.PatientName == "WAS"
    assert "DeidentificationMethodCodeSequence" not in header


@fact("write 1.12", "without a script the bytes are those that were sent")
def test_without_a_script_nothing_is_changed(site: Xnat) -> None:
    enable(site, False)
    content = image(new_study())
    (line,) = lines(send(site, {"1.dcm": content}, "project=PLAIN&session=SAME&action=commit"))
    assert site.get(f"{line}/scans/1/resources/DICOM/files/1.dcm").content == content


@fact("write 1.12", "the row's prevent_anon decides for all that comes later")
def test_a_row_that_prevents_anonymisation_goes_on_doing_so(site: Xnat) -> None:
    study, query = new_study(), "project=PLAIN&subject=SUB&session=ROW"
    send(site, {"1.dcm": image(study)}, f"{query}&prevent_anon=true")
    (line,) = lines(send(site, {"2.dcm": image(study, 2, PatientName="WAS")}, query))
    assert header_at(site, line, "2.dcm").PatientName == "WAS"


def archived_header(site: Xnat, project: str, label: str, more: str = "", **tags: object) -> Dataset:
    query = f"dest=/archive/projects/{project}/subjects/S/experiments/{label}{more}"
    (line,) = lines(send(site, {"1.dcm": image(new_study(), **tags)}, query))
    content = site.get(f"{line}/scans/1/resources/DICOM/files/1.dcm").content
    return pydicom.dcmread(BytesIO(content))


@fact("write 1.12", "the project's script runs while archiving")
def test_the_projects_script_runs_while_archiving(site: Xnat) -> None:
    (line,) = lines(
        send(site, {"1.dcm": image(new_study(), PatientComments="x")}, "project=SCRIPTED&session=NOT")
    )
    assert header_at(site, line).PatientComments == "x"
    header = archived_header(site, "SCRIPTED", "DONE", PatientComments="x", PatientBirthDate="20000101")
    assert header.PatientBirthDate == "19000101"
    assert "PatientComments" not in header


@fact("write 1.12", "prevent_anon=true keeps the project's script away too")
def test_prevent_anon_keeps_the_projects_script_away_too(site: Xnat) -> None:
    header = archived_header(site, "SCRIPTED", "KEPT", "&prevent_anon=true", PatientComments="x")
    assert header.PatientComments == "x"


def traces(header: Dataset) -> list[str]:
    return [item.CodeValue for item in header.get("DeidentificationMethodCodeSequence", [])]


@fact("read 13.8", "one trace in the prearchive: the site script's id")
def test_every_run_leaves_a_trace_with_the_scripts_id(site: Xnat) -> None:
    (trace,) = traces(header_at(site, sent(site)))
    told = site.get("/data/config/edit/image/dicom/script?format=json", "root")
    assert told.status_code == 200, told.text
    (row,) = told.json()["ResultSet"]["Result"]
    assert trace == row["id"]


@fact("read 13.8", "two traces in the archive: site, project")
def test_the_archive_has_a_trace_of_the_site_and_one_of_the_project(site: Xnat) -> None:
    (of_site,) = traces(header_at(site, sent(site)))
    told = site.get("/data/config/edit/projects/SCRIPTED/image/dicom/script?format=json")
    (row,) = told.json()["ResultSet"]["Result"]
    assert traces(archived_header(site, "SCRIPTED", "TRACED")) == [of_site, row["id"]]
    assert traces(archived_header(site, "PLAIN", "TRACED")) == [of_site]


@fact("read 13.8", "traces that were there stay")
def test_traces_of_others_stay(site: Xnat) -> None:
    before = Dataset()
    before.CodeValue, before.CodingSchemeDesignator, before.CodeMeaning = "113100", "DCM", "Basic profile"
    header = header_at(site, sent(site, DeidentificationMethodCodeSequence=[before]))
    assert traces(header)[0] == "113100"
    assert len(traces(header)) == 2


@fact("read 13.8", "(0002,0016) is kept, as the rest of the file's meta")
def test_the_files_meta_is_kept(site: Xnat) -> None:
    dataset = pydicom.dcmread(BytesIO(image(new_study())))
    dataset.file_meta.SourceApplicationEntityTitle = "SCANNER1"
    out = BytesIO()
    dataset.save_as(out)
    (line,) = lines(send(site, {"1.dcm": out.getvalue()}, "project=PLAIN&subject=S&session=META"))
    header = header_at(site, line)
    before = pydicom.dcmread(BytesIO(out.getvalue())).file_meta
    assert {element.tag: element.value for element in header.file_meta} == {
        element.tag: element.value for element in before
    }
    assert header.file_meta.SourceApplicationEntityTitle == "SCANNER1"


@fact("read 4.3", "assignments: text, project, subject, session, another tag, their concatenation")
@pytest.mark.parametrize(
    ("right", "value"),
    [
        ('"fixed"', "fixed"),
        ("project", "PLAIN"),
        ("subject", "SUB"),
        ("session", "SES"),
        ("(0008,0050)", "ACC"),
        ('"a" "b"', "ab"),
        ('subject + "_" + (0008,0050)', "SUB_ACC"),
        ('concatenate[session, "-", (0008,0050)]', "SES-ACC"),
        ("lowercase[(0008,0050)]", "acc"),
        ('uppercase["x"]', "X"),
        ('"with // slashes" // and a comment', "with // slashes"),
        ("(0008,9999)", ""),
    ],
)
def test_an_assignment_takes(site: Xnat, right: str, value: str) -> None:
    header = stored(site, f'version "6.1"\n(0010,4000) := {right}', AccessionNumber="ACC")
    assert header.PatientComments == value


@fact("read 4.3", "an assigned number becomes one, whatever the element's type")
def test_a_number_can_be_assigned(site: Xnat) -> None:
    assert stored(site, '(0018,1310) := "4"\n(0028,0106) := "7"').SmallestImagePixelValue == 7


@fact("read 4.3")
def test_a_deletion_takes_an_element_away_and_is_no_fault_where_there_is_none(site: Xnat) -> None:
    header = stored(site, "- (0010,4000)\n-(0010,0030)", PatientComments="x")
    assert "PatientComments" not in header


@fact("read 4.3", "later statements see what earlier ones did")
def test_statements_run_one_after_another(site: Xnat) -> None:
    script = 'name := "first"\n(0010,4000) := name\n(0008,0050) := (0010,4000) "2"\n- (0010,4000)'
    header = stored(site, script, PatientComments="x")
    assert header.AccessionNumber == "first2"
    assert "PatientComments" not in header


@fact("read 4.3", "hashUID makes the same new UID of the same old one")
def test_a_hashed_uid_is_new_and_always_the_same(site: Xnat) -> None:
    study = new_study()
    put_script(site, "(0020,000D) := hashUID[(0020,000D)]\n(0008,0018) := hashUID[(0008,0018)]")
    files = {"1.dcm": image(study), "2.dcm": image(study, 2)}
    (line,) = lines(send(site, files, "project=PLAIN&session=HASH"))
    one, two = header_at(site, line), header_at(site, line, "2.dcm")
    assert one.StudyInstanceUID == two.StudyInstanceUID != study
    assert one.StudyInstanceUID.startswith("2.25.")
    assert len(one.StudyInstanceUID) <= 64
    assert one.SOPInstanceUID != two.SOPInstanceUID
    assert one.file_meta.MediaStorageSOPInstanceUID == one.SOPInstanceUID
    assert row_at(site, line)["study_uid"] == study


@fact("read 4.3")
def test_a_condition_chooses_an_action(site: Xnat) -> None:
    script = (
        '(0008,0060) = "MR" ? (0010,4000) := "yes" : (0010,4000) := "no"\n'
        '(0008,0060) ~ "C.*" ? - (0008,0050)\n'
        '(0008,0060) != "CT" ? (0008,0090) := "not CT"'
    )
    header = stored(site, script, AccessionNumber="stays")
    assert (header.PatientComments, header.AccessionNumber) == ("yes", "stays")
    assert header.ReferringPhysicianName == "not CT"


@fact("read 4.3")
def test_remove_all_private_tags_does_so(site: Xnat) -> None:
    dataset = pydicom.dcmread(BytesIO(image(new_study())))
    dataset.private_block(0x0019, "SOMEBODY", create=True).add_new(1, "LO", "secret")
    out = BytesIO()
    dataset.save_as(out)
    put_script(site, "removeAllPrivateTags")
    (line,) = lines(send(site, {"1.dcm": out.getvalue()}, "project=PLAIN&session=PRIV"))
    assert not any(element.tag.is_private for element in header_at(site, line))


@fact("read 4.3", "what cannot be interpreted is told in the log, and the object is stored")
def test_what_cannot_be_interpreted_is_told_once(site: Xnat) -> None:
    put_script(site, '(0008,1030)[0]/(0008,0100) := "x"\n(0010,4000) := "done"')
    study = new_study()
    files = {"1.dcm": image(study), "2.dcm": image(study, 2)}
    (line,) = lines(send(site, files, "project=PLAIN&session=TOLD"))
    assert last_log(site, line) == 'cannot interpret: (0008,1030)[0]/(0008,0100) := "x"'
    assert len(site.rows(f"{line}/logs?format=json", "root")) == 1
    assert header_at(site, line, "2.dcm").PatientComments == "done"


@fact("write 1.7", "a script error is the importer's catch-all, and a row made for it is gone")
@pytest.mark.parametrize(
    "script", ['(0010,0010) := "broken', "(0010,0010 := subject", "(0010,0010) := hashUID[(0008,0018)"]
)
def test_a_broken_script_is_400_and_takes_the_new_row_away(site: Xnat, script: str) -> None:
    put_script(site, script)
    answer = send(site, {"1.dcm": image(new_study())}, "project=PLAIN&session=BROKEN")
    assert (answer.status_code, site.headline(answer)) == (400, "unable to read DICOM object 1.dcm")
    assert "BROKEN" not in {row["name"] for row in site.project("PLAIN")["prearchive"]}


@fact("write 1.7", "a script error leaves a row that was there before as it was")
def test_a_broken_script_leaves_an_older_row(site: Xnat) -> None:
    study, query = new_study(), "project=PLAIN&session=OLDER"
    (line,) = lines(send(site, {"1.dcm": image(study)}, query))
    put_script(site, '"')
    assert send(site, {"2.dcm": image(study, 2)}, query).status_code == 400
    (scan,) = row_at(site, line)["scans"]
    assert [file["path"] for file in scan["resources"][0]["files"]] == ["1.dcm"]


@fact("write 1.7", "objects that a script rejects are dropped without any message")
def test_rejected_objects_are_dropped_without_a_word(site: Xnat) -> None:
    put_script(site, '(0008,0060) = "MR" ? reject')
    answer = send(site, {"1.dcm": image(new_study())}, "project=PLAIN&session=REJ")
    assert (answer.status_code, answer.content) == (200, b"")
    study = new_study()
    files = {"1.dcm": image(study), "2.dcm": image(study, 2, Modality="CT")}
    (line,) = lines(send(site, files, "project=PLAIN&session=REJ2"))
    (scan,) = row_at(site, line)["scans"]
    assert [file["path"] for file in scan["resources"][0]["files"]] == ["2.dcm"]


@fact("write 1.12", "a raw file PUT leaves no trace")
def test_a_raw_file_put_is_not_anonymised(site: Xnat) -> None:
    archived_header(site, "PLAIN", "RAW")
    content = image(new_study(), PatientName="WAS")
    path = "/data/projects/PLAIN/subjects/S/experiments/RAW/scans/1/resources/OTHER/files/raw.dcm"
    assert site.put(f"{path}?inbody=true", content=content).status_code == 200
    assert site.get(path).content == content


@fact("write 1.12", "pixels are never touched by a script")
def test_pixels_stay_as_they_were(site: Xnat) -> None:
    content = image(new_study(), PixelData=bytes(range(200)) * 40, Rows=80, Columns=100)
    (line,) = lines(send(site, {"1.dcm": content}, "project=PLAIN&subject=A&session=PIX"))
    assert header_at(site, line).PixelData == pydicom.dcmread(BytesIO(content)).PixelData
