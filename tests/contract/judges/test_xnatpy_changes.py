"""xnatpy changes what is stored: it creates, uploads, shares, deletes, uses tokens (wire-read 8.2)."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from xnat.exceptions import XNATLoginFailedError, XNATResponseError

from tests.contract.facts import fact
from tests.contract.judges.conftest import Truth

Connect = Callable[..., Any]


@pytest.fixture(scope="module")
def ada(connect: Connect) -> Any:
    return connect()


@pytest.fixture
def subject(ada: Any, request: pytest.FixtureRequest) -> Any:
    """A subject of the test's own."""
    label = re.sub(r"\W+", "_", request.node.name.removeprefix("test_"))
    return ada.classes.SubjectData(parent=ada.projects["DST"], label=label)


@pytest.fixture
def session(ada: Any, subject: Any) -> Any:
    return ada.classes.MrSessionData(parent=subject, label=f"{subject.label}_MR1")


@pytest.fixture
def resource(session: Any) -> Any:
    return session.create_resource("NOTES")


@fact("read 8.2", "the answer to creating a subject is its accession ID")
def test_creating_a_subject(subject: Any, truth: Truth) -> None:
    (known,) = [one for one in truth.project("DST")["subjects"] if one["label"] == "creating_a_subject"]
    assert subject.id == known["id"]
    assert subject.project == "DST"


@fact("read 8.2", "so is that to creating a session, whose type is in the query")
def test_creating_a_session(session: Any, truth: Truth) -> None:
    known = truth.session("DST", "creating_a_session_MR1")
    assert session.id == known["id"]
    assert known["modality"] == "MR"
    assert known["subject"] == "creating_a_session"
    assert session.__xsi_type__ == "xnat:mrSessionData"


@fact("read 8.2", "a scan is created with its fields in the query, under the ID that is one of them")
def test_creating_a_scan(ada: Any, session: Any, truth: Truth) -> None:
    ada.classes.MrScanData(
        parent=session, id="5", type="t2", series_description="T2w", quality="questionable"
    )
    (known,) = truth.session("DST", session.label)["scans"]
    assert (known["id"], known["type"], known["quality"]) == ("5", "t2", "questionable")
    scan = session.scans["5"]
    assert scan.type == "t2"
    assert scan.series_description == "T2w"


@fact("read 8.2", "a resource is created by its label, and is there although it has no file")
def test_creating_resources(ada: Any, session: Any, truth: Truth) -> None:
    scan = ada.classes.MrScanData(parent=session, id="t1", type="t1")
    for holder in (session, scan):
        made = holder.create_resource("EXTRA")
        assert made.label == "EXTRA"
        assert made.file_count == 0
    known = truth.session("DST", session.label)
    assert truth.files(known, "EXTRA") == {}
    assert truth.files(truth.scan(known, "t1"), "EXTRA") == {}
    for holder in (session.subject, ada.projects["DST"]):
        assert holder.create_resource("EXTRA_OF_ITS_OWN").label == "EXTRA_OF_ITS_OWN"


@fact("read 8.2", "an uploaded file is read back as it was sent")
def test_uploading_a_file(resource: Any, tmp_path: Path) -> None:
    (tmp_path / "a note.txt").write_bytes(b"line\r\n\x00\xff")
    resource.upload(str(tmp_path / "a note.txt"), "deep/er/note.txt", verbose=False)
    file = resource.files["deep/er/note.txt"]
    with file.open() as back:
        assert back.read() == b"line\r\n\x00\xff"
    assert file.verify_digest()


@fact("read 8.2", "text can be uploaded as it is; a file that is there is replaced only on demand")
def test_overwriting(resource: Any, truth: Truth, session: Any) -> None:
    resource.upload_data("one", "n.txt")
    resource.upload_data("three", "n.txt")
    assert truth.files(truth.session("DST", session.label), "NOTES")["n.txt"]["size"] == 3
    resource.upload_data("three", "n.txt", overwrite=True)
    assert truth.files(truth.session("DST", session.label), "NOTES")["n.txt"]["size"] == 5


@fact("read 8.2", "a folder goes up as one archive that the server unpacks, or file by file")
@pytest.mark.parametrize("method", ["tgz_file", "tar_memory", "per_file"])
def test_uploading_a_folder(resource: Any, session: Any, truth: Truth, tmp_path: Path, method: str) -> None:
    (tmp_path / "up" / "inner").mkdir(parents=True)
    (tmp_path / "up" / "a.txt").write_text("a")
    (tmp_path / "up" / "inner" / "b.txt").write_text("bb")
    resource.upload_dir(tmp_path / "up", method=method)
    known = truth.files(truth.session("DST", session.label), "NOTES")
    assert {path: file["size"] for path, file in known.items()} == {"a.txt": 1, "inner/b.txt": 2}


@fact("read 8.2", "a single file can be deleted")
def test_deleting_a_file(resource: Any, session: Any, truth: Truth) -> None:
    resource.upload_data("1", "one.txt")
    resource.upload_data("2", "two.txt")
    resource.files["one.txt"].delete()
    assert set(truth.files(truth.session("DST", session.label), "NOTES")) == {"two.txt"}


@fact("read 8.2", "an assessor of a session, with a resource of its own")
def test_assessors(ada: Any, session: Any, truth: Truth) -> None:
    ada.classes.QcManualAssessorData(parent=session, label="assessors_QC1")
    (known,) = truth.session("DST", session.label)["assessors"]
    assert (known["label"], known["type"]) == ("assessors_QC1", "xnat:qcManualAssessorData")
    (assessor,) = session.assessors.values()
    assert (assessor.id, assessor.image_session_id) == (known["id"], session.id)
    assessor.create_resource("REPORT").upload_data("fine", "report.txt")
    assert list(assessor.files.keys()) == ["report.txt"]
    assessor.delete()
    assert truth.session("DST", session.label)["assessors"] == []


@fact("read 8.2", "a session is put in quarantine and released")
def test_quarantine(session: Any, truth: Truth) -> None:
    session.quarantine()
    assert session.status == "quarantine"
    assert truth.session("DST", session.label)["status"] == "quarantine"
    session.activate()
    assert session.status == "active"


@fact("read 8.2", "a user is taken into a project")
def test_giving_access(ada: Any, connect: Connect) -> None:
    ada.projects["COL"].set_access("mem", "collaborators")
    assert ada.projects["COL"].users["mem"].access_level == "Collaborators"
    assert connect("mem").projects["COL"].access_level == "Collaborators"


@fact("read 8.2", "nobody is taken into a project who has no account, nor into a group that is none")
@pytest.mark.parametrize(("login", "group"), [("nobody", "members"), ("mem", "kings")])
def test_giving_access_in_vain(ada: Any, truth: Truth, login: str, group: str) -> None:
    with pytest.raises(XNATResponseError) as error:
        ada.projects["SRC"].set_access(login, group)
    assert error.value.status_code == 404
    assert set(ada.projects["SRC"].users) == {"ada", "mem"}


@fact("read 8.2", "what the caller has no right to is 403, and nothing has changed")
def test_a_member_deletes_nothing(connect: Connect, session: Any, truth: Truth) -> None:
    by_member = connect("mem").projects["DST"].experiments[session.label]
    with pytest.raises(XNATResponseError) as error:
        by_member.delete()
    assert error.value.status_code == 403
    assert session.label in truth.labels("DST")


@fact("read 8.2", "a field is set by its path under the type of the object")
def test_setting_fields(ada: Any, session: Any, subject: Any) -> None:
    session.note = "seen twice"
    assert session.note == "seen twice"
    session.fields["reader"] = "X"
    assert session.fields["reader"] == "X"
    subject.fields["cohort"] = "7"
    assert subject.fields["cohort"] == "7"
    subject.demographics.gender = "female"
    assert subject.demographics.gender == "female"
    ada.projects["DST"].fields["phase"] = "2"
    assert ada.projects["DST"].fields["phase"] == "2"


@fact("read 8.2", "a label is set by itself")
def test_renaming(session: Any, subject: Any, truth: Truth) -> None:
    session.label = "renamed_MR1"
    subject.label = "renamed"
    assert truth.session("DST", "renamed_MR1")["subject"] == "renamed"
    assert session.label == "renamed_MR1"


@fact("read 8.2", "sharing gives the other project a label of its own; the owner stays")
def test_sharing(ada: Any, session: Any, subject: Any, truth: Truth) -> None:
    subject.share("COL", label="guest")
    session.share("COL", label="guest_MR1")
    known = truth.session("DST", session.label)
    assert known["shares"] == [{"project": "COL", "label": "guest_MR1"}]
    ada.clearcache()
    there = ada.projects["COL"].subjects["guest"].experiments["guest_MR1"]
    assert there.id == known["id"]
    assert ada.get_json(there.uri)["items"][0]["data_fields"]["project"] == "DST"


@fact("read 8.2", "experiment.delete() asks for removeFiles=true: nothing is left, and the label is free")
def test_deleting_a_session(ada: Any, resource: Any, session: Any, subject: Any, truth: Truth) -> None:
    resource.upload_data("1", "one.txt")
    label = session.label
    subject.experiments[label].delete()
    assert label not in truth.labels("DST")
    ada.classes.MrSessionData(parent=subject, label=label)
    assert truth.session("DST", label)["resources"] == []


@fact("read 8.2", "scans, resources and subjects are deleted alike")
def test_deleting_the_others(ada: Any, resource: Any, session: Any, subject: Any, truth: Truth) -> None:
    ada.classes.MrScanData(parent=session, id="1", type="t1")
    session.scans["1"].delete()
    resource.delete()
    known = truth.session("DST", session.label)
    assert known["scans"] == []
    assert known["resources"] == []
    label = subject.label
    ada.projects["DST"].subjects[label].delete()
    assert label not in truth.labels("DST", "subjects")
    assert known["label"] not in truth.labels("DST")


@fact("read 8.2", "refreshing a catalogue is answered 200")
def test_refreshing_a_catalogue(ada: Any, resource: Any, session: Any) -> None:
    resource.upload_data("1", "one.txt")
    resource.refresh_catalog()
    ada.services.refresh_catalog(session, checksum=True, delete=True, append=True, populate_stats=True)
    assert resource.file_count == 1


@fact("read 8.2", "a token is issued, and xnatpy logs in with it by Basic on /")
def test_tokens(ada: Any, connect: Connect) -> None:
    token = ada.services.issue_token()
    assert len(token.secret) == 64
    by_token = connect(user=token.alias, password=token.secret, no_parse_model=True)
    assert by_token.logged_in_user == "ada"
    ada.get(f"/data/services/tokens/invalidate/{token.alias}")
    with pytest.raises(XNATLoginFailedError):
        connect(user=token.alias, password=token.secret, no_parse_model=True)


@fact("read 8.2", "only an administrator gets a token for somebody else")
def test_a_token_for_another(ada: Any, connect: Connect) -> None:
    with pytest.raises(XNATResponseError) as error:
        ada.services.issue_token("mem")
    assert error.value.status_code == 403
    token = connect("root", no_parse_model=True).services.issue_token("mem")
    assert connect(user=token.alias, password=token.secret, no_parse_model=True).logged_in_user == "mem"
