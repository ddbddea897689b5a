"""SI, XAR and the inbox (wire-write 1.10, 1.11)."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.conftest import Xnat, serving
from tests.contract.wire.sending import (
    IMPORT,
    ZIP,
    files_at,
    image,
    lines,
    new_study,
    row_at,
    send,
    tarred,
    zipped,
)

LEFT_OUT = [
    LeftOut("write 1.11", "XARs of subjects and assessors", "only a session's document is looked for"),
    LeftOut(
        "write 1.11",
        "the inbox's clean-up, session parameter and packed files",
        "the folder is read as it is",
    ),
]
WORLD = """
[[users]]
login = "ada"
projects = { S0 = "owner", S4 = "owner" }

[[users]]
login = "mem"
projects = { S0 = "member" }

[[users]]
login = "carl"
projects = { S0 = "collaborator" }

[[users]]
login = "root"
admin = true

[[projects]]
id = "S0"

[[projects]]
id = "S4"
prearchive_code = 4
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder where the server keeps its files."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, data: Path) -> Iterator[Xnat]:
    with serving(tmp_path_factory.mktemp("world"), WORLD, data=data) as running:
        yield running


def si(site: Xnat, files: dict[str, bytes], query: str) -> Any:
    return send(site, files, f"import-handler=SI&{query}")


@fact("write 7", "a repeated SI adds another prearchive entry")
@fact("write 1.10")
def test_si_adds_another_row_each_time(site: Xnat) -> None:
    files = {"1.dcm": image(new_study())}
    first, second = (lines(si(site, files, "dest=/prearchive/projects/S0&session=TWICE")) for _ in range(2))
    assert first != second
    assert {row_at(site, line)["status"] for line in (*first, *second)} == {"READY"}


@fact("read 13.9", "SI counts names up where they clash: name.dcm_1")
def test_si_counts_names_up_where_they_clash(site: Xnat) -> None:
    study = new_study()
    files = {"a/name.dcm": image(study), "b/name.dcm": image(study, 2), "c/name.dcm": image(study, 3)}
    (line,) = lines(si(site, files, "dest=/prearchive/projects/S0&session=COUNT"))
    assert {file["path"] for file in files_at(site, line)} == {"name.dcm", "name.dcm_1", "name.dcm_2"}


@fact("write 1.10", "SI accepts another study in a folder that belongs to one")
def test_si_accepts_another_study_in_a_folder(site: Xnat) -> None:
    dest = "/prearchive/projects/S0/20200101_000000020/MIX"
    si(site, {"1.dcm": image(new_study())}, f"dest={dest}")
    (line,) = lines(si(site, {"2.dcm": image(new_study(), 2)}, f"dest={dest}"))
    assert line == f"/data{dest}"
    assert len(files_at(site, line)) == 2


@fact("write 1.10")
@pytest.mark.parametrize(
    "more", ["dest=/archive/projects/S0", "project=S0&AA=true", "project=S0&auto-archive=true"]
)
def test_si_archives_when_asked(site: Xnat, more: str) -> None:
    label = f"ASK{len(more)}"
    (line,) = lines(si(site, {"1.dcm": image(new_study())}, f"{more}&subject=S&session={label}"))
    assert line == f"/data/archive/projects/S0/subjects/S/experiments/{label}"


@fact("write 1.10", "SI archives when the project's code says so")
def test_si_archives_by_the_projects_code(site: Xnat) -> None:
    (line,) = lines(si(site, {"1.dcm": image(new_study())}, "project=S4&subject=S&session=CODE"))
    assert line.startswith("/data/archive/projects/S4/")
    files = {"1.dcm": image(new_study())}
    (line,) = lines(si(site, files, "dest=/prearchive/projects/S4&subject=S&session=CODE2"))
    assert line.startswith("/data/prearchive/projects/S4/")


@fact("write 1.10", "conflicts are 409 with the real text")
def test_si_tells_conflicts_as_they_are(site: Xnat) -> None:
    study, query = new_study(), "dest=/archive/projects/S0&subject=S&session=CON"
    lines(si(site, {"1.dcm": image(study)}, query))
    answer = si(site, {"2.dcm": image(study, 2)}, query)
    assert (answer.status_code, site.headline(answer)) == (
        409,
        "Session already exists, retry with overwrite enabled",
    )
    answer = si(site, {"9.dcm": image(new_study(), 9, 9)}, f"{query}&overwrite=append")
    assert (answer.status_code, site.headline(answer)) == (
        409,
        "Invalid modification of session UID via archive process.",
    )
    assert [row["status"] for row in site.project("S0")["prearchive"] if row["name"] == "CON"] == [
        "CONFLICT"
    ] * 2
    lines(si(site, {"2.dcm": image(study, 2)}, f"{query}&overwrite=none"))


@fact("write 1.10")
@pytest.mark.parametrize(
    ("files", "query", "status", "words"),
    [
        (
            {"1.dcm": image("1.2.84.1", PatientID="A"), "2.dcm": image("1.2.84.2", PatientID="B")},
            "project=S0",
            400,
            "Upload included files for multiple imaging sessions.",
        ),
        (
            {"a.txt": b"hello"},
            "project=S0",
            400,
            "Upload did not include parsable files for session generation.",
        ),
        (
            {"1.dcm": image("1.2.84.3")},
            "PREARC_TIMESTAMP=20200101_000000030&PREARC_SESSION_FOLDER=X",
            400,
            "User must specify project portion of prearchive path, "
            "if timestamp/session portion is specified.",
        ),
    ],
)
def test_si_says_what_is_wrong(
    site: Xnat, files: dict[str, bytes], query: str, status: int, words: str
) -> None:
    answer = si(site, files, query)
    assert (answer.status_code, site.headline(answer)) == (status, words)


@fact("write 1.10")
def test_si_takes_several_sessions_into_a_prearchive(site: Xnat) -> None:
    files = {"1.dcm": image(new_study(), PatientID="A"), "2.dcm": image(new_study(), PatientID="B")}
    assert len(lines(si(site, files, "dest=/prearchive/projects/S0"))) == 2


@fact("write 1.10")
def test_si_refuses_a_locked_row(site: Xnat) -> None:
    dest = "/prearchive/projects/S0/20200101_000000040/LOCKED"
    (line,) = lines(si(site, {"1.dcm": image(new_study())}, f"dest={dest}"))
    assert site.post(f"{line}?action=set-status&status=_ARCHIVING").status_code == 200
    answer = si(site, {"2.dcm": image(new_study())}, f"dest={dest}")
    assert (answer.status_code, site.headline(answer)) == (409, "Prearc destination is locked.")


@fact("write 1.5", "a malformed dest is 500 for SI")
def test_a_malformed_dest_is_500_for_si(site: Xnat) -> None:
    assert si(site, {"1.dcm": image(new_study())}, "dest=nonsense").status_code == 500


@fact("write 1.3", "SI passes fields, quarantine, pipelines and the reason on to the archiver")
def test_si_passes_more_on_to_the_archiver(site: Xnat) -> None:
    query = "dest=/archive/projects/S0&subject=S&session=FIELDS&xnat:mrSessionData/acquisition_site=Here"
    (line,) = lines(si(site, {"1.dcm": image(new_study())}, f"{query}&quarantine=true&event_reason=because"))
    (found,) = [one for one in site.project("S0")["sessions"] if one["label"] == "FIELDS"]
    assert found["status"] == "quarantine"
    assert found["fields"]["acquisition_site"] == "Here"
    events = site.get(f"{line}/history").text
    assert "because" in events


@fact("write 1.10", "SI takes tars too")
def test_si_takes_tars(site: Xnat) -> None:
    answer = site.post(
        f"{IMPORT}?import-handler=SI&dest=/prearchive/projects/S0&session=TAR",
        content=tarred({"1.dcm": image(new_study())}),
        headers={"Content-Type": "application/x-tar"},
    )
    assert lines(answer)[0].endswith("/TAR")


DOCUMENT = """<xnat:MRSession project="{project}" label="{label}" UID="1.2.99"
 xmlns:xnat="http://nrg.wustl.edu/xnat" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<xnat:date>2024-01-02</xnat:date>
<xnat:scans><xnat:scan ID="4" UID="1.2.99.4" type="t1" xsi:type="xnat:mrScanData">
<xnat:series_description>T1</xnat:series_description>
<xnat:file label="DICOM" URI="SCANS/4/DICOM/catalog.xml" xsi:type="xnat:resourceCatalog"/>
</xnat:scan></xnat:scans><xnat:dcmPatientName>X1</xnat:dcmPatientName></xnat:MRSession>"""


def xar(site: Xnat, files: dict[str, bytes], user: str = "ada") -> Any:
    return site.post(f"{IMPORT}?import-handler=XAR", user, content=zipped(files), headers=ZIP)


def document(label: str, project: str = "S0") -> bytes:
    return DOCUMENT.format(project=project, label=label).encode()


@fact("write 1.11", "a XAR becomes a session; the answer is /data/archive/experiments/ID")
def test_a_xar_becomes_a_session(site: Xnat) -> None:
    content = image("1.2.99", 1, 4)
    files = {"XAR_1/session.xml": document("XAR_1"), "XAR_1/SCANS/4/DICOM/1.dcm": content}
    (line,) = lines(xar(site, {**files, "XAR_1/SCANS/4/DICOM/catalog.xml": b"<cat:Catalog/>"}))
    assert line == f"/data/archive/experiments/{site.id_of('XAR_1', 'S0')}"
    (found,) = [one for one in site.project("S0")["sessions"] if one["label"] == "XAR_1"]
    assert (found["subject"], found["date"], found["study_uid"]) == ("X1", "2024-01-02", "1.2.99")
    (scan,) = found["scans"]
    assert (scan["id"], scan["series_description"]) == ("4", "T1")
    assert site.get(f"{line}/scans/4/resources/DICOM/files/1.dcm").content == content


@fact("write 1.11")
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no zip", "Archive file is corrupt or not a valid archive file type."),
        (zipped({"1.dcm": b"x", "other.xml": b"<a/>"}), "Unable to locate XNAT xml document."),
        (
            zipped({"a.xml": document("XA"), "b.xml": document("XB")}),
            "XAR can only include data for one imaging session.",
        ),
    ],
)
def test_a_xar_that_is_none_is_400(site: Xnat, content: bytes, words: str) -> None:
    answer = site.post(f"{IMPORT}?import-handler=XAR", content=content, headers=ZIP)
    assert (answer.status_code, site.headline(answer)) == (400, words)


WHERE = (
    "You must specify a valid path to a file or directory. It must be under the main inbox directory within "
    "a subdirectory whose name matches the ID of a project you have edit access to."
)


def inbox(site: Xnat, query: str, user: str = "ada") -> Any:
    return site.post(f"{IMPORT}?import-handler=inbox&{query}", user)


@fact("write 1.11", "the inbox is imported after the answer, whose progress is at /xapi/dicom/{id}")
def test_a_folder_of_the_inbox_is_imported_later(site: Xnat, data: Path) -> None:
    folder = data / "inbox" / "S0" / "visit1"
    folder.mkdir(parents=True)
    study = new_study()
    for number in (1, 2):
        (folder / f"{number}.dcm").write_bytes(image(study, number))
    (folder / "notes.txt").write_text("hello")
    (line,) = lines(inbox(site, f"PROJECT_ID=S0&path={folder}&session=BOX"))
    assert line.startswith("/xapi/dicom/")
    until = time.monotonic() + 20
    while (told := site.get(line).json())["status"] not in ("Imported", "Failed"):
        assert time.monotonic() < until
    assert (told["status"], told["projectId"]) == ("Imported", "S0")
    (row,) = [one for one in site.project("S0")["prearchive"] if one["name"] == "BOX"]
    assert len(row["scans"][0]["resources"][0]["files"]) == 2
    assert site.get(line, "mem").status_code == 403
    assert inbox(site, f"PROJECT_ID=S0&path={folder}&session=BOX").status_code == 409


@fact("write 1.11")
def test_the_inbox_wants_a_path_below_the_project(site: Xnat, data: Path) -> None:
    (data / "inbox" / "S4").mkdir(parents=True, exist_ok=True)
    (data / "inbox" / "S0" / "here").mkdir(parents=True, exist_ok=True)
    inside = data / "inbox" / "S0" / "here"
    for query, user in (
        ("PROJECT_ID=S0", "ada"),
        (f"path={inside}", "ada"),
        (f"PROJECT_ID=S0&path={data}/inbox/S4", "ada"),
        (f"PROJECT_ID=S0&path={data}/inbox/S0/../S4", "ada"),
        ("PROJECT_ID=S0&path=/etc", "ada"),
        (f"PROJECT_ID=S0&path={inside}", "carl"),
    ):
        answer = inbox(site, query, user)
        assert (answer.status_code, site.headline(answer)) == (400, WHERE)


@fact("write 1.11")
def test_the_inbox_refuses_a_label_that_is_archived(site: Xnat, data: Path) -> None:
    (data / "inbox" / "S0" / "there").mkdir(parents=True, exist_ok=True)
    lines(si(site, {"1.dcm": image(new_study())}, "dest=/archive/projects/S0&subject=S&session=HERE"))
    answer = inbox(site, f"PROJECT_ID=S0&path={data}/inbox/S0/there&session=HERE")
    assert (answer.status_code, site.headline(answer)) == (
        409,
        "Experiment with that label already exists in that project.",
    )
