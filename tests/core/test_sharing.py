"""Sharing and relocating on one server, in this process; the practice server's own state is the judge."""

import os
import signal
import threading
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from msgspec.structs import replace

from tests.core.harbour import LOGIN, Harbour, harbour, session_toml, told
from tests.core.losing import losing
from tests.core.shore import until
from xnat_ferry import events
from xnat_ferry.cli import main
from xnat_ferry.errors import FilesAdrift, Forbidden, PlanUnreadable, Retry
from xnat_ferry.events import Assigning
from xnat_ferry.model import Endpoint, Level, Mark, Road
from xnat_ferry.plan import Plan, PlannedScan, Target
from xnat_ferry.roads.assigning import assign
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.journal import read_all
from xnat_ferry.transfer.launch import start_worker
from xnat_ferry.transfer.status import read_state, status_of
from xnat_ferry.verify.scrutiny import Scrutiny
from xnat_ferry.verify.transfer import sessions_to_verify, verify_transfer
from xnat_ferry.worker import Errand, work
from xnat_ferry.xnat.listings import list_sessions, read_session
from xnat_ferry.xnat.sharing import Kind, read_standing, relocate, unshare

HEAD = """
[[users]]
login = "ada"
password = "pract1ce-pw"
projects = { SRC = "owner", DST = "owner", SHUT = "owner", THIRD = "owner", SCRIPTED = "owner" }

[[users]]
login = "mia"
password = "pract1ce-pw"
projects = { SRC = "member", DST = "member" }

[[users]]
login = "cole"
password = "pract1ce-pw"
projects = { SRC = "owner", DST = "collaborator" }

[[users]]
login = "root"
password = "pract1ce-pw"
admin = true

[[projects]]
id = "SCRIPTED"
anonymization = '(0008,1030) := "moved"'

[[projects]]
id = "SRC"

[[projects]]
id = "DST"

[[projects]]
id = "THIRD"

[[projects]]
id = "SHUT"
sharing = false
"""
TWO_SCANS = (
    '[{ id = "1", type = "loc", files = 2, rows = 16, columns = 16 }, '
    '{ id = "2", type = "t1", files = 3, rows = 16, columns = 16 }]'
)
MIA, COLE = Credentials("mia", "pract1ce-pw"), Credentials("cole", "pract1ce-pw")
ROOT = Credentials("root", "pract1ce-pw")
LABELS = [f"S{number}" for number in range(1, 40)]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harbour]:
    """One server for all tests here; each takes labels and subjects that no other takes."""
    world = "".join(session_toml(label, subject=f"{label}_P", scans=TWO_SCANS) for label in LABELS)
    world += "".join(session_toml(label, subject="FAMILY", scans=TWO_SCANS) for label in ("F1", "F2"))
    world += "".join(session_toml(label, subject="PAIR", scans=TWO_SCANS) for label in ("P1", "P2"))
    world += session_toml("TAKEN", project="DST", subject="TAKEN_P")
    world += session_toml("FOREIGN", project="THIRD", subject="FOREIGN_P").replace(
        "scans =", 'shared_into = [{ project = "SRC", label = "FOREIGN" }]\nscans ='
    )
    world += session_toml("KEPT_IN", project="SHUT", subject="KEPT_P")
    with harbour(tmp_path_factory.mktemp("sharing"), world, head=HEAD) as made:
        yield made


@pytest.fixture
def sea(shared: Harbour) -> Iterator[Harbour]:
    shared.server.set_faults([])
    yield shared
    shared.server.set_faults([])


def planned(sea: Harbour, road: Road, *labels: str, prefix: str = "to_") -> Plan:
    """A plan under other labels, so that nothing is right by chance."""
    plan = sea.plan(*labels, to=Target.ARCHIVE)
    sessions = tuple(
        replace(one, to_subject=f"{prefix}{one.subject}", to_session=f"{prefix}{one.session}")
        for one in plan.sessions
    )
    return replace(plan, road=road, sessions=sessions)


def done(sea: Harbour, plan: Plan, login: Credentials = LOGIN, **options: Any) -> tuple[TransferFolder, int]:
    folder = sea.begin(plan)
    return folder, again(sea, folder, login, **options)


def again(sea: Harbour, folder: TransferFolder, login: Credentials = LOGIN, **options: Any) -> int:
    errand = Errand(**options)
    return work(folder, {sea.server.url: login}, errand, spool=sea.home / "spool", stop=threading.Event())


def session_state(sea: Harbour, session_id: str) -> dict[str, Any]:
    """A session past all XNAT routes, by its accession ID."""
    found = [one for project in sea.server.state()["projects"] for one in project["sessions"]]
    return next(one for one in found if one["id"] == session_id)


def subject_state(sea: Harbour, subject_id: str) -> dict[str, Any]:
    found = [one for project in sea.server.state()["projects"] for one in project["subjects"]]
    return next(one for one in found if one["id"] == subject_id)


def subject_id(sea: Harbour, label: str) -> str:
    found = [one for project in sea.server.state()["projects"] for one in project["subjects"]]
    return next(str(one["id"]) for one in found if one["project"] == "SRC" and one["label"] == label)


def shares(found: dict[str, Any]) -> dict[str, str]:
    return {one["project"]: one["label"] for one in found["shares"]}


def pixels(sea: Harbour, session_id: str) -> dict[str, str]:
    return {
        file["sop_instance_uid"]: file["pixel_md5"]
        for scan in session_state(sea, session_id)["scans"]
        for resource in scan["resources"]
        for file in resource["files"]
    }


def changes(sea: Harbour, *methods: str) -> list[str]:
    """What was asked of the server that may change it, logins apart."""
    wanted = methods or ("PUT", "POST", "DELETE")
    return [
        f"{one['method']} {one['path']}"
        for one in sea.server.log()
        if one["method"] in wanted and "JSESSION" not in one["path"]
    ]


def failure(folder: TransferFolder) -> str:
    (failed,) = told(folder, events.SessionFailed)
    return failed.message


@pytest.mark.parametrize("road", [Road.SHARE, Road.RELOCATE])
def test_a_session_with_its_subject_gets_there_and_back_without_one_dicom_byte(
    sea: Harbour, road: Road, capsys: pytest.CaptureFixture[str]
) -> None:
    label = {Road.SHARE: "S1", Road.RELOCATE: "S2"}[road]
    plan = planned(sea, road, label)
    (one,) = plan.sessions
    subject, images = subject_id(sea, one.subject), pixels(sea, one.id)
    sea.server.clear_log()
    folder, code = done(sea, plan)
    assert code == 0, read_all(folder.journal)[-3:]

    owner, other = ("SRC", {"DST": f"to_{label}"}) if road == Road.SHARE else ("DST", {})
    found, person = session_state(sea, one.id), subject_state(sea, subject)
    assert (found["project"], shares(found)) == (owner, other)
    assert found["label"] == (label if road == Road.SHARE else f"to_{label}")
    assert person["project"] == owner
    assert shares(person) == ({"DST": f"to_{one.subject}"} if road == Road.SHARE else {})
    assert pixels(sea, one.id) == images
    log = sea.server.log()
    assert not [call for call in log if "/files" in call["path"] or "/services/import" in call["path"]]
    assert sum(call["bytes_in"] for call in log) == 0
    assert len(log) <= 15 + 2 * len(one.scans) + 8 + 6

    (verified,) = told(folder, events.SessionVerified)
    assert verified.verdict == "proven"
    assert {mark: number for mark, number in verified.counts.items() if number} == {"=": 5}
    state = read_state(folder)
    status = status_of(folder)
    assert (status.sessions.done, status.bytes_done, status.bytes_total) == (1, 0, 0)
    assert (state.sessions[label].where, state.files_sent) == ("archive", 0)
    record = folder.record.read_text()
    assert f"{owner} owns it" in record

    assert again(sea, folder, taking_back=True) == 0
    found, person = session_state(sea, one.id), subject_state(sea, subject)
    assert (found["project"], found["label"], shares(found)) == ("SRC", label, {})
    assert (person["project"], person["label"], shares(person)) == ("SRC", one.subject, {})
    assert pixels(sea, one.id) == images
    sea.server.clear_log()
    assert again(sea, folder) == 0, "what was taken back is not done again"
    assert changes(sea) == []
    when = datetime.fromtimestamp(told(folder, events.SessionTakenBack)[0].at).astimezone()
    assert main(["verify", folder.id, "--transfers", str(folder.path.parent)]) == 2
    assert f"{label} was taken back, last at {when:%Y-%m-%d %H:%M}" in capsys.readouterr().err


def test_a_subject_follows_its_last_session(sea: Harbour) -> None:
    subject = subject_id(sea, "FAMILY")
    _, code = done(sea, planned(sea, Road.RELOCATE, "F1"))
    assert code == 0
    person = subject_state(sea, subject)
    assert (person["project"], person["label"], shares(person)) == ("SRC", "FAMILY", {"DST": "to_FAMILY"})
    folder, code = done(sea, planned(sea, Road.RELOCATE, "F2"))
    assert code == 0
    person = subject_state(sea, subject)
    assert (person["project"], person["label"], shares(person)) == ("DST", "to_FAMILY", {})
    # back again: the subject is needed here and there
    assert again(sea, folder, taking_back=True) == 0
    person = subject_state(sea, subject)
    assert (person["project"], shares(person)) == ("DST", {"SRC": "FAMILY"})


def test_two_sessions_of_one_subject_at_once(sea: Harbour) -> None:
    subject = subject_id(sea, "PAIR")
    folder, code = done(sea, planned(sea, Road.RELOCATE, "P1", "P2"))
    assert code == 0, read_all(folder.journal)
    assert subject_state(sea, subject)["project"] == "DST"
    assert len([one for one in told(folder, events.Assigned) if one.subject]) == 2
    assert again(sea, folder, taking_back=True) == 0
    person = subject_state(sea, subject)
    assert (person["project"], person["label"], shares(person)) == ("SRC", "PAIR", {})
    assert {"P1", "P2"} <= sea.labels("SRC")


def test_what_is_there_already_is_proven_and_not_taken_back(sea: Harbour) -> None:
    plan = planned(sea, Road.SHARE, "S3")
    done(sea, plan)
    sea.server.clear_log()
    folder, code = done(sea, plan)
    assert code == 0
    assert changes(sea) == []
    assert told(folder, events.AssignmentRequested) == []
    assert again(sea, folder, taking_back=True) == 0
    assert shares(session_state(sea, plan.sessions[0].id)) == {"DST": "to_S3"}
    # and what was shared can be given away for good
    folder, code = done(sea, replace(plan, road=Road.RELOCATE))
    assert code == 0, read_all(folder.journal)
    found = session_state(sea, plan.sessions[0].id)
    assert (found["project"], shares(found)) == ("DST", {})


def relabelled(plan: Plan, **labels: str) -> Plan:
    return replace(plan, sessions=tuple(replace(one, **labels) for one in plan.sessions))


@pytest.mark.parametrize("road", [Road.SHARE, Road.RELOCATE])
def test_labels_that_are_taken_are_refused_and_nothing_moves(sea: Harbour, road: Road) -> None:
    label = {Road.SHARE: "S4", Road.RELOCATE: "S5"}[road]
    plan = planned(sea, road, label)
    before = session_state(sea, plan.sessions[0].id)
    folder, code = done(sea, relabelled(plan, to_session="taken"))
    assert code == 1
    assert "another session called taken" in failure(folder)
    assert session_state(sea, plan.sessions[0].id) == before
    assert len(sea.on_disk("SRC", label)) == 5
    for edited, why in (
        ({"session": "S99"}, f"is called {label}"),
        ({"subject": "P"}, f"is called {label}_P"),
    ):
        folder, code = done(sea, relabelled(plan, **edited))
        assert (code, why in failure(folder)) == (1, True)
    assert session_state(sea, plan.sessions[0].id) == before
    other = {Road.SHARE: "S6", Road.RELOCATE: "S7"}[road]
    folder, code = done(sea, relabelled(planned(sea, road, other), to_subject="TAKEN_P"))
    assert code == 1
    assert "another subject called TAKEN_P" in failure(folder)
    assert other in sea.labels("SRC")


def test_a_subject_that_is_there_under_another_label_is_not_shown_twice(sea: Harbour) -> None:
    done(sea, planned(sea, Road.SHARE, "S8"))
    plan = relabelled(planned(sea, Road.SHARE, "S8"), to_subject="other", to_session="again")
    folder, code = done(sea, plan)
    assert code == 1
    assert "it is there as to_S8" in failure(folder)


def from_project(sea: Harbour, project: str, label: str, road: Road) -> Plan:
    plan = planned(sea, road, "S9")
    with sea.client() as client:
        (row,) = [one for one in list_sessions(client, project) if one.label == label]
        detail = read_session(client, row.id)
    scans = tuple(
        PlannedScan(id=scan.id, files=len(detail.dicom_files(scan.id)), bytes=1) for scan in detail.scans
    )
    session = replace(
        plan.sessions[0], session=label, id=row.id, subject=row.subject, study_uid="", scans=scans
    )
    return replace(plan, source=Endpoint(sea.server.url, project), sessions=(session,))


@pytest.mark.parametrize("road", [Road.SHARE, Road.RELOCATE])
def test_what_the_source_does_not_own_or_may_not_share_stays(sea: Harbour, road: Road) -> None:
    folder, code = done(sea, from_project(sea, "SRC", "FOREIGN", road))
    assert (code, "belongs to THIRD" in failure(folder)) == (1, True)
    folder, code = done(sea, from_project(sea, "SHUT", "KEPT_IN", road))
    assert (code, "does not allow its data to be shared" in failure(folder)) == (1, True)


def test_two_servers_are_no_place_for_it(sea: Harbour) -> None:
    plan = planned(sea, Road.SHARE, "S9")
    with pytest.raises(PlanUnreadable, match="both projects on one server"):
        done(sea, replace(plan, destination=Endpoint("http://127.0.0.1:9", "DST")))


@pytest.mark.parametrize(
    ("login", "road", "label", "allowed"),
    [
        (MIA, Road.SHARE, "S10", True),
        (MIA, Road.RELOCATE, "S11", False),
        (COLE, Road.SHARE, "S12", False),
        (COLE, Road.RELOCATE, "S13", False),
    ],
    ids=["a member shares", "a member gives away", "a guest shares", "a guest takes over"],
)
def test_who_may_not_is_told_so(
    sea: Harbour, login: Credentials, road: Road, label: str, allowed: bool
) -> None:
    plan = planned(sea, road, label)
    folder, code = done(sea, plan, login)
    found = session_state(sea, plan.sessions[0].id)
    assert found["project"] == "SRC"
    if allowed:
        assert code == 0
        assert again(sea, folder, login, taking_back=True) == 1
        (kept,) = told(folder, events.SessionNotTakenBack)
        assert "does not let this account" in kept.message
        assert shares(session_state(sea, plan.sessions[0].id)) == {"DST": f"to_{label}"}
    else:
        assert code == 1
        assert "does not let this account" in failure(folder)
        assert shares(found) == {}
        assert len(sea.on_disk("SRC", label)) == 5


# What a server does wrong


@pytest.mark.parametrize("road", [Road.SHARE, Road.RELOCATE])
def test_an_answer_that_is_lost_is_looked_for_and_not_asked_again(sea: Harbour, road: Road) -> None:
    label = {Road.SHARE: "S14", Road.RELOCATE: "S15"}[road]
    plan = planned(sea, road, label)
    subject = subject_id(sea, plan.sessions[0].subject)
    request = f"PUT /data/projects/SRC/subjects/{subject}/experiments/"
    with losing(sea.server.url, request) as address:
        ends = {"source": Endpoint(address, "SRC"), "destination": Endpoint(address, "DST")}
        folder = sea.begin(replace(plan, **ends))
        sea.server.clear_log()
        code = work(folder, {address: LOGIN}, spool=sea.home / "spool", stop=threading.Event())
    assert code == 0, read_all(folder.journal)[-3:]
    assert len([one for one in changes(sea, "PUT") if "/experiments/" in one]) == 1


def test_a_yes_that_did_nothing_is_no_yes(sea: Harbour) -> None:
    plan = planned(sea, Road.SHARE, "S16")
    folder = sea.begin(plan)
    sea.server.set_faults(
        [{"match": "PUT /data/projects/SRC/subjects/.*/experiments/", "status": 200, "body": ""}]
    )
    assert again(sea, folder) == 1
    assert "said yes" in failure(folder)
    sea.server.set_faults([])
    assert again(sea, folder) == 0
    assert shares(session_state(sea, plan.sessions[0].id)) == {"DST": "to_S16"}


def test_files_that_the_server_lost_on_the_way_stop_everything(sea: Harbour) -> None:
    """Past the look that forbids it, since the label may be taken in between (wire-write 5.3)."""
    plan = planned(sea, Road.RELOCATE, "S17", "S18")
    folder = sea.begin(plan)
    with sea.ferry(folder) as ferry:
        standing = read_standing(ferry.destination, Kind.SESSION, plan.sessions[0].id)
        with pytest.raises(FilesAdrift) as caught:
            assign(ferry, plan.sessions[0], Assigning.RELOCATE, standing, "DST", "taken")
    assert caught.value.retry == Retry.STOP
    assert "administrator" in caught.value.advice


# Interruptions


@pytest.mark.parametrize("road", [Road.SHARE, Road.RELOCATE])
def test_a_journal_that_ends_anywhere_is_gone_on_with(sea: Harbour, road: Road) -> None:
    """A worker that was killed leaves what it did and a beginning of its journal."""
    label = {Road.SHARE: "S19", Road.RELOCATE: "S20"}[road]
    plan = planned(sea, road, label)
    folder, code = done(sea, plan)
    assert code == 0
    lines = folder.journal.read_bytes().splitlines(keepends=True)
    first = next(place for place, line in enumerate(lines) if b"AssignmentRequested" in line) + 1
    for end in range(first, len(lines)):
        folder.journal.write_bytes(b"".join(lines[:end]))
        sea.server.clear_log()
        assert again(sea, folder) == 0
        assert changes(sea) == []
        ours = told(folder, events.Assigned)
        assert {(one.how, one.subject) for one in ours} >= {(road.value, False)} or end < first + 2
    assert again(sea, folder, taking_back=True) == 0
    assert session_state(sea, plan.sessions[0].id)["project"] == "SRC"


def test_a_worker_that_is_killed_while_the_server_moves_is_gone_on_with(sea: Harbour) -> None:
    plan = planned(sea, Road.RELOCATE, "S21")
    folder = sea.begin(plan)
    sea.server.set_faults([{"match": "PUT /data/projects/SRC/subjects/.*/experiments/", "delay": 600}])
    worker = start_worker(folder, sea.logins, spool=sea.home / "spool")
    until(lambda: bool([one for one in told(folder, events.AssignmentRequested) if not one.subject]))
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    sea.server.set_faults([])
    assert read_state(folder).phase == "stopped"
    assert again(sea, folder) == 0, read_all(folder.journal)[-3:]
    assert session_state(sea, plan.sessions[0].id)["project"] == "DST"
    assert subject_state(sea, subject_id_of(sea, plan))["project"] == "DST"


def subject_id_of(sea: Harbour, plan: Plan) -> str:
    with sea.client() as client:
        return read_standing(client, Kind.SESSION, plan.sessions[0].id).subject


# Scripts and owners


@pytest.mark.parametrize("runs", [True, False], ids=["the script runs again", "no script runs"])
def test_a_site_that_runs_scripts_over_what_moves_is_not_taken_for_damage(sea: Harbour, runs: bool) -> None:
    label = "S25" if runs else "S26"
    plan = planned(sea, Road.RELOCATE, label)
    plan = replace(plan, destination=replace(plan.destination, project="SCRIPTED"))
    before = session_state(sea, plan.sessions[0].id)
    with sea.client(ROOT) as client:
        path = "/xapi/siteConfig/rerunProjectAnonOnRename"
        client.send("POST", path, body=lambda: iter([b"true" if runs else b"false"]))
        folder, code = done(sea, plan, ROOT)
        client.send("POST", path, body=lambda: iter([b"false"]))
    assert code == 0, read_all(folder.journal)[-3:]
    (verified,) = told(folder, events.SessionVerified)
    assert verified.counts[Mark.AS_PLANNED if runs else Mark.SAME] == 5, verified.counts
    changed = session_state(sea, plan.sessions[0].id)["scans"] != before["scans"]
    assert changed is runs


def test_what_a_project_owns_is_never_asked_out_of_it(sea: Harbour) -> None:
    """Through the owner, taking out a share is deleting for good (wire-write 5.4)."""
    plan = planned(sea, Road.SHARE, "S27")
    with sea.client() as client:
        standing = read_standing(client, Kind.SESSION, plan.sessions[0].id)
        sea.server.clear_log()
        for project in ("SRC", "DST"):
            with pytest.raises(Forbidden):
                unshare(client, standing, project)
    assert changes(sea) == []
    assert "S27" in sea.labels("SRC")


# Looked at again


def test_verify_tells_what_became_of_it_since(sea: Harbour) -> None:
    plan = planned(sea, Road.SHARE, "S22", "S23", "S24")
    folder, code = done(sea, plan)
    assert code == 0
    ids = {one.session: one.id for one in plan.sessions}
    with sea.client() as client:
        unshare(client, read_standing(client, Kind.SESSION, ids["S22"]), "DST")
        relocate(client, read_standing(client, Kind.SESSION, ids["S23"]), "DST", "to_S23")
        state = read_state(folder)
        result = verify_transfer(
            folder,
            state,
            sessions_to_verify(state),
            client,
            client,
            Scrutiny(level=Level.IDENTITY, scratch=sea.home),
            progress=lambda what, done, total: None,
        )
    verdicts = {one.source: one.verdict for one in result.sessions}
    assert verdicts == {"S22": "differs", "S23": "differs", "S24": "proven"}
    (owner,) = [item for one in result.sessions for item in one.items if item.what == "owner"]
    assert (owner.session, owner.source, owner.destination) == ("S23", "SRC", "DST")
