"""Watching an archiving: listeners of the HTTP session and event tracking (wire-write 0.7, wire-read 7.1)."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.archiving import ARCHIVE, new_label, ready, until, upload
from tests.contract.wire.conftest import Xnat
from tests.contract.wire.sending import image, new_study

LEFT_OUT = [
    LeftOut("write 0.7", "other formats of /data/status", "only its JSON is described"),
    LeftOut("read 7.1", "rows are kept for about a month", "shown in test_event_tracking.py"),
]


@pytest.fixture
def client(xnat: Xnat) -> Iterator[httpx.Client]:
    """A client that keeps its JSESSIONID."""
    login = ("ada", "practice")
    with httpx.Client(base_url=xnat.server.url, auth=login, trust_env=False, verify=False) as client:
        yield client


def archive(client: httpx.Client, row: str, listener: str, query: str = "") -> httpx.Response:
    return client.post(f"{ARCHIVE}?src={row}&http-session-listener={listener}{query}")


def messages(client: httpx.Client, listener: str) -> list[dict[str, Any]]:
    """What has been told so far."""
    told = client.get(f"/data/status/{listener}?format=json").json()
    (inner,) = told["msgs"]  # a list inside a list
    return list(inner)


def ended(client: httpx.Client, listener: str) -> list[dict[str, Any]]:
    """The same at the end."""
    until(lambda: any(one["terminal"] for one in messages(client, listener)[-1:]))
    return messages(client, listener)


@fact("write 0.7")
@pytest.mark.parametrize("action", ["archive", "commit"])
def test_a_listener_hears_how_it_goes_and_ends_with_the_address(
    xnat: Xnat, client: httpx.Client, action: str
) -> None:
    label = new_label()
    row = ready(xnat, label)
    if action == "archive":
        assert archive(client, row, label).status_code == 303
    else:
        query = f"action=commit&AA=true&http-session-listener={label}"
        assert client.post(f"/data{row}?{query}").status_code == 200
    told = ended(client, label)
    assert [set(one) for one in told] == [{"status", "msg", "terminal"}] * len(told)
    assert (told[0]["status"], told[0]["terminal"]) == ("PROCESSING", False)
    assert told[-1] == {
        "status": "COMPLETED",
        "msg": f"/archive/projects/SRC/subjects/S/experiments/{label}",
        "terminal": True,
    }


@fact("write 0.7")
def test_a_failure_ends_with_its_reason(xnat: Xnat, client: httpx.Client) -> None:
    label, study = new_label(), new_study()
    archive(client, ready(xnat, label, {"1.dcm": image(study)}), "first")
    ended(client, "first")
    archive(client, ready(xnat, label, {"1.dcm": image(study)}), "second")
    words = f"Unable to archive {label}: Session already exists with matching files."
    assert ended(client, "second")[-1] == {"status": "FAILED", "msg": words, "terminal": True}


@fact("write 0.7")
def test_only_the_same_http_session_hears(xnat: Xnat, client: httpx.Client) -> None:
    label = new_label()
    archive(client, ready(xnat, label), label)
    ended(client, label)
    assert xnat.get(f"/data/status/{label}?format=json").status_code == 404


@fact("write 0.7")
@pytest.mark.parametrize("where", ["archive", "commit"])
def test_an_empty_listener_is_400(xnat: Xnat, where: str) -> None:
    row = ready(xnat, new_label())
    path = f"{ARCHIVE}?src={row}&" if where == "archive" else f"/data{row}?action=commit&"
    answer = xnat.post(f"{path}http-session-listener=")
    words = "'transaction' is required when requesting 'http-session-listener'."
    assert (answer.status_code, xnat.headline(answer)) == (400, words)


@fact("write 0.7", "event tracking")
@fact("read 7.1")
@pytest.mark.parametrize("succeeds", [True, False])
def test_the_listeners_name_is_the_events_key(xnat: Xnat, client: httpx.Client, succeeds: bool) -> None:
    label, key = new_label(), new_label()
    row = ready(xnat, label) if succeeds else upload(xnat, label)
    archive(client, row, key)
    last = ended(client, key)[-1]["msg"]
    for _ in range(2000):
        event = client.get(f"/xapi/event_tracking/{key}").json()
        if event["succeeded"] is not None:
            break
    assert event["key"] == key
    assert event["succeeded"] is succeeds
    assert event["finalMessage"] == last
    entries = json.loads(event["payload"])["entryList"]
    assert [entry["status"] for entry in entries] == ["InProgress", "Completed" if succeeds else "Failed"]
    assert all(set(entry) == {"status", "eventTime", "message"} for entry in entries)
    assert client.get(f"/xapi/event_tracking/{key}/payload").text == event["payload"]
    assert xnat.get(f"/xapi/event_tracking/{key}", "mem").status_code == 404


@fact("read 7.1")
def test_while_it_goes_on_nothing_has_succeeded(xnat: Xnat, client: httpx.Client) -> None:
    label = new_label()
    row = ready(xnat, label)
    xnat.server.set_faults([{"match": f"POST {ARCHIVE}", "hold": 1.0, "times": 1}])
    archive(client, row, label)
    event = client.get(f"/xapi/event_tracking/{label}").json()
    assert (event["succeeded"], event["finalMessage"]) == (None, None)
    assert ended(client, label)[-1]["status"] == "COMPLETED"
    xnat.server.set_faults([])


@fact("write 0.7", "the key has slashes without a listener, and cannot be asked for")
def test_without_a_listener_the_event_cannot_be_reached(xnat: Xnat, client: httpx.Client) -> None:
    label = new_label()
    row = ready(xnat, label)
    assert client.post(f"{ARCHIVE}?src={row}").status_code == 200
    _, _, _, project, timestamp, folder = row.split("/")
    for key in (f"{project}/{timestamp}/{folder}", f"{project}%2F{timestamp}%2F{folder}"):
        assert client.get(f"/xapi/event_tracking/{key}").status_code == 404
