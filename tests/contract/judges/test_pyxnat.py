"""pyxnat: listings, selection by path, attributes, files, prearchive, users and roles (wire-read 9)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.judges.conftest import Truth, requests_so_far
from xnat_ferry.practice.process import PracticeServer

pytest.importorskip("nibabel", reason="pyxnat needs it without saying so")
pytest.importorskip("pandas", reason="pyxnat needs it without saying so")
pyxnat = pytest.importorskip("pyxnat")
DatabaseError: type[Exception] = pytest.importorskip("pyxnat.core.errors").DatabaseError

LEFT_OUT = [
    LeftOut(
        "read 9",
        "searches by a document (select('xnat:mrSessionData').where(…))",
        "the wire notes describe no POST /data/search",
    ),
]


@pytest.fixture(scope="module")
def central(server: PracticeServer) -> Iterator[Any]:
    with pyxnat.Interface(server.url, user="ada", password="practice") as made:
        yield made


@pytest.fixture
def project(central: Any) -> Any:
    return central.select.project("SRC")


@pytest.fixture
def session(project: Any) -> Any:
    return project.subject("001").experiment("001_MR1")


@pytest.fixture
def made(central: Any, request: pytest.FixtureRequest) -> Any:
    """A session of the test's own."""
    name = request.node.name.removeprefix("test_")
    session = central.select(f"/project/DST/subject/{name}/experiment/{name}_MR1")
    session.create(experiments="xnat:mrSessionData")
    return session


@fact("read 9", "pyxnat connects by GET /data/JSESSION with Basic, and keeps the cookie")
def test_connecting(server: PracticeServer) -> None:
    before = requests_so_far(server)
    with pyxnat.Interface(server.url, user="ada", password="practice") as made:
        assert "SRC" in made.select.projects().get()
        assert made._http.cookies["JSESSIONID"]
    calls = [(one["method"], one["path"], one["user"], one["status"]) for one in server.log(before)]
    assert calls[0] == ("GET", "/data/JSESSION", "ada", 200)
    assert calls[-1] == ("DELETE", "/data/JSESSION", "ada", 200)


@fact("read 9", "with no /data/version pyxnat reads buildInfo")
def test_the_version(central: Any) -> None:
    assert central.version()["version"] == "1.9.2.1"


@fact("read 9", "a wrong password is an error")
def test_a_wrong_password(server: PracticeServer) -> None:
    with pytest.raises(DatabaseError):
        pyxnat.Interface(server.url, user="ada", password="wrong").select.project("SRC").accessibility()


@fact("read 9", "pyxnat lists by format=csv: projects by ID, subjects and experiments by ID and label")
def test_listings(central: Any, project: Any, truth: Truth) -> None:
    assert set(central.select.projects().get()) == {"SRC", "DST", "COL"}
    assert {one.label() for one in project.subjects()} == {"001", "002", "003"}
    sessions = truth.project("SRC")["sessions"]
    assert set(project.experiments().get()) == {one["id"] for one in sessions}
    assert [one.label() for one in project.subject("001").experiments()] == ["001_MR1"]


@fact("read 9", "a path selects on all levels at once")
def test_selecting_by_path(central: Any, truth: Truth) -> None:
    found = central.select("/projects/SRC/subjects/*/experiments/*").get()
    assert set(found) == {one["id"] for one in truth.project("SRC")["sessions"]}
    scans = central.select("/project/SRC/subject/001/experiment/001_MR1/scans").get()
    assert scans == ["1", "2"]
    files = central.select("/project/SRC/subject/001/experiment/001_MR1/resource/BIDS/files").get()
    assert files == ["T1w.json"]


@fact("read 9", "whether a thing is there is looked up in its parent's listing, by ID and then by label")
def test_existence(project: Any, session: Any, truth: Truth) -> None:
    known = truth.session("SRC", "001_MR1")
    assert session.exists()
    assert session.id() == known["id"]
    assert session.label() == "001_MR1"
    assert session.datatype() == "xnat:mrSessionData"
    assert session.scan("2").exists()
    assert session.scan("2").datatype() == "xnat:mrScanData"
    assert not session.scan("9").exists()
    assert not project.subject("nobody").exists()
    assert session.resource("BIDS").exists()
    assert not session.resource("NOPE").exists()


@fact("read 9", "the XML of an item")
def test_xml(session: Any, truth: Truth) -> None:
    known = truth.session("SRC", "001_MR1")
    assert session.xpath("/xnat:MRSession/@ID") == [known["id"]]
    assert session.xpath("//xnat:scan/@ID") == ["1", "2"]
    assert session.xpath("//xnat:subject_ID/text()") == [
        one["id"] for one in truth.project("SRC")["subjects"] if one["label"] == "001"
    ]


@fact("read 9", "attributes are read as columns, by short name or path, one or many")
def test_reading_attributes(session: Any, project: Any) -> None:
    assert session.attrs.get("date") == "2024-03-05"
    assert session.scan("2").attrs.get("type") == "t1 mprage"
    assert session.scan("2").attrs.mget(["type", "quality", "series_description"]) == [
        "t1 mprage",
        "usable",
        "T1w",
    ]
    assert project.subject("001").attrs.get("project") == "SRC"


@fact("read 9", "elements are created by PUT with xsiType, ancestors too, and deleted with their files")
def test_creating_and_deleting(made: Any, central: Any, truth: Truth) -> None:
    known = truth.session("DST", "creating_and_deleting_MR1")
    assert made.id() == known["id"]
    assert known["subject"] == "creating_and_deleting"
    made.scan("3").create(scans="xnat:mrScanData", **{"xnat:mrScanData/type": "t2"})
    assert [(one["id"], one["type"]) for one in truth.session("DST", known["label"])["scans"]] == [
        ("3", "t2")
    ]
    made.scan("3").delete()
    assert truth.session("DST", known["label"])["scans"] == []
    made.delete()
    assert known["label"] not in truth.labels("DST")
    subject = central.select.project("DST").subject("creating_and_deleting")
    subject.delete()
    assert not subject.exists()


@fact("read 9", "attributes are set by PUT, one or many")
def test_setting_attributes(made: Any, central: Any) -> None:
    made.attrs.set("xnat:experimentData/note", "seen twice")
    assert made.attrs.get("note") == "seen twice"
    made.attrs.mset({"xnat:experimentData/note": "thrice", "xnat:experimentData/date": "2020-01-02"})
    assert made.attrs.get("date") == "2020-01-02"
    subject = central.select.project("DST").subject("setting_attributes")
    subject.attrs.set("gender", "female")
    assert subject.attrs.get("gender") == "female"


@fact("read 9", "a file is put and got; its path comes from the URI")
def test_one_file(made: Any, tmp_path: Path, truth: Truth) -> None:
    (tmp_path / "note.txt").write_bytes(b"line\r\n\x00\xff")
    file = made.resource("NOTES").file("note.txt")
    file.put(str(tmp_path / "note.txt"), format="TXT", content="NOTE", tags="a")
    known = truth.files(truth.session("DST", "one_file_MR1"), "NOTES")
    assert known["note.txt"]["size"] == 8
    assert made.resource("NOTES").files().get() == ["note.txt"]
    attributes = file.attributes()
    assert (attributes["Size"], attributes["digest"]) == ("8", known["note.txt"]["md5"])
    assert (attributes["file_format"], attributes["file_content"]) == ("TXT", "NOTE")
    assert file.size() == "8"
    assert file.last_modified()
    assert Path(file.get(str(tmp_path / "back"))).read_bytes() == b"line\r\n\x00\xff"
    file.delete()
    assert made.resource("NOTES").files().get() == []


@fact("read 9", "text may be put as it is")
def test_text(made: Any, truth: Truth) -> None:
    made.resource("NOTES").file("note.txt").put("only text")
    assert truth.files(truth.session("DST", "text_MR1"), "NOTES")["note.txt"]["size"] == 9
    made.resource("NOTES").file("note.txt").put("more text", overwrite=True)


@fact("read 9", "a folder goes up as a zip that the server unpacks, and comes back as one")
def test_folders(made: Any, tmp_path: Path, truth: Truth) -> None:
    (tmp_path / "up" / "inner").mkdir(parents=True)
    (tmp_path / "up" / "a.txt").write_text("a")
    (tmp_path / "up" / "inner" / "b.txt").write_text("bb")
    made.resource("DIR").put_dir(str(tmp_path / "up"))
    known = truth.files(truth.session("DST", "folders_MR1"), "DIR")
    assert {Path(path).name: file["size"] for path, file in known.items()} == {"a.txt": 1, "b.txt": 2}
    back = made.resource("DIR").get(str(tmp_path), extract=True)
    assert sorted(Path(path).name for path in back) == ["a.txt", "b.txt"]
    attributes = made.resource("DIR").attributes()
    assert (attributes["label"], attributes["file_count"], attributes["file_size"]) == ("DIR", "2", "3")


@fact("read 9", "a scan's images come as a zip")
def test_images(session: Any, tmp_path: Path) -> None:
    found = session.scan("2").resource("DICOM").get(str(tmp_path), extract=True)
    assert len(found) == 3
    assert len(session.scan("2").resource("DICOM").files().get()) == 3


@fact("read 9", "experiments as a table, with columns of other types and filters")
def test_arrays(central: Any, truth: Truth) -> None:
    table = central.array.experiments(project_id="SRC", columns=["subject_label", "label"])
    assert {(row["subject_label"], row["label"]) for row in table.data} == {
        ("001", "001_MR1"),
        ("002", "002_CT1"),
        ("003", "003_PT1"),
    }
    known = truth.session("SRC", "002_CT1")
    (row,) = central.array.experiments(experiment_id=known["id"], columns=["subject_label"]).data
    assert row["ID"] == known["id"]
    assert row["project"] == "SRC"
    assert row["subject_ID"] in {one["id"] for one in truth.project("SRC")["subjects"]}


@fact("read 9", "sharing, and who shares")
def test_sharing(made: Any, central: Any, truth: Truth) -> None:
    subject = central.select.project("DST").subject("sharing")
    subject.share("COL", label="guest")
    made.share("COL", label="guest_MR1")
    assert truth.session("DST", "sharing_MR1")["shares"] == [{"project": "COL", "label": "guest_MR1"}]
    assert set(made.shares().get()) == {"DST", "COL"}
    assert set(subject.shares().get()) == {"DST", "COL"}
    made.unshare("COL")
    subject.unshare("COL")
    assert truth.session("DST", "sharing_MR1")["shares"] == []
    assert subject.exists()


@fact("read 9", "users of a project and their roles")
def test_users_and_roles(project: Any, central: Any) -> None:
    assert set(project.users()) == {"ada", "mem"}
    assert project.owners() == ["ada"]
    assert project.members() == ["mem"]
    assert project.collaborators() == []
    assert project.user_role("mem") == "member"
    assert {"ada", "mem", "root"} <= set(central.manage.users())
    assert central.manage.users.email("mem")


@fact("read 9", "a user is taken into a project's group and out of it")
def test_changing_roles(central: Any, truth: Truth) -> None:
    project = central.select.project("COL")
    project.add_user("mem", "collaborator")
    assert project.collaborators() == ["mem"]
    assert project.user_role("mem") == "collaborator"
    project.add_user("mem", "member")
    assert (project.members(), project.collaborators()) == (["mem"], [])
    project.remove_user("mem")
    assert project.users() == ["ada"]


@fact("read 9", "only an owner changes who belongs to a project")
def test_a_member_changes_no_roles(server: PracticeServer) -> None:
    with pyxnat.Interface(server.url, user="mem", password="practice") as member:
        with pytest.raises(DatabaseError, match="status code: 403"):
            member.select.project("DST").add_user("root", "owner")
        assert set(member.select.project("DST").users()) == {"ada", "mem"}


@fact("read 9", "project settings are plain values")
def test_settings(central: Any) -> None:
    project = central.select.project("COL")
    assert project.accessibility() == b"private"
    assert project.prearchive_code() == 0
    project.set_prearchive_code("4")
    assert project.prearchive_code() == 4
    project.set_prearchive_code("0")
    assert project.quarantine_code() == 0
    assert project.current_arc() == b"arc001"
    project.set_accessibility("protected")
    assert project.accessibility() == b"protected"
    project.set_accessibility("private")


@fact("read 9", "the prearchive: its rows, scans, resources and files, by csv")
def test_the_prearchive(central: Any) -> None:
    prearchive = central.manage.prearchive
    (triple,) = [row[:3] for row in prearchive.get() if row[2] == "009_MR1"]
    assert triple[0] == "DST"
    assert prearchive.status(triple) == "READY"
    assert prearchive.get_scans(triple) == "1"
    assert prearchive.get_resources(triple, "1") == "DICOM"
    assert len(prearchive.get_files(triple, "1", "DICOM")) == 2
    assert prearchive.get_uri(triple) == f"/prearchive/projects/{'/'.join(triple)}"


@fact("read 9", "a prearchive session is rebuilt and deleted")
def test_acting_on_the_prearchive(central: Any, server: PracticeServer) -> None:
    prearchive = central.manage.prearchive
    (triple,) = [row[:3] for row in prearchive.get() if row[2] == "010_MR1"]
    prearchive.reset(triple)
    assert prearchive.status(triple) == "READY"
    prearchive.delete(prearchive.get_uri(triple))
    while any(row["folder"] == "010_MR1" for row in server.state("DST")["projects"][0]["prearchive"]):
        central.get("/data/JSESSION")
    assert triple not in [row[:3] for row in prearchive.get()]


@fact("read 9", "scans as a table, joined to their sessions")
def test_scan_arrays(central: Any) -> None:
    found = central.array.scans(project_id="SRC", scan_type="xnat:imageScanData").data
    assert [row["xnat:imagescandata/id"] for row in found] == ["1", "2", "4", "7"]
    sessions = central.array.mrsessions(project_id="SRC").data
    assert len(sessions) == 1


@fact("read 9", "data types, search fields and schemas")
def test_metadata(central: Any, session: Any) -> None:
    assert "xnat:mrSessionData" in central.inspect.datatypes()
    assert central.inspect.datatypes("xnat:mrSessionData")
    central.manage.schemas.add("/xapi/schemas/xnat")
    assert "xnat:mrSessionData/fieldStrength" in session.attrs()
    assert "xnat:mrSessionData/scans/scan" in session.attrs()


@fact("read 9", "what is refused is an error with the page in it")
def test_refusals(central: Any) -> None:
    with pytest.raises(DatabaseError):
        central.select.project("NOPE").accessibility()
