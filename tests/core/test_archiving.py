"""From the prearchive into the archive: never merged by accident, every refusal with what to do."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest

from tests.core.harbour import Harbour, harbour, session_toml, told
from tests.core.making import plan_of, planned
from xnat_ferry import events
from xnat_ferry.checks import Answer
from xnat_ferry.errors import (
    ArchiveNotBegun,
    ArchiverBusy,
    ArchiveRefused,
    BadInput,
    FerryError,
    MergeUnanswered,
    NeedsOtherFiles,
    NeverMerged,
    StuckInPrearchive,
    UsageError,
)
from xnat_ferry.model import PrearchiveRow
from xnat_ferry.plan import Fate
from xnat_ferry.settle import outcomes
from xnat_ferry.settle.archiving import archive_session, await_archiving
from xnat_ferry.settle.orders import answer_for, keep_answers, parse_archive_answers
from xnat_ferry.settle.outcomes import Standing, read_status
from xnat_ferry.transfer.folder import TransferFolder, create
from xnat_ferry.transfer.journal import read_all
from xnat_ferry.xnat import prearchive
from xnat_ferry.xnat.client import XnatClient
from xnat_ferry.xnat.prearchive import Notice, list_prearchive

WAITING, OTHER_SCAN = '"READY"', '[{ id = "2", type = "t2", files = 1, rows = 16, columns = 16 }]'
STATUSES = ("RECEIVING", "ERROR", "MOVING", "QUEUED_DELETING", "_CONFLICT", "_SEPARATING")
SESSIONS = "".join(
    (
        session_toml("plain", project="DST", prearchive=WAITING),
        session_toml("slow", project="DST", prearchive=WAITING),
        session_toml("cut", project="DST", prearchive=WAITING),
        session_toml("gateway", project="DST", prearchive=WAITING),
        session_toml("first", project="DST", prearchive=WAITING),
        session_toml("next", project="DST", prearchive=WAITING),
        session_toml("third", project="DST", prearchive=WAITING),
        session_toml("late", project="DST", prearchive=WAITING),
        # the same study with another scan is there: archiving would add to it
        session_toml("more", project="DST", study='"m"'),
        session_toml("more", project="DST", study='"m"', prearchive=WAITING, scans=OTHER_SCAN),
        session_toml("again", project="DST", study='"a"'),
        session_toml("again", project="DST", study='"a"', prearchive=WAITING),
        session_toml("other", project="DST", study='"o1"'),
        session_toml("other", project="DST", study='"o2"', prearchive=WAITING, scans=OTHER_SCAN),
        session_toml("taken", project="DST", subject="002"),
        session_toml("taken", project="DST", subject="001", prearchive=WAITING),
        session_toml("conflict", project="DST", prearchive='"CONFLICT"'),
        *(session_toml(f"is{one}", project="DST", prearchive=f'"{one}"') for one in STATUSES),
    )
)


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harbour]:
    with harbour(tmp_path_factory.mktemp("archiving"), SESSIONS) as made:
        yield made


def archive(port: Harbour, name: str, answer: Answer | None = None, patience: float = 30) -> TransferFolder:
    """Archive what waits under a name; returns the folder with the journal of it."""
    session = planned(name, to_session=name, study_uid="")
    plan = plan_of(session)
    folder = create(port.home / "transfers", plan)
    if answer is not None:
        keep_answers(folder, {name: answer})
    with port.ferry(folder) as ferry:
        object.__setattr__(ferry, "destination_project", "DST")
        (row,) = [one for one in list_prearchive(ferry.destination, "DST") if one.name == name]
        archive_session(ferry, session, row.path, patience=patience)
    return folder


def find(client: XnatClient, name: str) -> PrearchiveRow | None:
    return next((row for row in list_prearchive(client, "DST") if row.name == name), None)


def refused(port: Harbour, name: str, answer: Answer | None = None) -> FerryError:
    """Why it is not archived; and it is not."""
    before = port.labels("DST"), port.waiting("DST")
    with pytest.raises(FerryError) as caught:
        archive(port, name, answer)
    assert (port.labels("DST"), port.waiting("DST")) == before
    return caught.value


def test_what_nothing_stands_against_is_archived(port: Harbour) -> None:
    folder = archive(port, "plain")
    assert "plain" in port.labels("DST")
    assert "plain" not in port.waiting("DST")
    checked, requested, archived = read_all(folder.journal)
    assert isinstance(checked, events.ArchiveChecked)
    assert isinstance(requested, events.ArchiveRequested)
    assert isinstance(archived, events.SessionArchived)
    assert checked.notices == ()
    assert archived.uri == "/archive/projects/DST/subjects/001/experiments/plain"


def test_a_conflict_that_is_over_can_be_tried_again(port: Harbour) -> None:
    archive(port, "conflict")
    assert "conflict" in port.labels("DST")


def test_adding_to_a_session_is_asked_for_even_where_the_server_would_just_do_it(port: Harbour) -> None:
    error = refused(port, "more")
    assert isinstance(error, MergeUnanswered)
    assert "--answer" in error.advice
    before = port.files("DST", "more")
    folder = archive(port, "more", Answer.COMPLETE)
    assert len(port.files("DST", "more")) == len(before) + 1
    (checked,) = told(folder, events.ArchiveChecked)
    assert any("already exists" in words for words in checked.notices)
    (requested,) = told(folder, events.ArchiveRequested)
    assert requested.answer == "complete"


def test_another_study_is_added_only_when_merging_is_meant(port: Harbour) -> None:
    assert isinstance(refused(port, "other", Answer.COMPLETE), MergeUnanswered)
    archive(port, "other", Answer.MERGE)
    assert len(port.files("DST", "other")) == 3


def test_the_same_files_again_are_not_taken_for_a_completion(port: Harbour) -> None:
    assert isinstance(refused(port, "again", Answer.COMPLETE), MergeUnanswered)


def test_what_belongs_to_another_subject_is_never_archived(port: Harbour) -> None:
    error = refused(port, "taken", Answer.MERGE)
    assert isinstance(error, NeverMerged)
    assert "another Subject" in str(error)


@pytest.mark.parametrize("status", STATUSES)
def test_a_status_that_needs_a_person_says_so(port: Harbour, status: str) -> None:
    error = refused(port, f"is{status}")
    assert isinstance(error, StuckInPrearchive)
    assert status in str(error)
    assert error.advice == read_status(status).advice


def test_a_long_archiving_is_waited_for_without_a_connection(port: Harbour) -> None:
    port.server.set_faults([{"match": "POST /data/services/archive", "hold": 2.0}])
    folder = archive(port, "slow", patience=0.3)
    port.server.set_faults([])
    assert "slow" in port.labels("DST")
    (waited,) = told(folder, events.ArchiveAwaited)
    assert waited.status in ("QUEUED_ARCHIVING", "ARCHIVING", "_ARCHIVING")
    assert len(told(folder, events.SessionArchived)) == 1


def test_an_archiving_that_somebody_else_began_is_waited_for(port: Harbour) -> None:
    port.server.set_faults([{"match": "POST /data/services/archive", "hold": 1.5}])
    with port.client() as client:
        row = find(client, "late")
        assert row is not None
        first = threading.Thread(target=prearchive.archive, args=(client, row.path))
        first.start()
        while (row := find(client, "late")) is None or row.status != "_ARCHIVING":
            assert first.is_alive()
        folder = archive(port, "late")
        first.join()
    port.server.set_faults([])
    assert "late" in port.labels("DST")
    assert told(folder, events.ArchiveRequested) == []
    assert len(told(folder, events.SessionArchived)) == 1


def test_one_worker_archives_one_session_at_a_time(port: Harbour) -> None:
    with ThreadPoolExecutor() as crew:
        folders = list(crew.map(lambda name: archive(port, name), ("first", "next", "third")))
    spans = sorted(
        (told(folder, events.ArchiveRequested)[0].at, told(folder, events.SessionArchived)[0].at)
        for folder in folders
    )
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


def test_a_connection_that_broke_before_anything_began_is_tried_again(
    port: Harbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xnat_ferry.settle.archiving.BEGINS_WITHIN", 0.2)
    port.server.set_faults([{"match": "POST /data/services/archive", "reset": True, "times": 1}])
    folder = archive(port, "cut")
    port.server.set_faults([])
    assert "cut" in port.labels("DST")
    assert len(told(folder, events.TriedAgain)) == 1


def test_what_was_never_begun_is_not_called_archived(port: Harbour, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xnat_ferry.settle.archiving.BEGINS_WITHIN", 0.1)
    port.server.set_faults([{"match": "POST /data/services/archive", "status": 504}])
    error = refused(port, "gateway")
    port.server.set_faults([])
    assert isinstance(error, ArchiveNotBegun)
    assert "prearchive" in error.advice


def test_an_archiving_of_an_earlier_worker_is_let_end(port: Harbour, tmp_path: Path) -> None:
    session = planned("plain", to_session="plain", study_uid="")
    folder = create(tmp_path, plan_of(session))
    with port.ferry(folder) as ferry:
        ferry.tell(events.ArchiveRequested(session="plain", row="/prearchive/projects/DST/1/gone"))
        await_archiving(ferry, session, ferry.state.sessions["plain"])
    assert told(folder, events.ArchiveAwaited) == []


# The pure part


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("FAILED: … Session already exists, retry with overwrite enabled", MergeUnanswered),
        ("Session already exists with matching files.", MergeUnanswered),
        ("Session already exists with the same resources.", MergeUnanswered),
        ("Duplicate DICOM file uploaded.", MergeUnanswered),
        ("Invalid modification of session UID via archive process.", MergeUnanswered),
        ("Session already contains a scan with the same UID, but a different number (3).", MergeUnanswered),
        ("Invalid modification of session subject via archive process.: X Already Exists", NeverMerged),
        ("Invalid modification of session project via archive process.", NeverMerged),
        ("Invalid modification of session label via archive process.", NeverMerged),
        ("Invalid modification of session modality via archive process.", NeverMerged),
        (
            "A DICOM file with the same name but different UID already exists. There is no way to override "
            "this conflict, you will need to fix your data.",
            NeedsOtherFiles,
        ),
        ("Duplicate archive attempt. Prearchive session already archiving.", ArchiverBusy),
        ("Duplicate archive attempt.  Destination session in use.", ArchiverBusy),
        ("Session processing may already be in progress: X.", ArchiverBusy),
        ("Scan 1 has 2 non-DICOM (or non-parsable DICOM) files", BadInput),
        ("Scan 1 DICOM catalog contains duplicated SOP instance UIDs: 1.2", BadInput),
        ("Expected a catalog file, however it was missing.", BadInput),
        ("Anonymization failed for prearcSession at …", ArchiveRefused),
        (
            "Unable to archive is_locked: Operation Failed: Session already exists with matching files.",
            MergeUnanswered,
        ),
    ],
)
def test_the_archivers_words_are_told_apart(said: str, kind: type[ArchiveRefused]) -> None:
    error = outcomes.refusal("001_MR1", said)
    assert type(error) is kind
    assert said in str(error)


@pytest.mark.parametrize("answer", [None, Answer.COMPLETE, Answer.MERGE])
@pytest.mark.parametrize("kind", ["FAIL", "WARN"])
@pytest.mark.parametrize("code", range(1, 23))
def test_no_answer_lifts_a_failure_or_a_fault_of_the_files(
    kind: str, code: int, answer: Answer | None
) -> None:
    assert outcomes.objection("x", [Notice(code, kind, "no")], answer) is not None


@pytest.mark.parametrize(
    ("code", "complete", "merge"),
    [
        (1, True, True),
        (5, False, True),
        (10, False, False),
        (14, False, True),
        (16, True, True),
        (17, True, True),
        (18, False, True),
        (19, False, True),
    ],
)
def test_an_answer_lifts_what_it_means(code: int, complete: bool, merge: bool) -> None:
    notices = [Notice(code, "CONFLICT", "there")]
    assert outcomes.objection("x", notices, None) is not None
    assert (outcomes.objection("x", notices, Answer.COMPLETE) is None) == complete
    assert (outcomes.objection("x", notices, Answer.MERGE) is None) == merge


def test_the_gravest_is_said_first() -> None:
    notices = [Notice(1, "CONFLICT", "exists"), Notice(20, "WARN", "stray"), Notice(4, "FAIL", "subject")]
    error = outcomes.objection("x", notices, Answer.MERGE)
    assert isinstance(error, NeverMerged)
    assert "FAIL subject; WARN stray" in str(error)


@pytest.mark.parametrize(
    ("status", "standing"),
    [
        ("READY", Standing.READY),
        ("CONFLICT", Standing.READY),
        ("QUEUED_ARCHIVING", Standing.ARCHIVING),
        ("ARCHIVING", Standing.ARCHIVING),
        ("_ARCHIVING", Standing.ARCHIVING),
        ("QUEUED_BUILDING", Standing.WAIT),
        ("_BUILDING", Standing.WAIT),
        ("_RECEIVING", Standing.STUCK),
        ("_CONFLICT", Standing.STUCK),
        ("SOMETHING_NEW", Standing.WAIT),
        ("", Standing.WAIT),
    ],
)
def test_every_status_has_a_standing(status: str, standing: Standing) -> None:
    assert read_status(status).standing == standing
    assert read_status(status).advice.endswith(".")


def test_an_answer_of_the_plan_holds_until_a_person_gives_another(tmp_path: Path) -> None:
    session = planned("a", Fate.COMPLETE)
    folder = create(tmp_path, plan_of(session, planned("b")))
    assert answer_for(folder, session) == Answer.COMPLETE
    assert answer_for(folder, planned("b")) is None
    given = parse_archive_answers(folder.read_plan(), ("XNAT_a=merge", "b=complete"))
    keep_answers(folder, given)
    assert answer_for(folder, session) == Answer.MERGE
    assert answer_for(folder, planned("b")) == Answer.COMPLETE


@pytest.mark.parametrize("text", ["", "a", "a=skip", "c=merge", "=merge", "a=merge=", "\x1b[31m=merge"])
def test_an_answer_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_archive_answers(plan_of(planned("a")), (text,))
    assert "\x1b" not in str(caught.value)
