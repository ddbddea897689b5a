"""Whatever a server answers, whatever is asked: a value comes back, or a FerryError."""

import contextlib
from collections.abc import Callable, Iterator

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz import seeds
from tests.fuzz.seeds import json_values, spoilt, spoilt_text, tried
from tests.security.hostile import LOGIN, Hostile, hostile
from xnat_ferry.belongings import Level
from xnat_ferry.errors import FerryError
from xnat_ferry.settings.redact import plain
from xnat_ferry.transfer.slurm import scheduler
from xnat_ferry.xnat import (
    answers,
    bodies,
    catalogs,
    deletion,
    headers,
    listings,
    prearchive,
    project_settings,
    resources,
    rights,
    sharing,
    subjects,
    values,
    workflows,
)
from xnat_ferry.xnat.client import XnatClient
from xnat_ferry.xnat.limits import Limits

ROW = "/prearchive/projects/DST/20260101_1/A"
QUESTIONS: dict[str, Callable[[XnatClient], object]] = {
    "list_sessions": lambda c: listings.list_sessions(c, "SRC"),
    "read_session": lambda c: listings.read_session(c, "X1"),
    "list_everything": lambda c: listings.list_everything(c, "X1"),
    "find_session": lambda c: listings.find_session(c, "SRC", "A"),
    "find_subject": lambda c: subjects.find_subject(c, "SRC", "A"),
    "list_prearchive": lambda c: prearchive.list_prearchive(c, "DST"),
    "find_row": lambda c: prearchive.find_row(c, ROW),
    "read_document": lambda c: prearchive.read_document(c, ROW),
    "list_files": lambda c: prearchive.list_files(c, ROW, "1", "DICOM"),
    "validate": lambda c: prearchive.validate(c, ROW),
    "archive": lambda c: prearchive.archive(c, ROW),
    "last_log": lambda c: prearchive.read_last_log(c, ROW),
    "read_catalog": lambda c: catalogs.read_catalog(c, "X1", "1", "DICOM"),
    "read_settings": lambda c: project_settings.read_settings(c, "SRC"),
    "list_projects": lambda c: rights.list_projects(c),
    "read_rights": lambda c: rights.read_rights(c, "SRC", None, ["xnat:mrSessionData"]),
    "list_owners": lambda c: rights.list_owners(c, "SRC"),
    "read_sharing": lambda c: sharing.read_sharing(c, "SRC"),
    "list_subjects": lambda c: subjects.list_subjects(c, "SRC"),
    "read_standing": lambda c: sharing.read_standing(c, sharing.Kind.SESSION, "X1"),
    "open_work": lambda c: workflows.read_open_work(c, "X1"),
    "read_holding": lambda c: deletion.read_holding(c, "X1"),
    "read_subject": lambda c: deletion.read_subject(c, "SRC", "001"),
    "custom_fields": lambda c: values.read_custom_fields(c, "/data/experiments/X1"),
    "list_resources": lambda c: resources.list_resources(c, "/data/experiments/X1", Level.SESSION),
    "sample": lambda c: headers.sample_scan(c, "X1", "1", "DICOM"),
}


@pytest.fixture(scope="module")
def server() -> Iterator[Hostile]:
    with hostile() as one:
        yield one


@pytest.fixture(scope="module")
def client(server: Hostile) -> Iterator[XnatClient]:
    with XnatClient(server.url, LOGIN, limits=Limits(attempts=1)) as one:
        yield one


@tried(250)
@given(
    what=st.sampled_from(sorted(QUESTIONS)),
    body=spoilt(seeds.ANSWERS) | json_values(),
    status=st.sampled_from([200, 200, 200, 200, 201, 303, 403, 404, 409, 500]),
    kind=st.sampled_from(["application/json", "text/html", "text/xml; charset=hex", "x"]),
)
def test_questions(
    server: Hostile, client: XnatClient, what: str, body: bytes, status: int, kind: str
) -> None:
    server.status, server.body, server.headers = status, body, {"Content-Type": kind}
    server.heard.clear()
    with contextlib.suppress(FerryError):
        QUESTIONS[what](client)
    assert len(server.heard) < 30


@tried(60)
@given(body=spoilt(seeds.CATALOGS))
def test_catalogs(body: bytes) -> None:
    with contextlib.suppress(ValueError):
        catalogs.parse_catalog(body)


@tried(60)
@given(body=spoilt(seeds.PACKED), packing=st.sampled_from(["gzip", "gzip", "GZIP", "", "br", "gzip, gzip"]))
def test_packed_answers(body: bytes, packing: str) -> None:
    fields, request = [("content-encoding", packing)], httpx.Request("GET", "https://x.example/")
    arriving = httpx.Response(200, headers=fields, stream=httpx.ByteStream(body), request=request)
    with contextlib.suppress(FerryError, httpx.DecodingError):
        assert len(bodies.whole("x", "GET /", arriving).content) < 1_000_000


@tried(60)
@given(said=spoilt_text(seeds.SLURM))
def test_what_slurm_says(said: str) -> None:
    assert int(scheduler.job_in(said) or 0) >= 0
    tasks = scheduler.tasks_in(said)
    assert scheduler.in_words(tasks) == plain(scheduler.in_words(tasks), 200)


@tried(60)
@given(
    body=spoilt(seeds.PAGES),
    status=st.integers(200, 599),
    wait=spoilt_text(["120", "Wed, 21 Oct 2026 07:28:00 GMT", "²"]),
)
def test_error_pages(body: bytes, status: int, wait: str) -> None:
    fields = [(b"retry-after", wait.encode("utf-8", "replace")), (b"location", b"/app/x")]
    request = httpx.Request("GET", "https://x.example/")
    arriving = httpx.Response(status, headers=fields, stream=httpx.ByteStream(body), request=request)
    response = bodies.whole("x", "GET /", arriving)
    error = answers.failure("x", "GET /", response)
    assert isinstance(error, FerryError)
    assert str(error) == plain(str(error), 2_000)
    answers.meaning(answers.said(response.text))
    with contextlib.suppress(FerryError):
        answers.json_value("x", "GET /", response)
