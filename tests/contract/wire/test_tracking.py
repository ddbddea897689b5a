"""Event tracking (wire-read 7.1, wire-write 0.7)."""

import json
from pathlib import Path

import pytest

from tests.contract.facts import fact
from tests.contract.wire.conftest import Xnat
from tests.contract.wire.sending import image, new_study, send
from xnat_ferry.practice.clock import Clock
from xnat_ferry.practice.site.shelf import restore, store
from xnat_ferry.practice.site.site import Site
from xnat_ferry.practice.site.tracking import MONTH
from xnat_ferry.practice.world.description import Server

KEY = "8b1f2a3c"


def archive(xnat: Xnat, key: str = KEY) -> None:
    """Archive DST's row, tracked under a key, and wait until that is over."""
    row = xnat.rows("/data/prearchive/projects/DST?format=json")[0]
    body = {"src": row["url"], "http-session-listener": key}
    assert xnat.post("/data/services/archive", data=body, follow_redirects=False).status_code == 303
    for _ in range(2000):
        answer = xnat.get(f"/xapi/event_tracking/{key}")
        if answer.status_code == 200 and answer.json()["succeeded"] is not None:
            return
    raise AssertionError("it never ends")


@fact("read 7.1")
@fact("write 0.7", "event tracking")
def test_a_tracked_archiving_ends_with_succeeded_and_a_message(fresh: Xnat) -> None:
    archive(fresh)
    answer = fresh.get(f"/xapi/event_tracking/{KEY}")
    assert answer.headers["content-type"].startswith("application/json")
    tracked = answer.json()
    assert set(tracked) == {"key", "payload", "succeeded", "finalMessage"}
    assert (tracked["key"], tracked["succeeded"]) == (KEY, True)
    assert tracked["finalMessage"].endswith("/009_MR1")


@fact("read 7.1")
@fact("write 0.7", "the payload is JSON inside a string")
def test_the_payload_is_json_inside_a_string(fresh: Xnat) -> None:
    archive(fresh)
    payload = fresh.get(f"/xapi/event_tracking/{KEY}").json()["payload"]
    assert isinstance(payload, str)
    entries = json.loads(payload)["entryList"]
    assert entries
    for entry in entries:
        assert set(entry) == {"status", "eventTime", "message"}
        assert entry["status"] in ("Waiting", "InProgress", "Warning", "Completed", "Failed")
        assert isinstance(entry["eventTime"], int)
    answer = fresh.get(f"/xapi/event_tracking/{KEY}/payload")
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text == payload


@fact("read 7.1")
@pytest.mark.parametrize("path", [KEY, f"{KEY}/payload"])
def test_an_unknown_key_is_404_without_a_body(xnat: Xnat, path: str) -> None:
    answer = xnat.get(f"/xapi/event_tracking/{path}")
    assert (answer.status_code, answer.content) == (404, b"")


@fact("read 7.1")
@fact("write 0.7", "another user's key is 404")
def test_another_users_key_is_404(fresh: Xnat) -> None:
    archive(fresh)
    for user in ("mem", "root"):
        answer = fresh.get(f"/xapi/event_tracking/{KEY}", user)
        assert (answer.status_code, answer.content) == (404, b"")


@fact("read 7.1")
@fact("write 0.7", "tracked work is kept about a month")
def test_entries_are_dropped_after_a_month(fresh: Xnat) -> None:
    archive(fresh)
    fresh.server.advance(MONTH - 3600)
    assert fresh.get(f"/xapi/event_tracking/{KEY}").status_code == 200
    fresh.server.advance(7200)
    assert fresh.get(f"/xapi/event_tracking/{KEY}").status_code == 404


@fact("read 7.1", "succeeded is null while the work goes on, and so is the payload before its first entry")
def test_what_goes_on_has_not_succeeded_yet(tmp_path: Path) -> None:
    site = Site(Server(), Clock(), tmp_path)
    progress = site.tracking.start(KEY, "ada")
    found = site.tracking.find(KEY, "ada")
    assert found is not None
    assert (found.succeeded, found.final_message, found.payload) == (None, None, None)
    progress.add("InProgress", "Archiving")
    progress.finish(False, "Unable to archive")
    assert (found.succeeded, found.final_message) == (False, "Unable to archive")


@fact("read 7.1", "a key that is used again begins anew")
def test_a_key_that_is_used_again_begins_anew(tmp_path: Path) -> None:
    site = Site(Server(), Clock(), tmp_path)
    site.tracking.start(KEY, "ada").finish(True, "done")
    site.tracking.start(KEY, "ada")
    found = site.tracking.find(KEY, "ada")
    assert found is not None
    assert found.succeeded is None


@fact("read 7.1", "what is tracked outlives the server")
def test_what_is_tracked_outlives_the_server(tmp_path: Path) -> None:
    site = Site(Server(), Clock(), tmp_path)
    site.tracking.start(KEY, "ada").finish(True, "done")
    store(site)
    again = Site(Server(), Clock(), tmp_path)
    assert restore(again)
    found = again.tracking.find(KEY, "ada")
    assert found is not None
    assert found.final_message == "done"


@fact("read 7.1", "on the import service the listener feeds the old status listing only")
def test_an_import_is_not_tracked(shared: Xnat) -> None:
    query = "PROJECT_ID=SRC&SUBJECT_ID=S&EXPT_LABEL=S_MR1&http-session-listener=imported"
    assert send(shared, {"1.dcm": image(new_study())}, query).status_code == 200
    assert shared.get("/xapi/event_tracking/imported").status_code == 404
