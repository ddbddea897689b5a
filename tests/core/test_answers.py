"""What an XNAT says is believed only as far as its shape goes."""

import json

import httpx
import pytest

from xnat_ferry.errors import (
    AlreadyThere,
    Forbidden,
    LoginLapsed,
    NameTaken,
    NotAnAnswer,
    NotFound,
    NotTaken,
    OtherIdentity,
    Retry,
    ServerAnswer,
    ServerBusy,
    ServerFault,
    StillWorking,
    TooLarge,
    UnfitFiles,
)
from xnat_ferry.xnat import answers

STATUS_PAGE = (
    "<html>\n<head>\n   <title>Status page</title>\n</head>\n<body>\n"
    "<h3>FAILED: Unable to archive &quot;F&quot;</h3><p>Details <a href='x'>here</a>.</p></body></html>"
)
LOGIN_PAGE = "<!DOCTYPE html><html><!-- BEGIN xnat-templates/screens/Login.vm --></html>"


def answer(status: int, body: str = "", **headers: str) -> httpx.Response:
    return httpx.Response(status, text=body, headers=headers)


def test_the_servers_words_come_from_its_headline() -> None:
    assert answers.said(STATUS_PAGE) == 'FAILED: Unable to archive "F"'


@pytest.mark.parametrize(("body", "words"), [("", "nothing"), ("plain words", "plain words")])
def test_other_bodies_speak_for_themselves(body: str, words: str) -> None:
    assert answers.said(body) == words


def test_a_page_without_headline_is_not_read_out() -> None:
    assert answers.said("<html><body>Dear Jane Doe</body></html>") == "an HTML page without a message"


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, "", LoginLapsed),
        (200, LOGIN_PAGE, LoginLapsed),
        (403, STATUS_PAGE, Forbidden),
        (404, "", NotFound),
        (429, "", ServerBusy),
        (502, "", ServerBusy),
        (500, STATUS_PAGE, ServerFault),
        (409, STATUS_PAGE, ServerAnswer),
        (400, "<h3>Concurrent file sends of the same data is not supported.</h3>", ServerBusy),
        (409, "<h3>session document locked</h3>", ServerBusy),
        (403, "<h3>User cannot delete experiments for project locked</h3>", Forbidden),
    ],
)
def test_a_status_becomes_its_error(status: int, body: str, kind: type[ServerAnswer]) -> None:
    assert type(answers.failure("https://x", "GET /y", answer(status, body))) is kind


@pytest.mark.parametrize(
    ("words", "kind", "retry"),
    [
        ("Session already exists, retry with overwrite enabled", AlreadyThere, Retry.NEVER),
        ("Session already exists with matching files.", AlreadyThere, Retry.NEVER),
        ("Duplicate DICOM file uploaded.", AlreadyThere, Retry.NEVER),
        ("Invalid modification of session UID via archive process.", OtherIdentity, Retry.NEVER),
        ("Invalid modification of session subject via archive process.: A", OtherIdentity, Retry.NEVER),
        (
            "Session already contains a scan with the same UID, but a different number (2).",
            OtherIdentity,
            "never",
        ),
        (
            "There is no way to override this conflict, you will need to fix your data.",
            NameTaken,
            Retry.NEVER,
        ),
        ("Scan 1 has 2 non-DICOM (or non-parsable DICOM) files", UnfitFiles, Retry.NEVER),
        ("Scan 1 DICOM catalog contains duplicated SOP instance UIDs: 1.2", UnfitFiles, Retry.NEVER),
        ("Duplicate archive attempt.  Destination session in use.", ServerBusy, Retry.AGAIN),
        ("Session processing may already be in progress: X.", ServerBusy, Retry.AGAIN),
        (
            "Unable to archive is_locked: Operation Failed: Session already exists with matching files.",
            AlreadyThere,
            Retry.NEVER,
        ),
        (
            "The session P/T/F did not complete within the configured timeout interval.",
            StillWorking,
            Retry.AGAIN,
        ),
        ("unable to read DICOM object a.dcm", NotTaken, Retry.AGAIN),
        ("something nobody has seen", ServerFault, Retry.AGAIN),
    ],
)
def test_xnats_own_words_tell_what_it_is(words: str, kind: type[ServerAnswer], retry: Retry) -> None:
    error = answers.failure("https://x", "POST /y", answer(500, f"<html><h3>FAILED: {words}</h3></html>"))
    assert type(error) is kind
    assert error.retry == retry


@pytest.mark.parametrize(("status", "kind"), [(413, TooLarge), (502, ServerBusy), (504, StillWorking)])
def test_what_a_proxy_says_is_told_apart(status: int, kind: type[ServerAnswer]) -> None:
    page = f"<html><head><title>{status}</title></head><body><center>nginx</center></body></html>"
    assert type(answers.failure("https://x", "POST /y", answer(status, page))) is kind


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7.0), ("99999", 600.0), ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0), ("soon", None), ("", None)],
)
def test_a_server_may_say_how_long_to_wait(header: str, seconds: float | None) -> None:
    error = answers.failure("https://x", "GET /y", answer(503, "", **{"retry-after": header}))
    assert error.facts["after"] == seconds


def test_a_redirect_into_the_application_is_a_lapsed_login() -> None:
    assert answers.is_login_page(answer(302, location="https://x/app/template/Login.vm"))
    assert not answers.is_login_page(answer(303, location="https://x/data/archive/projects/P"))


@pytest.mark.parametrize("body", ["", "<html></html>", "not json", "[" * 100_000])
def test_a_body_that_is_no_json_is_refused_whatever_the_status(body: str) -> None:
    with pytest.raises(NotAnAnswer):
        answers.json_value("https://x", "GET /y", answer(200, body))
    with pytest.raises(NotAnAnswer):
        list(answers.table("https://x", "GET /y", answer(200, body)))
    with pytest.raises(NotAnAnswer):
        list(answers.table("https://x", "GET /y", answer(200, f'{{"ResultSet":{{"Result":[{body},{{}}]}}}}')))


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('{"items":[{"data_fields":{"gender":"female","group":"Malade"', "JSON"),
        ('[{"note":"Malade <h3>female</h3>"}', "JSON"),
        ("<xnat:Subject><group>Malade</group></xnat:Subject>", "a document"),
        ("\0" * 128 + "DICM\2\0\0\0PN Malade^Imogen", "some other kind"),
        ("group,gender\nMalade,female\n", "some other kind"),
        ("Malade, female, " * 40, "some other kind"),
        ("<html><body><h3>Server is busy</h3></body></html>", "Server is busy"),
        ("the pool is empty", "the pool is empty"),
        ("", "an empty body"),
    ],
)
def test_what_came_instead_is_told_by_its_kind_and_not_repeated(body: str, told: str) -> None:
    error = answers.not_an_answer("https://x", "GET /y", answer(200, body))
    assert told in str(error)
    assert "Malade" not in str(error)
    assert "female" not in str(error)


@pytest.mark.parametrize(
    "value", [{}, [], {"ResultSet": {}}, {"ResultSet": {"Result": ["x"]}}, {"items": []}]
)
def test_a_table_of_another_shape_is_refused(value: object) -> None:
    with pytest.raises(NotAnAnswer):
        list(answers.table("https://x", "GET /y", answer(200, json.dumps(value))))


def test_cells_are_strings_under_lower_case_keys() -> None:
    value = {"ResultSet": {"Result": [{"ID": 7, "Label": None, "xsiType": "t"}]}}
    rows = answers.table("https://x", "GET /y", answer(200, json.dumps(value)))
    assert list(rows) == [{"id": "7", "label": "", "xsitype": "t"}]


@pytest.mark.parametrize("value", [{}, {"items": []}, {"items": [{}]}, {"ResultSet": {"Result": []}}])
def test_an_item_of_another_shape_is_refused(value: object) -> None:
    with pytest.raises(NotAnAnswer):
        answers.item("https://x", "GET /y", value)


def test_a_list_of_addresses_loses_line_ends_and_the_prefix() -> None:
    assert answers.uri_list(answer(200, "/data/prearchive/projects/P/T/F\r\n\r\n")) == [
        "/prearchive/projects/P/T/F"
    ]
