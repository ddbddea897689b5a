"""Archiving by ``POST /data/services/archive``, one session or several (wire-write 2.5, 3.1)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import httpx
import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.archiving import (
    ARCHIVE,
    FAILED,
    archive,
    archived,
    labels_of,
    new_label,
    ready,
    row_of,
    session_of,
    status_of,
    until,
    upload,
)
from tests.contract.wire.conftest import WORLD, Xnat
from tests.contract.wire.sending import image, new_study

LEFT_OUT = [
    LeftOut(
        "write 2.5",
        "500 when every instance was rejected",
        "shown in test_archive_scripts.py under write 1.12",
    ),
    LeftOut("write 3.1", "label by plugin", "there are no plugins"),
    LeftOut(
        "write 3.1",
        "a second try after ten seconds",
        "only the time it takes would show, and nothing fails at random",
    ),
]
ADDRESS = "/data/archive/projects/SRC/subjects/S/experiments/{}"
MATCHING = "Session already exists with matching files."
TIMEOUT = "The session {} did not complete within the configured timeout interval."


@fact("write 2.5")
@pytest.mark.parametrize("prefix", ["", "/data"])
def test_done_is_200_with_the_address_and_an_end_of_line(xnat: Xnat, prefix: str) -> None:
    label = new_label()
    row = ready(xnat, label)
    answer = archive(xnat, prefix + row)
    assert (answer.status_code, answer.text) == (200, ADDRESS.format(label) + "\r\n")
    assert answer.headers["content-type"].startswith("text/uri-list")
    assert row_of(xnat, row) is None


@fact("write 2.5")
def test_parameters_may_stand_in_a_form(xnat: Xnat) -> None:
    label = new_label()
    assert xnat.post(ARCHIVE, data={"src": ready(xnat, label)}).status_code == 200
    assert label in labels_of(xnat)


@fact("write 2.5")
def test_project_timestamp_and_folder_instead_of_a_source(xnat: Xnat) -> None:
    label = new_label()
    _, _, _, project, timestamp, folder = ready(xnat, label).split("/")
    query = f"project={project}&PREARC_TIMESTAMP={timestamp}&PREARC_SESSION_FOLDER={folder}"
    assert xnat.post(f"{ARCHIVE}?{query}").status_code == 200
    assert label in labels_of(xnat)


@fact("write 2.5")
@pytest.mark.parametrize(
    ("source", "status", "words"),
    [
        ("", 404, "Unknown prearchive session."),
        ("dest=/archive/projects/SRC", 404, "Unknown prearchive session."),
        ("src=nonsense", 400, ""),
        ("src=/archive/projects/SRC/subjects/S", 400, "Invalid src URI (/archive/projects/SRC/subjects/S)"),
        (
            "src=/prearchive/projects/Unassigned/T/F",
            400,
            "Cannot archive sessions from the Unassigned folder.",
        ),
        ("src=/prearchive/projects/PROT/T/F", 403, "/prearchive/projects/PROT/T/F"),
        ("src=/prearchive/projects/SRC/T/F", 404, "/prearchive/projects/SRC/T/F not found."),
    ],
)
def test_sources_that_are_refused(xnat: Xnat, source: str, status: int, words: str) -> None:
    answer = xnat.post(f"{ARCHIVE}?{source}")
    assert answer.status_code == status
    assert words in xnat.headline(answer)


@fact("write 2.5")
def test_a_new_project_that_one_may_not_edit_is_403(xnat: Xnat) -> None:
    answer = archive(xnat, ready(xnat, new_label()), "project=PROT")
    assert (answer.status_code, xnat.headline(answer)) == (403, "Invalid permissions for new project.")


@fact("write 2.5")
def test_a_locked_row_is_403(xnat: Xnat) -> None:
    row = ready(xnat, new_label())
    xnat.post(f"/data{row}?action=set-status&status=_ARCHIVING")
    answer = archive(xnat, row)
    words = "Operation already in progress on this prearchive entry."
    assert (answer.status_code, xnat.headline(answer)) == (403, words)


@fact("write 2.5")
def test_dest_is_ignored_where_there_is_a_source(xnat: Xnat) -> None:
    label = new_label()
    answer = archive(xnat, ready(xnat, label), "dest=/archive/projects/DST")
    assert answer.text == ADDRESS.format(label) + "\r\n"


@fact("write 2.5")
@pytest.mark.parametrize("code", [0, 4])
@pytest.mark.parametrize(
    ("query", "status_by_code"),
    [
        ("", (200, 303)),
        ("auto-archive=false", (200, 200)),
        ("AA=false", (200, 200)),
        ("redirect=true", (303, 303)),
    ],
)
def test_when_the_answer_is_a_redirect(
    xnat: Xnat, code: int, query: str, status_by_code: tuple[int, int]
) -> None:
    label, project = new_label(), new_label()
    assert xnat.put(f"/data/projects/{project}").status_code in (200, 201)
    row = ready(xnat, label, project=project, query="prevent_auto_commit=true")
    assert xnat.put(f"/data/projects/{project}/prearchive_code/{code}").status_code == 200
    answer = archive(xnat, row, query)
    assert answer.status_code == status_by_code[code // 4]
    if answer.status_code == 303:
        address = f"/data/archive/projects/{project}/subjects/S/experiments/{label}"
        assert answer.headers["location"] == xnat.server.url + address
    assert labels_of(xnat, project) == [label]


@fact("write 2.5", "Location on the siteUrl, which may not be the host one used")
def test_the_redirect_goes_to_the_sites_own_address(fresh: Xnat) -> None:
    fresh.post("/xapi/siteConfig", "root", json={"siteUrl": "https://xnat.example.org/x"})
    label = new_label()
    answer = archive(fresh, ready(fresh, label), "redirect=true")
    assert answer.headers["location"] == "https://xnat.example.org/x" + ADDRESS.format(label)


@fact("write 2.5")
def test_a_failure_is_500_with_the_reason_and_the_session_stays_and_can_be_tried_again(xnat: Xnat) -> None:
    label, study = new_label(), new_study()
    archived(xnat, label, {"1.dcm": image(study)})
    row = ready(xnat, label, {"1.dcm": image(study)})
    answer = archive(xnat, row)
    assert (answer.status_code, xnat.headline(answer)) == (500, FAILED.format(label, MATCHING))
    assert status_of(xnat, row) == "CONFLICT"
    assert xnat.rows(f"/data{row}/scans")
    assert archive(xnat, row, "overwrite=delete").status_code == 200
    assert row_of(xnat, row) is None


@fact("write 2.5")
def test_a_session_without_a_document_is_500_and_error(xnat: Xnat) -> None:
    row = upload(xnat, new_label())
    assert archive(xnat, row).status_code == 500
    assert status_of(xnat, row) == "ERROR"
    xnat.post(f"/data{row}?action=build")
    assert archive(xnat, row).status_code == 200


@fact("write 2.5")
def test_a_listener_gets_303_to_a_page_at_once(fresh: Xnat) -> None:
    row = ready(fresh, new_label())
    fresh.server.set_faults([{"match": f"POST {ARCHIVE}", "hold": 1.0}])
    answer = archive(fresh, row, "http-session-listener=mine")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{fresh.server.url}/app/template/XDATScreen_prearchives.vm"
    assert row_of(fresh, row) is not None
    until(lambda: row_of(fresh, row) is None)


@fact("write 2.5")
def test_patience_ends_with_500_and_the_job_goes_on(xnat: Xnat) -> None:
    label = new_label()
    row = ready(xnat, label)
    xnat.server.set_faults([{"match": f"POST {ARCHIVE}", "hold": 2.0, "times": 1}])
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(archive, xnat, row)
        until(lambda: status_of(xnat, row) == "_ARCHIVING")
        assert not waiting.done()
        xnat.server.advance(601)
        answer = waiting.result()
    xnat.server.set_faults([])
    assert answer.status_code == 500
    assert xnat.headline(answer) == TIMEOUT.format(row.removeprefix("/prearchive/projects/"))
    until(lambda: label in labels_of(xnat))


@fact("write 2.5", "sessionArchiveTimeoutInterval")
def test_the_patience_is_the_sites(fresh: Xnat) -> None:
    fresh.post("/xapi/siteConfig", "root", json={"sessionArchiveTimeoutInterval": 5})
    row = ready(fresh, new_label())
    fresh.server.set_faults([{"match": f"POST {ARCHIVE}", "hold": 20.0}])
    assert archive(fresh, row).status_code == 500  # five seconds of its clock are a twelfth of ours


@fact("write 2.5", "session, label, EXPT_LABEL and subject override")
@fact("write 3.1")
@pytest.mark.parametrize(
    "query",
    [
        "session={0}&xnat:mrSessionData/label=b&EXPT_LABEL=c&label=d",
        "xnat:mrSessionData/label={0}&EXPT_LABEL=c&label=d",
        "EXPT_LABEL={0}&label=d",
        "label={0}",
    ],
)
def test_the_label_that_counts(xnat: Xnat, query: str) -> None:
    label = new_label()
    assert archive(xnat, ready(xnat, new_label()), query.format(label)).status_code == 200
    assert label in labels_of(xnat)


@fact("write 3.1")
@pytest.mark.parametrize("query", ["subject={0}&SUBJECT_ID=b", "SUBJECT_ID={0}"])
def test_the_subject_that_counts(xnat: Xnat, query: str) -> None:
    label = new_label()
    answer = archive(xnat, ready(xnat, label), query.format(f"N{label}"))
    assert answer.text.strip().endswith(f"/subjects/N{label}/experiments/{label}")


@fact("write 3.1")
def test_the_subject_of_the_document_and_the_label_of_the_row_else(xnat: Xnat) -> None:
    label = new_label()
    assert archived(xnat, label, subject=f"N{label}").endswith(f"/subjects/N{label}/experiments/{label}")


@fact("write 3.1")
def test_labels_are_cleaned(xnat: Xnat) -> None:
    label = new_label()
    query = f"session={quote(f'{label} a/b.c')}&subject={quote(f'{label}^x y')}"
    answer = archive(xnat, ready(xnat, new_label()), query)
    assert answer.text.strip().endswith(f"/subjects/{label}_x_y/experiments/{label}_a_b_c")


@fact("write 3.1")
def test_a_subject_is_looked_up_whatever_the_case_and_then_by_its_id(xnat: Xnat) -> None:
    one, two = new_label(), new_label()
    archived(xnat, one, subject=f"Sub{one}")
    same = archive(xnat, ready(xnat, two), f"subject=sUB{one}")
    assert same.text.strip().endswith(f"/subjects/Sub{one}/experiments/{two}")
    identifier = session_of(xnat, one)["subject"]
    by_id = archive(xnat, ready(xnat, new_label()), f"subject={identifier}")
    assert f"/subjects/Sub{one}/experiments/" in by_id.text


@fact("write 3.1")
def test_a_subject_that_is_not_there_is_made(xnat: Xnat) -> None:
    label = new_label()
    before = [one["label"] for one in xnat.project("SRC")["subjects"]]
    archived(xnat, label, subject=f"N{label}")
    assert [one["label"] for one in xnat.project("SRC")["subjects"]] == [*before, f"N{label}"]


@fact("write 2.5", "xml paths and shortcuts")
@pytest.mark.parametrize("name", ["xnat:mrSessionData/date", "xnat:experimentData/date", "date"])
def test_metadata_of_the_call_override_the_documents(xnat: Xnat, name: str) -> None:
    label = new_label()
    archive(xnat, ready(xnat, label), f"{name}=1999-09-09")
    (session,) = [one for one in xnat.rows("/data/projects/SRC/experiments") if one["label"] == label]
    assert session["date"] == "1999-09-09"


@fact("write 2.5")
@pytest.mark.parametrize(("query", "status"), [("quarantine=true", "quarantine"), ("", "active")])
def test_quarantine_of_the_call(xnat: Xnat, query: str, status: str) -> None:
    label = new_label()
    archive(xnat, ready(xnat, label), query)
    assert session_of(xnat, label)["status"] == status


def post_several(xnat: Xnat, rows: list[str], query: str = "") -> httpx.Response:
    return xnat.post(f"{ARCHIVE}?{'&'.join(f'src={row}' for row in rows)}&{query}")


@fact("write 2.5")
@pytest.mark.parametrize(("query", "kind"), [("", "text/xml"), ("format=json", "application/json")])
def test_several_sessions_are_answered_with_their_rows_at_once(xnat: Xnat, query: str, kind: str) -> None:
    rows = [ready(xnat, new_label()) for _ in range(2)]
    answer = post_several(xnat, rows, query)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(kind)
    assert all(row in answer.text for row in rows)
    until(lambda: [status_of(xnat, row) for row in rows] == ["", ""])


@fact("write 2.5")
def test_several_sessions_are_archived_one_after_another(fresh: Xnat) -> None:
    rows = [ready(fresh, new_label()) for _ in range(2)]
    fresh.server.set_faults([{"match": f"POST {ARCHIVE}", "hold": 0.7}])
    post_several(fresh, rows)
    until(lambda: [status_of(fresh, row) for row in rows] == ["_ARCHIVING", "QUEUED_ARCHIVING"])
    until(lambda: [status_of(fresh, row) for row in rows] == ["", "_ARCHIVING"])
    until(lambda: [status_of(fresh, row) for row in rows] == ["", ""])


@fact("write 2.5")
def test_what_fails_among_several_shows_in_its_row_only(xnat: Xnat) -> None:
    label, other, study = new_label(), new_label(), new_study()
    archived(xnat, label, {"1.dcm": image(study)})
    row = ready(xnat, label, {"2.dcm": image(study, 2)})
    rows = [row, ready(xnat, other)]
    assert post_several(xnat, rows).status_code == 200
    until(lambda: [status_of(xnat, one) for one in rows] == ["CONFLICT", ""])
    words = "Session already exists, retry with overwrite enabled"
    assert xnat.get(f"/data{row}/logs/last").text == words


@fact("write 2.5")
def test_a_locked_row_among_several_makes_it_403_and_the_rest_goes_on(xnat: Xnat) -> None:
    locked, free = ready(xnat, new_label()), ready(xnat, new_label())
    xnat.post(f"/data{locked}?action=set-status&status=_MOVING")
    assert post_several(xnat, [locked, free]).status_code == 403
    until(lambda: status_of(xnat, free) == "")
    assert status_of(xnat, locked) == "_MOVING"


@fact("write 2.5", "event_reason default by entry")
@fact("write 0.3")
@pytest.mark.parametrize(("several", "reason"), [(False, "standard upload"), (True, "Batch archive")])
@pytest.mark.parametrize("given", ["", "because"])
def test_the_archiver_gives_a_reason_by_itself(
    world: Callable[..., Xnat], several: bool, reason: str, given: str
) -> None:
    site = world(WORLD)
    site.post("/xapi/siteConfig", "root", json={"requireChangeJustification": True})
    rows = [ready(site, label) for label in ("L", "M")]
    query = f"event_reason={given}" if given else ""
    answer = post_several(site, rows, query) if several else archive(site, rows[0], query)
    assert answer.status_code == 200
    until(lambda: "L" in labels_of(site))
    identifier = site.id_of("L")
    events = site.get(f"/data/experiments/{identifier}/history?format=json").json()["events"]
    assert [event["event_reason"] for event in events] == [given or reason]
