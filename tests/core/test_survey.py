"""A survey: what it asks, how often, and what is made of servers that fail half-way."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.core.shore import USERS, Shore, shore
from xnat_ferry.checks import Checklist, run_checks
from xnat_ferry.model import Endpoint, Verdict
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.survey import AS_USUAL, Depth, Headers, Survey
from xnat_ferry.survey.sessions import FEW_SCANS
from xnat_ferry.survey.take import take_survey
from xnat_ferry.xnat.pair import open_pair

WORLD = (
    USERS
    + """
[[projects]]
id = "FEW"

[[projects]]
id = "MANY"

[[projects]]
id = "SET"
prearchive_code = 4
anonymization = "(0010,0040) := \\"O\\""
series_filter = { mode = "blacklist", list = ["^scout"] }

[[sessions]]
project = "SRC"
subject = "001"
label = "001_MR1"
study = "a"
scans = [{ id = "1", type = "loc", files = 2 }, { id = "2", type = "t1", files = 3 }]

[[sessions]]
project = "SRC"
subject = "002"
label = "002_CT1"
modality = "CT"
scans = [{ id = "4", type = "thorax", files = 2 }]

[[sessions]]
project = "DST"
subject = "001"
label = "old"
study = "a"
scans = [{ id = "1", type = "loc", files = 2 }]

[[sessions]]
project = "DST"
subject = "009"
label = "waits"
prearchive = "READY"
scans = [{ id = "1", type = "loc", files = 1 }]

[[many]]
project = "FEW"
sessions = 20
files = 2

[[many]]
project = "MANY"
sessions = 100
scans = 3
"""
).replace(
    'projects = { SRC = "owner"', 'projects = { FEW = "owner", MANY = "owner", SET = "owner", SRC = "owner"'
)


@pytest.fixture(scope="module")
def coast(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shore]:
    with shore(tmp_path_factory.mktemp("survey"), WORLD) as made:
        yield made


@pytest.fixture
def sea(coast: Shore) -> Iterator[Shore]:
    coast.server.set_faults([])
    coast.server.clear_log()
    yield coast
    coast.server.set_faults([])


def surveyed(
    sea: Shore,
    source: str = "SRC",
    destination: str = "DST",
    *,
    depth: Depth = AS_USUAL,
    faults: list[dict[str, Any]] | None = None,
) -> Survey:
    """A survey by ada; faults begin once she is logged in."""
    ends = Endpoint(sea.server.url, source), Endpoint(sea.server.url, destination)
    with open_pair(*ends, lambda server: Credentials("ada", "pract1ce-pw")) as clients:
        sea.server.set_faults(faults or [])
        return take_survey((clients[0], ends[0]), (clients[1], ends[1]), depth=depth)


def test_what_is_in_the_sessions_and_their_headers_is_there(sea: Shore) -> None:
    survey = surveyed(sea)
    found = {one.row.label: one for one in survey.chosen}
    amounts = {
        label: [one.detail.amount(scan)[0] for scan in one.detail.scans]
        for label, one in found.items()
        if one.detail
    }
    assert amounts == {"001_MR1": [2, 3], "002_CT1": [2]}
    assert {label: len(one.headers) for label, one in found.items()} == {"001_MR1": 2, "002_CT1": 1}
    for one in survey.chosen:
        assert {sample.value(0x0020000D) for sample in one.headers} == {one.study_uid}
        assert one.row.owner == "SRC"
    assert [there.label for there in found["001_MR1"].counterparts] == ["old"]


def test_listed_files_agree_with_the_items_counts(sea: Shore) -> None:
    counted, listed = surveyed(sea), surveyed(sea, depth=Depth(files=True))
    for one, other in zip(counted.chosen, listed.chosen, strict=True):
        assert one.detail is not None
        assert other.detail is not None
        assert one.detail.files is None
        assert other.detail.files is not None
        for scan in one.detail.scans:
            assert one.detail.amount(scan) == other.detail.amount(scan)


@pytest.mark.parametrize(
    ("project", "depth", "most"),
    [
        ("FEW", Depth(sessions=False), 15),
        ("FEW", AS_USUAL, 15 + 2 * 20),
        ("MANY", AS_USUAL, 15 + 2 * 100),
        ("MANY", Depth(headers=Headers.NONE), 15 + 100),
    ],
)
def test_the_requests_are_bounded(sea: Shore, project: str, depth: Depth, most: int) -> None:
    surveyed(sea, project, "SET", depth=Depth(sessions=False))
    special = len(sea.server.log()) - 15
    sea.server.clear_log()
    survey = surveyed(sea, project, "DST", depth=depth)
    assert len(sea.server.log()) <= most
    assert special <= 3, "a project's own script, filter and the like take a request each"
    assert None not in (survey.destination.settings.site_script, survey.destination.rights.creatable)


def test_many_scans_are_sampled_one_a_session_and_the_survey_says_so(sea: Shore) -> None:
    assert FEW_SCANS < 300
    survey = surveyed(sea, "MANY")
    assert survey.headers == Headers.SESSION
    assert {len(one.headers) for one in survey.chosen} == {1}
    assert surveyed(sea, "FEW").headers == Headers.SCAN


def test_a_header_sample_never_takes_a_whole_large_file(sea: Shore) -> None:
    surveyed(sea)
    reads = [one for one in sea.server.log() if one["path"].endswith("/files") and "index=0" in one["query"]]
    assert len(reads) == 3
    assert {one["status"] for one in reads} == {206}


def test_the_settings_that_change_what_arrives_are_all_there(sea: Shore) -> None:
    view = surveyed(sea, destination="SET", depth=Depth(sessions=False)).destination
    settings = view.settings
    assert settings.unread == ()
    assert settings.prearchive_code == 4
    assert settings.quarantine is False
    assert settings.checksums is True
    assert settings.project_script is not None
    assert "(0010,0040)" in settings.project_script.text
    assert settings.project_script.runs
    assert settings.site_script is not None
    assert "(0010,0010) := subject" in settings.site_script.text
    assert settings.project_filter is not None
    assert (settings.project_filter.enabled, settings.project_filter.mode) == (True, "blacklist")
    assert settings.project_filter.patterns == "^scout"
    assert settings.site_filter is not None
    assert not settings.site_filter.enabled


def test_roles_rights_and_owners_come_from_the_server(sea: Shore) -> None:
    view = surveyed(sea, depth=Depth(sessions=False)).destination
    assert (view.rights.role, view.rights.accessibility) == ("Members", "private")
    assert (view.rights.edit, view.rights.delete, view.rights.share) == (True, False, True)
    assert view.rights.create_subjects is True
    assert view.rights.may_create("xnat:ctSessionData") is True
    assert view.rights.may_create("xnat:nonesuchSessionData") is False


READS = {
    "roles": "GET /data/projects$",
    "source list": "GET /data/projects/SRC/experiments",
    "destination list": "GET /data/projects/DST/experiments",
    "prearchive": "GET /data/prearchive/projects/DST",
    "rights": "GET /data/projects/DST$",
    "site settings": "GET /xapi/siteConfig/values",
    "project configuration": "GET /data/projects/DST/config",
    "site configuration": "GET /data/config",
    "session": "GET /data/experiments/[^/]+$",
    "header": "GET /data/experiments/.*/files",
}
FAULTS: dict[str, dict[str, Any]] = {
    "500": {"status": 500},
    "html": {"status": 200, "body": "<html><body>Welcome</body></html>"},
    "login page": {"login_page": True},
    "empty": {"status": 200, "body": ""},
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("what", READS)
def test_what_could_not_be_read_is_unknown_and_never_fine(sea: Shore, what: str, fault: str) -> None:
    checklist = run_checks(surveyed(sea, faults=[{"match": READS[what], **FAULTS[fault]}]))
    assert unknown(checklist), f"{what} failed and nothing says so"
    assert not checklist.sure
    assert checklist.verdict != "clear"


def unknown(checklist: Checklist) -> list[str]:
    return [one.kind for one in checklist.findings if one.verdict == Verdict.UNKNOWN]


@pytest.mark.parametrize("what", ["source list", "prearchive", "session", "header"])
def test_a_body_that_is_always_cut_is_unknown_too(sea: Shore, what: str) -> None:
    checklist = run_checks(surveyed(sea, faults=[{"match": READS[what], "cut_after": 0.5}]))
    assert unknown(checklist)


@pytest.mark.parametrize("what", READS)
def test_a_login_that_lapses_in_between_changes_nothing(sea: Shore, what: str) -> None:
    healthy = run_checks(surveyed(sea))
    again = run_checks(surveyed(sea, faults=[{"match": READS[what], "expire_login": True, "times": 1}]))
    assert again == healthy


@pytest.mark.parametrize("fault", FAULTS)
def test_the_command_ends_with_one_when_something_is_unknown(sea: Shore, fault: str) -> None:
    sea.server.set_faults([{"match": READS["prearchive"], **FAULTS[fault]}])
    done = sea.ferry("check", "SRC", "DST", "--json")
    assert done.returncode == 1, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert told["verdict"] != "clear"
    assert "unknown" in {one["verdict"] for one in told["findings"] if one["check"] == "conflicts"}


def test_a_survey_leaves_no_trace_on_the_server(sea: Shore, tmp_path: Path) -> None:
    before = sea.server.state()
    surveyed(sea)
    assert sea.server.state() == before
