"""The project's script at archiving (wire-write 1.12, 2.5, wire-read 13.8)."""

from collections.abc import Callable
from io import BytesIO

import pydicom
import pytest
from pydicom.dataset import FileDataset

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.archiving import (
    FAILED,
    archive,
    files_of,
    labels_of,
    ready,
    row_of,
    session_of,
    status_of,
)
from tests.contract.wire.conftest import Xnat
from tests.contract.wire.sending import image, new_study

LEFT_OUT = [
    LeftOut(
        "write 2.5",
        "every instance rejected, before 1.9.3",
        "not told: the session is archived then with scans that have no files",
    ),
]
WORLD = """
[server]
version = "{version}"

[[users]]
login = "ada"
projects = {{ SRC = "owner" }}

[[users]]
login = "root"
admin = true

[[projects]]
id = "SRC"
anonymization = '''
{script}
'''
"""
BLANK = '(0010,0030) := "19000101"\n- (0010,4000)'


@pytest.fixture
def site(world: Callable[..., Xnat]) -> Callable[..., Xnat]:
    """A server whose project has this script."""

    def start(script: str, version: str = "1.9.3") -> Xnat:
        return world(WORLD.format(script=script, version=version))

    return start


def header_of(xnat: Xnat, label: str = "L", name: str = "1.dcm") -> FileDataset:
    session = session_of(xnat, label)
    answer = xnat.get(f"/data/experiments/{session['id']}/scans/1/resources/DICOM/files/{name}")
    assert answer.status_code == 200
    return pydicom.dcmread(BytesIO(answer.content))


@fact("write 1.12")
def test_the_projects_script_runs_at_archiving_and_not_before(site: Callable[..., Xnat]) -> None:
    xnat = site(BLANK)
    row = ready(xnat, "L", {"1.dcm": image(new_study(), PatientBirthDate="19700101")})
    waiting = pydicom.dcmread(BytesIO(xnat.get(f"/data{row}/scans/1/resources/DICOM/files/1.dcm").content))
    assert waiting.PatientBirthDate == "19700101"
    archive(xnat, row)
    assert header_of(xnat).PatientBirthDate == "19000101"


@fact("write 1.12")
@fact("read 13.8")
def test_headers_tell_which_scripts_have_touched_them(site: Callable[..., Xnat]) -> None:
    xnat = site(BLANK)
    archive(xnat, ready(xnat, "L"))
    ids = [
        str(
            xnat.get(f"/data/config/edit/{where}image/dicom/script?format=json", "root").json()["ResultSet"][
                "Result"
            ][0]["id"]
        )
        for where in ("", "projects/SRC/")
    ]
    codes = header_of(xnat).DeidentificationMethodCodeSequence
    assert [code.CodeValue for code in codes] == ids


@fact("write 1.12")
def test_prevent_anon_keeps_the_projects_script_away(site: Callable[..., Xnat]) -> None:
    xnat = site(BLANK)
    sent = {"1.dcm": image(new_study(), PatientBirthDate="19700101")}
    archive(xnat, ready(xnat, "L", sent, query="prevent_anon=true"))
    assert header_of(xnat).PatientBirthDate == "19700101"


@fact("write 1.12")
def test_a_disabled_script_does_not_run(site: Callable[..., Xnat]) -> None:
    xnat = site(BLANK)
    put = xnat.put("/xapi/anonymize/projects/SRC/enabled?enable=false", json={})
    assert put.status_code == 200
    archive(xnat, ready(xnat, "L", {"1.dcm": image(new_study(), PatientBirthDate="19700101")}))
    assert header_of(xnat).PatientBirthDate == "19700101"


@fact("write 1.12")
def test_the_document_is_built_again_from_the_altered_files(site: Callable[..., Xnat]) -> None:
    xnat = site('(0020,000D) := "1.2.888"\n(0020,000E) := "1.2.888.1"')
    archive(xnat, ready(xnat, "L"))
    session = session_of(xnat, "L")
    assert session["study_uid"] == "1.2.888"
    assert [scan["uid"] for scan in session["scans"]] == ["1.2.888.1"]


@fact("write 1.12")
def test_a_script_that_maps_the_study_makes_later_appends_fail(site: Callable[..., Xnat]) -> None:
    xnat = site('(0020,000D) := "1.2.888"')
    study = new_study()
    archive(xnat, ready(xnat, "L", {"1.dcm": image(study)}))
    row = ready(xnat, "L", {"2.dcm": image(study, 1, 2)})
    words = FAILED.format("L", "Invalid modification of session UID via archive process.")
    assert xnat.headline(archive(xnat, row)) == words
    assert archive(xnat, row, "overwrite=append").status_code == 200


@fact("write 1.12")
def test_what_the_script_rejects_is_deleted(site: Callable[..., Xnat]) -> None:
    xnat = site('(0020,0013) = "2" ? reject')
    study = new_study()
    archive(xnat, ready(xnat, "L", {"1.dcm": image(study), "2.dcm": image(study, 2)}))
    assert list(files_of(session_of(xnat, "L"))) == ["1.dcm"]


@fact("write 1.12")
@pytest.mark.parametrize("version", ["1.9.2.1", "1.9.3"])
def test_a_script_in_error_fails_the_archiving_and_keeps_the_row(
    site: Callable[..., Xnat], version: str
) -> None:
    xnat = site('(0010,0010) := "unclosed', version)
    row = ready(xnat, "L")
    answer = archive(xnat, row)
    assert answer.status_code == 500
    words = FAILED.format("L", "Anonymization failed for prearcSession at ")
    assert xnat.headline(answer).startswith(words)
    assert status_of(xnat, row) == "ERROR"
    assert xnat.rows(f"/data{row}/scans/1/resources/DICOM/files")
    assert labels_of(xnat) == []
    assert xnat.project("SRC")["subjects"] == []


@fact("write 2.5", "500 when the script rejected every instance (from 1.9.3), row ERROR")
def test_a_script_that_rejects_everything_is_500(site: Callable[..., Xnat]) -> None:
    xnat = site('(0008,0060) = "MR" ? reject')
    row = ready(xnat, "L")
    assert archive(xnat, row).status_code == 500
    assert status_of(xnat, row) == "ERROR"
    assert labels_of(xnat) == []


@fact("write 2.5", "not before 1.9.3")
def test_an_older_server_archives_a_session_without_files(site: Callable[..., Xnat]) -> None:
    xnat = site('(0008,0060) = "MR" ? reject', "1.9.2.1")
    row = ready(xnat, "L")
    assert archive(xnat, row).status_code == 200
    assert row_of(xnat, row) is None
    assert labels_of(xnat) == ["L"]


@fact("write 3.4", "restored on failure")
def test_a_script_that_fails_leaves_an_existing_session_as_it_was(site: Callable[..., Xnat]) -> None:
    xnat = site(BLANK)
    study = new_study()
    archive(xnat, ready(xnat, "L", {"1.dcm": image(study)}))
    before = session_of(xnat, "L")
    put = xnat.put(
        "/xapi/anonymize/projects/SRC",
        content=b'(0020,0013) = "3" ? (0010,0010) := "x',
        headers={"Content-Type": "text/plain"},
    )
    row = ready(xnat, "L", {"2.dcm": image(study, 2), "3.dcm": image(study, 3)})
    answer = archive(xnat, row)
    assert put.status_code == 200
    assert answer.status_code == 500
    assert session_of(xnat, "L") == before
