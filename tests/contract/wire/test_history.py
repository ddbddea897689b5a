"""Histories, the audit and workflows (wire-read 6, 13.13)."""

import itertools
import re
from xml.etree import ElementTree

import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.conftest import Xnat

LEFT_OUT = [
    LeftOut(
        "read 6",
        "what includeFiles=true and includeDetails=true add to a history",
        "no former values are kept and the paper does not say what the detail looks like: both are taken, "
        "and changesets stay empty",
    )
]
MEMBERS = {
    *("event_id", "event_action", "event_date", "event_user", "event_type", "event_reason"),
    *("event_category", "event_status", "changesets"),
}
WORKFLOW = "wrk:workflowData"
NUMBERS = itertools.count(1)


def change(xnat: Xnat, query: str = "", user: str = "ada") -> str:
    """Modify SRC's session; returns its ID."""
    session = xnat.id_of("001_MR1")
    assert xnat.put(f"/data/experiments/{session}?note=changed&{query}", user).status_code == 200
    return session


def made(xnat: Xnat, query: str = "") -> str:
    """A new session that has been modified once; its ID."""
    path = f"/data/projects/SRC/subjects/001/experiments/made{next(NUMBERS)}"
    assert xnat.put(f"{path}?xsiType=xnat:mrSessionData").status_code == 201
    assert xnat.put(f"{path}?note=changed&{query}").status_code == 200
    return xnat.id_of(path.rpartition("/")[2])


def now(xnat: Xnat) -> int:
    """The server's own time in milliseconds, which runs faster than ours (wire-read 1.4)."""
    found = re.search('SESSION_EXPIRATION_TIME="([0-9]+)', str(xnat.get("/data/auth").headers))
    assert found is not None
    return int(found[1])


def events(xnat: Xnat, session: str, query: str = "") -> list[dict[str, object]]:
    found: list[dict[str, object]] = xnat.get(f"/data/experiments/{session}/history?{query}").json()["events"]
    return found


@fact("read 6")
def test_a_history_has_events_with_these_members(shared: Xnat) -> None:
    began = now(shared)
    event, *before = events(shared, made(shared))
    assert len(before) == 1
    assert set(event) == MEMBERS
    assert isinstance(event["event_date"], int)
    assert began <= event["event_date"] <= now(shared)
    assert (event["event_user"], event["event_type"], event["event_status"]) == (
        "ada",
        "WEB_SERVICE",
        "Complete",
    )
    assert event["changesets"] == []


@fact("read 6", "every modifying call takes event_reason, event_type, event_action and event_comment")
@pytest.mark.parametrize("kind", ["WEB_FORM", "WEB_SERVICE", "PROCESS", "REST", "STORE_XML", "SOAP"])
def test_event_parameters_word_the_event(shared: Xnat, kind: str) -> None:
    query = f"event_reason=because{kind}&event_action=Act&event_type={kind}&event_comment=rem&event_id=7"
    event = events(shared, made(shared, query))[0]
    assert (event["event_type"], event["event_action"]) == (kind, "Act")
    assert event["event_reason"] == f"because{kind}"
    item = shared.get(f"/data/workflows/{event['event_id']}?format=json").json()["items"][0]
    assert item["data_fields"]["comments"] == "rem"


@fact("read 6")
@pytest.mark.parametrize(
    ("preferences", "missing", "message"),
    [
        (
            {"requireChangeJustification": True, "showChangeJustification": True},
            "event_action=x",
            "Justification required.",
        ),
        ({"requireEventName": True}, "event_reason=x", "Action name required."),
    ],
)
def test_a_required_reason_or_name_that_is_missing_is_403(
    fresh: Xnat, preferences: dict[str, bool], missing: str, message: str
) -> None:
    fresh.post("/xapi/siteConfig", "root", json=preferences)
    session = fresh.id_of("001_MR1")
    answer = fresh.put(f"/data/experiments/{session}?note=x&{missing}")
    assert (answer.status_code, fresh.headline(answer)) == (403, message)
    answer = fresh.put(f"/data/projects/SRC/quarantine_code/1?{missing}")
    assert (answer.status_code, fresh.headline(answer)) == (403, message)
    change(fresh, "event_reason=x&event_action=y")


@fact("read 6", "a reason is asked for only if people are shown the question, too")
@fact("write 0.3", "a justification is demanded by two preferences together")
def test_a_reason_needs_both_preferences(fresh: Xnat) -> None:
    fresh.post("/xapi/siteConfig", "root", json={"requireChangeJustification": True})
    change(fresh)


@fact("read 6")
def test_date_format_words_the_date(shared: Xnat) -> None:
    event = events(shared, made(shared), "dateFormat=yyyy-MM-dd HH:mm:ss.SSS")[0]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}", str(event["event_date"]))


@fact("read 6")
def test_a_history_is_json_but_its_address_is_an_items(xnat: Xnat) -> None:
    path = f"/data/experiments/{xnat.id_of('001_MR1')}/history"
    answer = xnat.get(path)
    assert answer.headers["content-type"].startswith("application/json")
    assert xnat.get(path, headers={"Accept": "application/json"}).status_code == 406


@fact("read 6", "the history hangs on every address of a session")
def test_the_history_hangs_on_every_address_of_a_session(xnat: Xnat) -> None:
    for path in ("experiments/001_MR1", "subjects/001/experiments/001_MR1"):
        assert xnat.get(f"/data/projects/SRC/{path}/history").json() == {"events": []}
    assert xnat.get("/data/experiments/NONE/history").status_code == 404
    assert xnat.get(f"/data/experiments/{xnat.id_of('p_MR1', 'PROT')}/history", "zoe").status_code == 404


@fact("read 6", "on a subject …/history is the subject")
def test_a_subjects_history_is_the_subject(xnat: Xnat) -> None:
    answer = xnat.get("/data/projects/SRC/subjects/001/history?format=json")
    assert answer.json()["items"][0]["data_fields"]["label"] == "001"


@fact("read 6")
def test_the_audit_is_the_same_by_type_and_id(shared: Xnat) -> None:
    session = made(shared)
    for xsi_type in ("xnat:mrSessionData", "xnat:experimentData"):
        answer = shared.get(f"/data/services/audit/{xsi_type}/{session}")
        assert answer.json()["events"] == events(shared, session)
    shared.put("/data/projects/DST/quarantine_code/0", "root")
    (event,) = shared.get("/data/services/audit/xnat:projectData/DST").json()["events"]
    assert (event["event_action"], event["event_category"]) == ("Configured quarantine code", "PROJECT_ADMIN")
    (subject,) = shared.project("PROT")["subjects"]
    path = f"/data/services/audit/xnat:subjectData/{subject['id']}"
    assert shared.get(path, "root").json() == {"events": []}


@fact("read 6")
@pytest.mark.parametrize("key", ["xnat:mrSessionData/NONE", "xnat:subjectData/XNAT_E00001", "xnat:x/a,b"])
def test_a_bad_key_is_404_in_the_audit(xnat: Xnat, key: str) -> None:
    assert xnat.get(f"/data/services/audit/{key}", "root").status_code == 404


@fact("read 6")
def test_what_may_not_be_read_is_403_in_the_audit(xnat: Xnat) -> None:
    session = xnat.id_of("p_MR1", "PROT")
    assert xnat.get(f"/data/services/audit/xnat:mrSessionData/{session}", "zoe").status_code == 403
    assert xnat.get("/data/services/audit/xnat:projectData/SRC", "zoe").status_code == 403


@fact("read 6", "what was deleted is still in the audit")
def test_what_was_deleted_is_still_in_the_audit(shared: Xnat) -> None:
    session = made(shared)
    assert shared.delete(f"/data/experiments/{session}").status_code == 200
    found = shared.get(f"/data/services/audit/xnat:mrSessionData/{session}").json()["events"]
    assert len(found) == 3
    assert shared.get(f"/data/services/audit/xnat:mrSessionData/{session}", "zoe").status_code == 403


def workflow(xnat: Xnat, user: str = "root", **fields: str) -> int:
    """PUT a workflow of SRC's session."""
    given = {
        "id": xnat.id_of("001_MR1"),
        "pipeline_name": "WORKFLOW_TEST",
        "launch_time": "2013-05-20 13:51:25.089",
        **fields,
    }
    params = {f"{WORKFLOW}/{name}": value for name, value in given.items()}
    return xnat.put("/data/workflows", user, params=params).status_code


@fact("read 6")
def test_a_workflow_is_xml_unless_json_is_asked_for(shared: Xnat) -> None:
    session = made(shared)
    number = events(shared, session)[0]["event_id"]
    answer = shared.get(f"/data/workflows/{number}")
    assert answer.headers["content-type"].startswith("text/xml")
    root = ElementTree.fromstring(answer.text)
    assert (root.get("ID"), root.get("ExternalID"), root.get("status")) == (session, "SRC", "Complete")
    (item,) = shared.get(f"/data/workflows/{number}?format=json").json()["items"]
    assert item["meta"]["xsi:type"] == WORKFLOW
    fields = item["data_fields"]
    assert fields["wrk_workflowData_id"] == number
    assert (fields["ID"], fields["ExternalID"], fields["status"]) == (session, "SRC", "Complete")
    assert {"pipeline_name", "launch_time"} <= set(fields)
    answer = shared.get(f"/data/workflows/{number}?format=json", headers={"Accept": "application/json"})
    assert answer.status_code == 406


@fact("read 6", "workflows: 404 unknown, 403 not readable, 400 bad query")
def test_refusals_of_workflows(shared: Xnat) -> None:
    number = events(shared, made(shared))[0]["event_id"]
    assert shared.get("/data/workflows/9999").status_code == 404
    assert shared.get(f"/data/workflows/{number}", "zoe").status_code == 403
    assert shared.get("/data/workflows").status_code == 400
    assert shared.get(f"/data/workflows?{WORKFLOW}/nothing=1").status_code == 400
    assert shared.get(f"/data/workflows?{WORKFLOW}/pipeline_name=Nothing").status_code == 404


@fact("read 6", "a workflow is looked up by its fields, and its status can be changed")
def test_a_workflow_is_looked_up_by_its_fields(shared: Xnat) -> None:
    assert workflow(shared, status="Queued") == 400
    assert workflow(shared, status="Queued", data_type="xnat:mrSessionData") == 200
    query = {
        f"{WORKFLOW}/pipeline_name": "WORKFLOW_TEST",
        f"{WORKFLOW}/launch_time": "2013-05-20%2013:51:25.089",
        f"{WORKFLOW}/id": shared.id_of("001_MR1"),
        "format": "json",
    }
    fields = shared.get("/data/workflows", params=query).json()["items"][0]["data_fields"]
    assert (fields["status"], fields["launch_time"]) == ("Queued", "2013-05-20 13:51:25.089")
    assert workflow(shared, "ada", status="Complete") == 403
    assert workflow(shared, status="Complete") == 200
    fields = shared.get("/data/workflows", params=query).json()["items"][0]["data_fields"]
    assert fields["status"] == "Complete"


@fact("read 13.13")
def test_the_workflow_of_an_experiment_is_an_item_and_404_where_there_is_none(shared: Xnat) -> None:
    session = made(shared, "event_action=Transferred")
    path = f"/data/services/workflows/Transferred?experiment={session}&format=json"
    fields = shared.get(path).json()["items"][0]["data_fields"]
    assert fields["status"] == "Complete"
    assert fields["wrk_workflowData_id"] == events(shared, session)[0]["event_id"]
    assert shared.get(path, "zoe").status_code == 403
    assert shared.get(f"/data/services/workflows/Other?experiment={session}&format=json").status_code == 404
    assert shared.get("/data/services/workflows/Transferred?experiment=NONE&format=json").status_code == 404


@fact("read 13.13", "of several the newest is shown")
def test_of_several_workflows_the_newest_is_shown(shared: Xnat) -> None:
    session = made(shared, "event_action=Step&event_reason=first")
    shared.put(f"/data/experiments/{session}?note=2&event_action=Step&event_reason=second")
    path = f"/data/services/workflows/Step?experiment={session}&format=json"
    assert shared.get(path).json()["items"][0]["data_fields"]["justification"] == "second"
    assert len(shared.rows(f"{path}&display=ALL")) == 2


@fact("read 6")
def test_services_workflows_lists(fresh: Xnat) -> None:
    session = change(fresh, "event_action=One")
    change(fresh, "event_action=Two")
    fresh.put("/data/projects/SRC/quarantine_code/0?event_action=Three")
    rows = fresh.rows("/data/services/workflows?display=ALL&format=json")
    assert [row["pipeline_name"] for row in rows] == ["Three", "Two", "One"]
    assert [row["id"] for row in rows] == ["SRC", session, session]
    assert {row["externalid"] for row in rows} == {"SRC"}
    assert [row["pipeline_name"] for row in fresh.rows("/data/services/workflows/Two")] == ["Two"]
    # of each object the latest
    assert [row["pipeline_name"] for row in fresh.rows("/data/services/workflows")] == ["Three", "Two"]
    assert fresh.rows("/data/services/workflows?status=Failed") == []


@fact("read 6", "modifying calls write one workflow each: archive, delete, resource changes")
def test_modifying_calls_write_a_workflow(fresh: Xnat) -> None:
    row = fresh.rows("/data/prearchive/projects/DST?format=json")[0]
    assert fresh.post("/data/services/archive", data={"src": row["url"]}).status_code == 200
    archived = fresh.id_of("009_MR1", "DST")
    session = fresh.id_of("001_MR1")
    assert fresh.put(f"/data/experiments/{session}/resources/NEW").status_code == 200
    for one in (archived, session):
        answer = fresh.get(f"/data/experiments/{one}/history").json()["events"]
        assert [event["event_status"] for event in answer] == ["Complete"]
    assert fresh.delete(f"/data/experiments/{session}", "ada").status_code == 200
    found = fresh.get(f"/data/services/audit/xnat:mrSessionData/{session}").json()["events"]
    assert len(found) == 2
