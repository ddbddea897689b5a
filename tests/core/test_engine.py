"""The engine against a practice server, in this process: side by side, within its limits, never twice."""

import threading
from collections import Counter
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from tests.core.harbour import LOGIN, WORLD, Harbour, harbour, session_toml, told
from tests.core.losing import losing
from xnat_ferry import events
from xnat_ferry.plan import Fate, Plan, PlannedSession, Target
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.journal import read_all
from xnat_ferry.transfer.manifest import read_manifest
from xnat_ferry.transfer.pacing.pace import Pace, keep_pace
from xnat_ferry.transfer.status import status_of
from xnat_ferry.worker import work
from xnat_ferry.xnat.client import XnatClient, data_path

IMPORT = "POST /data/services/import"
TWO_SCANS = (
    '[{ id = "1", type = "loc", files = 3, rows = 16, columns = 16 }, '
    '{ id = "2", type = "t1", files = 4, rows = 32, columns = 32 }]'
)
LABELS = [f"S{number}" for number in range(1, 41)]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harbour]:
    """One server for all tests here; each takes labels that no other takes."""
    world = "".join(session_toml(label, subject=label, scans=TWO_SCANS) for label in LABELS)
    shown = '[{ project = "SRC", label = "SHOWN" }]'
    world += session_toml("OWNED", project="COL", subject="AWAY", shared_into=shown)
    head = WORLD.replace('DST = "owner"', 'DST = "owner", COL = "owner"') + '[[projects]]\nid = "COL"\n'
    with harbour(tmp_path_factory.mktemp("engine"), world, head=head) as made:
        yield made


@pytest.fixture
def sea(shared: Harbour) -> Iterator[Harbour]:
    shared.server.set_faults([])
    shared.server.clear_log()
    yield shared
    shared.server.set_faults([])


def imports(sea: Harbour) -> list[dict[str, object]]:
    return [one for one in sea.server.log() if one["path"].endswith("/services/import")]


def begun(sea: Harbour, plan: Plan, **pace: object) -> TransferFolder:
    folder = sea.begin(plan)
    keep_pace(folder.pace, Pace(**pace))  # type: ignore[arg-type]
    return folder


def only(plan: Plan, **changes: object) -> Plan:
    """The same plan with its sessions changed alike."""
    sessions = tuple(replace(session, **changes) for session in plan.sessions)
    return replace(plan, sessions=sessions)


def first_scan(session: PlannedSession) -> PlannedSession:
    return replace(session, scans=session.scans[:1])


def test_sessions_go_side_by_side_within_the_connections_that_were_allowed(sea: Harbour) -> None:
    labels = LABELS[0:6]
    folder = begun(sea, sea.plan(*labels), at_once=3, connections=2)
    sea.server.clear_log()
    assert sea.work(folder) == 0
    for label in labels:
        assert sea.files("DST", label) == sea.files("SRC", label)
    # xnatpy has a connection of its own for logging in and out
    used = {one["connection"] for one in sea.server.log() if one["path"].startswith("/data/experiments")}
    assert len(used) == 2
    story = read_all(folder.journal)
    begun_at = [place for place, one in enumerate(story) if isinstance(one, events.SessionStarted)]
    first_done = next(place for place, one in enumerate(story) if isinstance(one, events.SessionFinished))
    assert len([place for place in begun_at if place < first_done]) >= 2


def test_what_each_session_went_through_stands_in_order(sea: Harbour) -> None:
    labels = LABELS[6:9]
    folder = begun(sea, sea.plan(*labels), at_once=3)
    assert sea.work(folder) == 0
    for label in labels:
        own = [type(one).__name__ for one in read_all(folder.journal) if getattr(one, "session", "") == label]
        wanted = [
            "SessionStarted",
            "SourceRead",
            "UnitFetched",
            "UnitSending",
            "UnitSent",
            "SessionBuilt",
            "SessionVerified",
            "SessionFinished",
        ]
        assert [name for name in own if name in wanted] == [*wanted[:7], "SessionVerified", wanted[7]]


def test_the_calls_of_a_worker_are_logged_without_what_is_asked(sea: Harbour) -> None:
    folder = sea.carried(LABELS[9])
    lines = folder.calls.read_text().splitlines()
    assert any(f" POST {'/data/services/import'} 200 " in line for line in lines)
    text = folder.calls.read_text()
    assert "?" not in text
    assert LOGIN.password not in text
    assert folder.calls.stat().st_mode & 0o777 == 0o600


def test_an_upload_whose_answer_was_lost_is_looked_for_and_not_sent_again(sea: Harbour) -> None:
    with losing(sea.server.url, "POST /data/services/import") as address:
        plan = sea.plan(LABELS[10])
        folder = sea.begin(replace(plan, destination=replace(plan.destination, server=address)))
        logins = {sea.server.url: LOGIN, address: LOGIN}
        code = work(folder, logins, spool=sea.home / "spool", stop=threading.Event())
    assert code == 0, read_all(folder.journal)[-3:]
    assert len(imports(sea)) == 1
    assert len(told(folder, events.TriedAgain)) == 1
    assert len(told(folder, events.UnitSent)) == 1
    assert sea.files("DST", LABELS[10]) == sea.files("SRC", LABELS[10])


def test_an_upload_that_broke_on_its_way_is_sent_again(sea: Harbour) -> None:
    sea.server.set_faults([{"match": IMPORT, "cut_after": 0.6, "times": 1}])
    sea.carried(LABELS[11])
    assert len(imports(sea)) == 2
    assert sea.files("DST", LABELS[11]) == sea.files("SRC", LABELS[11])


def test_a_retried_upload_is_not_downloaded_again(sea: Harbour) -> None:
    sea.server.set_faults([{"match": IMPORT, "status": 500, "times": 2}])
    sea.carried(LABELS[12])
    zips = [one for one in sea.server.log() if "format=zip" in one["query"]]
    assert (len(zips), len(imports(sea))) == (1, 3)


@pytest.mark.parametrize(
    ("label", "status", "uploads", "words"),
    [
        # smaller and smaller, down to one file, and then no more
        (LABELS[13], 413, 4, "takes no upload of"),
        (LABELS[14], 403, 1, "does not let this account"),
    ],
)
def test_what_does_not_pass_is_not_tried_again(
    sea: Harbour, label: str, status: int, uploads: int, words: str
) -> None:
    sea.server.set_faults([{"match": IMPORT, "status": status}])
    folder = sea.begin(sea.plan(label))
    assert sea.work(folder) == 1
    assert len(imports(sea)) == uploads
    (problem,) = status_of(folder).errors
    assert words in problem.message


def test_what_is_not_what_the_plan_calls_it_is_not_carried(sea: Harbour) -> None:
    label = LABELS[33]
    plan = sea.plan(label)
    shown = sea.plan("SHOWN")  # as the source shows it; its owner calls it otherwise
    assert sea.work(sea.begin(shown)) == 0
    for edited, why in (
        (only(plan, session="S99"), f"is called {label} in SRC"),
        (only(plan, subject="S99"), f"its subject is called {label}"),
        (replace(plan, source=replace(plan.source, project="COL")), "is not in COL"),
        (only(shown, session="OWNED"), "is called SHOWN in SRC"),
        (replace(shown, source=replace(plan.source, project="COL")), "is called OWNED in COL"),
    ):
        sea.server.clear_log()
        # a label of its own: what was carried as planned is there
        folder = begun(sea, only(edited, to_session="EDITED"))
        assert sea.work(folder) == 1
        (failed,) = told(folder, events.SessionFailed)
        assert why in failed.message
        assert failed.advice.startswith("Make a new plan")
        assert not imports(sea)
    assert not {label, "EDITED"} & (sea.labels("DST") | sea.waiting("DST"))


def test_a_spool_that_holds_one_unit_only_is_enough(sea: Harbour) -> None:
    plan = sea.plan(*LABELS[15:18])
    folder = begun(sea, plan, at_once=3, spool_size=40_000)
    assert sea.work(folder) == 0
    for label in LABELS[15:18]:
        assert sea.files("DST", label) == sea.files("SRC", label)


def test_what_is_too_large_for_the_spool_is_told_and_the_others_go_on(sea: Harbour) -> None:
    plan = sea.plan(LABELS[18])
    folder = begun(sea, plan, spool_size=1_000)
    assert sea.work(folder) == 1
    (problem,) = status_of(folder).errors
    assert "too small" in problem.message
    assert "--spool-size" in problem.advice


# Completing what is there


def test_a_session_half_there_is_completed_and_nothing_is_sent_twice(sea: Harbour) -> None:
    label = LABELS[20]
    whole = sea.plan(label)
    part = replace(whole, sessions=tuple(first_scan(session) for session in whole.sessions))
    assert sea.work(sea.begin(part)) == 0
    sea.server.clear_log()

    folder = sea.begin(only(whole, fate=Fate.COMPLETE))
    assert sea.work(folder) == 0, read_all(folder.journal)[-3:]
    assert sea.files("DST", label) == sea.files("SRC", label)
    zips = [one for one in sea.server.log() if "format=zip" in one["query"]]
    assert [one["path"].split("/scans/")[1].split("/")[0] for one in zips] == ["2"]
    instances = read_manifest(folder.manifest(whole.sessions[0].id))
    assert Counter((one.scan, one.there) for one in instances) == {("1", True): 3, ("2", False): 4}
    verified = told(folder, events.SessionVerified)
    assert [one.verdict for one in verified] == ["proven", "proven"]
    assert sum(verified[-1].counts.values()) == 7


def test_only_the_missing_instances_of_a_scan_travel(sea: Harbour) -> None:
    label = LABELS[21]
    plan = sea.plan(label)
    assert sea.work(sea.begin(plan)) == 0
    removed = remove_a_file(sea, label, scan="2")
    assert set(sea.files("SRC", label)) - set(sea.files("DST", label)) == removed
    sea.server.clear_log()

    folder = sea.begin(only(plan, fate=Fate.COMPLETE))
    assert sea.work(folder) == 0, read_all(folder.journal)[-3:]
    assert sea.files("DST", label) == sea.files("SRC", label)
    (sent,) = told(folder, events.UnitSent)
    assert sent.files == 1
    assert int(str(imports(sea)[0]["bytes_in"])) < 4_000


def test_what_is_complete_already_is_not_fetched_at_all(sea: Harbour) -> None:
    label = LABELS[22]
    plan = sea.plan(label)
    assert sea.work(sea.begin(plan)) == 0
    sea.server.clear_log()
    folder = sea.begin(only(plan, fate=Fate.COMPLETE))
    assert sea.work(folder) == 0
    assert imports(sea) == []
    assert not [one for one in sea.server.log() if "format=zip" in one["query"]]
    assert told(folder, events.SessionVerified)[-1].verdict == "proven"


def test_without_a_plan_to_complete_nothing_is_added(sea: Harbour) -> None:
    label = LABELS[23]
    plan = sea.plan(label)
    assert sea.work(sea.begin(plan)) == 0
    sea.server.clear_log()
    folder = sea.begin(plan)
    assert sea.work(folder) == 1
    assert imports(sea) == []
    assert "has appeared at the destination" in status_of(folder).errors[0].message


def test_a_half_sent_row_is_finished_by_the_units_that_lack(sea: Harbour) -> None:
    label = LABELS[24]
    plan = sea.plan(label, to=Target.PREARCHIVE)
    sea.server.set_faults([{"match": IMPORT, "drop_file": 1, "times": 1}])
    folder = sea.begin(plan)
    assert sea.work(folder) == 1
    assert "missing there" in status_of(folder).errors[0].message
    assert sea.work(folder) == 0
    assert len(imports(sea)) == 2


def test_a_killed_upload_that_arrived_is_not_sent_again_by_a_resume(sea: Harbour) -> None:
    label = LABELS[25]
    folder = sea.carried(label, to=Target.PREARCHIVE)
    journal = folder.journal.read_bytes().splitlines(keepends=True)
    place = next(number for number, line in enumerate(journal) if b'"UnitSent"' in line)
    folder.journal.write_bytes(b"".join(journal[:place]))  # as if killed right before it could be written
    sea.server.clear_log()
    assert sea.work(folder) == 0
    assert imports(sea) == []
    zips = [one["path"] for one in sea.server.log() if "format=zip" in one["query"]]
    assert zips == [f"/data{told(folder, events.UnitSent)[0].row}"], "only to know whose it is"


# Stopping


def test_a_stop_does_not_wait_for_a_server_that_hangs(sea: Harbour) -> None:
    sea.server.set_faults([{"match": IMPORT, "delay": 600.0, "times": 1}])
    folder = sea.begin(sea.plan(LABELS[26], to=Target.PREARCHIVE))
    stop = threading.Event()
    codes: list[int] = []
    worker = threading.Thread(
        target=lambda: codes.append(work(folder, sea.logins, spool=sea.home / "spool", stop=stop))
    )
    worker.start()
    while not told(folder, events.UnitSending):
        worker.join(0.05)
    stop.set()
    worker.join(60)
    assert codes == [4]
    assert isinstance(read_all(folder.journal)[-1], events.WorkerStopped)
    sea.server.set_faults([])
    assert sea.work(folder) == 0


def test_a_login_that_is_refused_is_named_so_that_it_is_not_tried_again(sea: Harbour) -> None:
    folder = sea.begin(sea.plan(LABELS[26], to=Target.PREARCHIVE))
    wrong = {server: Credentials(login.user, "wrong") for server, login in sea.logins.items()}
    assert work(folder, wrong, spool=sea.home / "spool", stop=threading.Event()) == 3
    (stopped,) = told(folder, events.WorkerStopped)
    assert stopped.login_refused == sea.server.url


def test_two_transfers_side_by_side_do_not_know_of_each_other(sea: Harbour) -> None:
    folders = [sea.begin(sea.plan(label)) for label in LABELS[27:29]]
    codes: list[int] = []
    workers = [threading.Thread(target=lambda one=one: codes.append(sea.work(one))) for one in folders]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert codes == [0, 0]
    for label in LABELS[27:29]:
        assert sea.files("DST", label) == sea.files("SRC", label)


def remove_a_file(sea: Harbour, label: str, scan: str) -> set[str]:
    """Delete one file of an archived session at the destination; its SOPInstanceUID."""
    before = set(sea.files("DST", label))
    session = sea.session("DST", label)
    (found,) = [one for one in session["scans"] if one["id"] == scan]
    name = found["resources"][0]["files"][0]["path"].rpartition("/")[2]
    with XnatClient(sea.server.url, LOGIN) as client:
        path = data_path("experiments", session["id"], "scans", scan, "resources", "DICOM", "files", name)
        client.send("DELETE", path)
    return before - set(sea.files("DST", label))
