"""The judge lets an honest end pass, and no lie: each test breaks one rule on purpose."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from tests.contract.chaos.evidence import Evidence, Moment
from tests.contract.chaos.judging import judge
from tests.contract.chaos.scenario import Scan, Scenario, Session


def scenario(**more: Any) -> Scenario:
    scan = Scan(id="1", description="t1", files=2, side=8, note=False, twin=False, chosen=True)
    names = ("001_MR1", "001", "P1_MR", "P1")
    session = Session(*names, skipped=False, scans=(scan,), taken=more.pop("taken", ""))
    facts: dict[str, Any] = {
        "seed": 1,
        "checksums": True,
        "site_script": True,
        "project_script": False,
        "filtered": False,
        "prearchive_code": 0,
        "to": "archive",
        "two_addresses": False,
        "unit_bytes": 1,
        "at_once": 1,
        "spool_size": None,
        "by_command": False,
        "sessions": (session,),
        "faults": (),
        "deaths": (),
        "late": 0,
        "move": False,
        "settling_fault": {},
        "settling_death": None,
    }
    return Scenario(**(facts | more))


def files(*numbers: int) -> list[dict[str, Any]]:
    return [
        {
            "path": f"{one}.dcm",
            "size": 9,
            "md5": f"m{one}",
            "sop_instance_uid": f"9.{one}",
            "pixel_md5": f"p{one}",
        }
        for one in numbers
    ]


def session(label: str, subject: str, *numbers: int) -> dict[str, Any]:
    scans = [{"id": "1", "uid": "1.2", "resources": [{"label": "DICOM", "files": files(*numbers)}]}]
    return {"id": f"E_{label}", "label": label, "subject": subject, "study_uid": "1", "scans": scans}


def project(*sessions: dict[str, Any]) -> dict[str, Any]:
    return {"sessions": list(sessions), "prearchive": []}


def honest() -> Evidence:
    """A session carried into the archive, and everything that is said of it."""
    source = project(session("001_MR1", "001", 1, 2))
    before = Moment(source=source, destination=project(), unassigned=[], claims={})
    arrived = project(session("P1_MR", "P1", 1, 2))
    end = Moment(
        source=copy.deepcopy(source), destination=arrived, unassigned=[], claims={"001_MR1": "done archive"}
    )
    proof = {"sessions": [{"source": "001_MR1", "where": "archive", "verdict": "proven"}]}
    return Evidence(
        scenario=scenario(),
        before=before,
        journal=[{"event": "SessionFinished", "session": "001_MR1", "where": "archive"}],
        moments=[end],
        codes=[-9, 0],
        status={"state": "done", "sessions": {"done": 1, "failed": 0, "waiting": 0, "running": 0}},
        verify=proof,
        record={"verification": copy.deepcopy(proof)},
    )


def there(evidence: Evidence) -> dict[str, Any]:
    found: dict[str, Any] = evidence.moments[-1].destination["sessions"][0]
    return found


def stored(evidence: Evidence) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = there(evidence)["scans"][0]["resources"][0]["files"]
    return found


def waiting(label: str, *numbers: int) -> dict[str, Any]:
    row = session(label, "P1", *numbers)
    return {"timestamp": "1", "folder": label, "name": label, "status": "READY"} | {
        name: row[name] for name in ("subject", "study_uid", "scans")
    }


def test_an_honest_end_passes() -> None:
    assert judge(honest()) == []


def lose_a_file(evidence: Evidence) -> None:
    stored(evidence).pop()


def turn_a_pixel(evidence: Evidence) -> None:
    stored(evidence)[0]["pixel_md5"] = "other"


def lose_the_session(evidence: Evidence) -> None:
    evidence.moments[-1].destination["sessions"].clear()


def store_a_file_twice(evidence: Evidence) -> None:
    stored(evidence).append(stored(evidence)[0] | {"path": "again.dcm"})


def leave_it_in_the_prearchive_too(evidence: Evidence) -> None:
    evidence.moments[-1].destination["prearchive"].append(waiting("P1_MR", 1, 2))


def test_what_a_late_upload_left_in_the_prearchive_may_lie_there_as_long_as_it_is_told() -> None:
    evidence = honest()
    leave_it_in_the_prearchive_too(evidence)
    evidence.uploads = [upload()]
    assert judge(evidence) != []
    evidence.verify["sessions"][0]["beside"] = ["/prearchive/projects/DST/1/P1_MR"]
    evidence.record["verification"]["sessions"][0]["beside"] = ["/prearchive/projects/DST/1/P1_MR"]
    assert judge(evidence) == []
    for no_reason in ([], [upload(gone=False)], [upload(label="OTHER")], [upload(project="OTHER")]):
        evidence.uploads = no_reason
        assert "P1_MR is at the destination 2 times" in judge(evidence)
    evidence.uploads = [upload()]
    turned = evidence.moments[-1].destination["prearchive"][0]["scans"][0]["resources"][0]["files"][0]
    turned["pixel_md5"] = "other"
    assert judge(evidence) != []


def upload(
    *, at: float = 1.0, seconds: float = 20.0, gone: bool = True, label: str = "P1_MR", project: str = "D1"
) -> dict[str, Any]:
    """As the server's log has it: of a client that died in it, and carried out after everything."""
    query = f"import-handler=DICOM-zip&project={project}&subject=P1&session={label}"
    return {"at": at, "seconds": seconds, "gone": gone, "query": query}


def opened() -> Evidence:
    """Done in the prearchive by a second worker, opened by a late upload, told so, and built by a third."""
    evidence = honest()
    evidence.scenario = scenario(to="prearchive")
    done, built = waiting("P1_MR", 1, 2) | {"status": "RECEIVING"}, waiting("P1_MR", 1, 2)
    evidence.moments = [
        Moment(evidence.before.source, project(), [], {"001_MR1": "done prearchive"}, at=at)
        for at in (30.0, 50.0)
    ]
    for moment, row in zip(evidence.moments, (done, built), strict=True):
        moment.destination["prearchive"].append(row)
    evidence.journal = [
        {"event": event, "session": "001_MR1", "where": "prearchive", "at": at}
        for event, at in (("SessionStarted", 10), ("SessionFinished", 15), ("SessionStarted", 40))
    ]
    evidence.journal.append(evidence.journal[1] | {"at": 45})
    evidence.uploads = [upload()]
    for said in (evidence.verify, evidence.record["verification"]):
        said["sessions"][0]["where"] = "prearchive"
    evidence.between = copy.deepcopy(evidence.verify)
    evidence.between["sessions"][0]["verdict"] = "unknown"
    return evidence


OPEN = "001_MR1 is called done in the prearchive but is RECEIVING"


def test_a_late_upload_may_open_what_was_done_if_that_is_told_and_built_again() -> None:
    assert judge(opened()) == []


@pytest.mark.parametrize(
    "uploads",
    [
        [],
        [upload(gone=False)],
        [upload(label="OTHER")],
        [upload(project="OTHER")],
        [upload(seconds=8.0)],
        [upload(at=31.0)],
    ],
    ids=["none", "heard", "another session", "another project", "before", "not yet"],
)
def test_without_a_late_upload_of_it_what_was_done_must_be_closed(uploads: list[dict[str, Any]]) -> None:
    evidence = opened()
    evidence.uploads = uploads
    assert judge(evidence) == [OPEN]


def test_what_is_open_must_not_be_called_proven_nor_passed_over() -> None:
    evidence = opened()
    assert evidence.between is not None
    evidence.between["sessions"][0]["verdict"] = "proven"
    assert judge(evidence) == [f"verify, once opened again: {OPEN}"]
    evidence.between.clear()
    assert judge(evidence) == ["verify says nothing of 001_MR1, which was opened again"]


def test_what_was_opened_must_be_closed_by_the_next_worker() -> None:
    evidence = opened()
    evidence.moments[1].destination["prearchive"][0]["status"] = "RECEIVING"
    assert judge(evidence) == [OPEN, f"verify: {OPEN}", f"record: {OPEN}"]


def test_what_lies_in_a_row_that_was_opened_is_judged_as_ever() -> None:
    evidence = opened()
    held = evidence.moments[0].destination["prearchive"][0]["scans"][0]["resources"][0]["files"]
    held[0]["pixel_md5"] = "other"
    assert "001_MR1 is called done in the prearchive but 1 files have other pixels" in judge(evidence)
    held.pop(0)
    assert judge(evidence) == ["001_MR1 is called done in the prearchive but 1 of 2 files are missing"]


def bring_a_stranger(evidence: Evidence) -> None:
    evidence.moments[-1].destination["sessions"].append(session("STRANGER", "P1"))


def bring_a_file_of_nobody(evidence: Evidence) -> None:
    stored(evidence).extend(files(3))


def file_it_under_another_subject(evidence: Evidence) -> None:
    there(evidence)["subject"] = "P2"


def give_it_another_study(evidence: Evidence) -> None:
    there(evidence)["study_uid"] = "2"


def change_the_source(evidence: Evidence) -> None:
    evidence.moments[-1].source["sessions"][0]["scans"][0]["resources"][0]["files"].pop()


def leave_something_unassigned(evidence: Evidence) -> None:
    evidence.moments[-1].unassigned.append(waiting("P1_MR", 1))


def call_it_done_elsewhere(evidence: Evidence) -> None:
    evidence.moments[-1].claims["001_MR1"] = "done prearchive"


def count_it_twice_in_status(evidence: Evidence) -> None:
    evidence.status["sessions"]["done"] = 2


def call_the_transfer_stopped(evidence: Evidence) -> None:
    evidence.status["state"] = "stopped"


def end_with_another_code(evidence: Evidence) -> None:
    evidence.codes.append(1)


def run_for_ever(evidence: Evidence) -> None:
    evidence.codes.insert(0, None)


def meet_a_bug(evidence: Evidence) -> None:
    evidence.codes.insert(0, 70)


def fail_for_no_reason(evidence: Evidence) -> None:
    evidence.journal.append({"event": "SessionFailed", "session": "001_MR1", "message": "No."})


def leave_it_open(evidence: Evidence) -> None:
    evidence.journal.append({"event": "SessionStarted", "session": "001_MR1"})


def prove_nothing(evidence: Evidence) -> None:
    evidence.verify["sessions"].clear()


def record_nothing(evidence: Evidence) -> None:
    evidence.record = {}


def leave_data_in_the_spool(evidence: Evidence) -> None:
    evidence.left_behind.append("unit.zip")


def write_the_password_down(evidence: Evidence) -> None:
    evidence.leaks.append("worker.log")


def write_no_journal(evidence: Evidence) -> None:
    evidence.journal.clear()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lose_a_file, "1 of 2 files are missing"),
        (turn_a_pixel, "is not what the source has"),
        (lose_the_session, "is there 0 times"),
        (store_a_file_twice, "the instance 9.1 is at the destination 2 times"),
        (leave_it_in_the_prearchive_too, "P1_MR is at the destination 2 times"),
        (bring_a_stranger, "STRANGER is at the destination and nobody planned it"),
        (bring_a_file_of_nobody, "was never to be sent"),
        (file_it_under_another_subject, "under the subject P2"),
        (give_it_another_study, "with the study 2"),
        (change_the_source, "the source is not what it was"),
        (leave_something_unassigned, "unassigned"),
        (call_it_done_elsewhere, "called done in the prearchive and is there 0 times"),
        (count_it_twice_in_status, "status counts"),
        (call_the_transfer_stopped, "status says stopped"),
        (end_with_another_code, "the last worker ended with 1"),
        (run_for_ever, "never ended"),
        (meet_a_bug, "a fault of its own"),
        (fail_for_no_reason, "ended failed and not done archive: No."),
        (leave_it_open, "ended open"),
        (prove_nothing, "verify does not prove 001_MR1"),
        (record_nothing, "record does not prove 001_MR1"),
        (leave_data_in_the_spool, "unit.zip was left behind"),
        (write_the_password_down, "worker.log holds a password"),
        (write_no_journal, "no journal"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_broken_rule_is_told(spoil: Callable[[Evidence], None], words: str) -> None:
    evidence = honest()
    spoil(evidence)
    assert any(words in text for text in judge(evidence)), judge(evidence)


def test_what_a_script_may_not_change_without_a_script_is_told() -> None:
    evidence = honest()
    stored(evidence)[0]["md5"] = "other"
    assert judge(evidence) == []
    evidence.scenario = scenario(site_script=False)
    assert judge(evidence) == ["1.dcm of E_P1_MR in the archive is not what the source has"]


def test_what_was_there_before_must_stay() -> None:
    evidence = honest()
    evidence.before.destination["sessions"].append(session("OLD", "OLD", 7))
    assert judge(evidence) == ["E_OLD was at the destination before and is not what it was"]
    evidence.moments[-1].destination["sessions"].append(session("OLD", "OLD", 7))
    assert judge(evidence) == []


def moved() -> Evidence:
    """The honest end, and then the session is deleted at the source."""
    evidence = honest()
    end = copy.deepcopy(evidence.moments[-1])
    end.source["sessions"].clear()
    evidence.settled.append(end)
    return evidence


def test_an_honest_move_passes() -> None:
    assert judge(moved()) == []


def test_what_is_gone_at_the_source_must_be_complete_in_the_archive() -> None:
    evidence = moved()
    evidence.settled[0].destination["sessions"][0]["scans"][0]["resources"][0]["files"].pop()
    assert "001_MR1 is called done in the archive but 1 of 2 files are missing" in judge(evidence)
    assert "settling changed something at the destination" in judge(evidence)


def test_what_was_not_copied_must_not_be_deleted() -> None:
    evidence = moved()
    note = replace(evidence.scenario.sessions[0].scans[0], note=True)
    evidence.scenario = scenario(sessions=(replace(evidence.scenario.sessions[0], scans=(note,)),))
    assert judge(evidence) == ["001_MR1 is deleted at the source, which must not be"]


def test_what_is_not_done_must_not_be_deleted() -> None:
    evidence = moved()
    evidence.moments[-1].claims["001_MR1"] = "failed"
    assert judge(evidence) == ["001_MR1 is deleted at the source, which must not be"]


def test_what_is_kept_must_be_whole_and_have_a_reason() -> None:
    evidence = moved()
    evidence.settled[0].source["sessions"].append(session("001_MR1", "001", 1))
    evidence.settled[0].source["subjects"] = [{"label": "001"}]
    assert judge(evidence) == [
        "001_MR1 was kept at the source and is not what it was",
        "001_MR1 could be deleted at the source and was kept",
    ]


def test_half_a_session_may_grow_and_must_not_shrink() -> None:
    evidence = honest()
    evidence.scenario = scenario(taken="half")
    evidence.before.destination["sessions"].append(session("P1_MR", "P1", 1))
    assert judge(evidence) == []
    stored(evidence).pop(0)
    assert "E_P1_MR was at the destination before and is not what it was" in judge(evidence)


def test_a_label_that_is_taken_must_not_be_called_done() -> None:
    evidence = honest()
    evidence.scenario = scenario(taken="archived")
    assert judge(evidence) == ["001_MR1 ended done archive and not failed: "]


def test_a_claim_made_while_the_server_misbehaved_is_looked_at_too() -> None:
    evidence = honest()
    early = Moment(
        source=evidence.before.source,
        destination=project(session("P1_MR", "P1", 1)),
        unassigned=[],
        claims={"001_MR1": "done archive"},
    )
    evidence.moments.insert(0, early)
    assert judge(evidence) == ["001_MR1 is called done in the archive but 1 of 2 files are missing"]
