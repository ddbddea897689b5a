"""What the checks and the plan say of sharing and relocating, and the commands that do it."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tests.core.harbour import LOGIN, Harbour, harbour, session_toml
from tests.core.test_sharing import COLE, HEAD, MIA, TWO_SCANS, session_state, shares
from xnat_ferry.checks import Checklist
from xnat_ferry.cli.app import main
from xnat_ferry.errors import RoadClosed
from xnat_ferry.labels import LabelRules, parse_rule
from xnat_ferry.model import Endpoint, Road, Verdict
from xnat_ferry.plan import Fate, Target, read_plan
from xnat_ferry.plan.answers import parse_answers
from xnat_ferry.plan.build import PlanRequest
from xnat_ferry.plan.freshness import outdated
from xnat_ferry.plan.judged import Judged, judge
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.survey.projects import view_destination
from xnat_ferry.survey.staying import with_road
from xnat_ferry.survey.take import take_survey
from xnat_ferry.transfer import folder as transfer_folders
from xnat_ferry.transfer.status import read_state
from xnat_ferry.xnat.listings import find_session
from xnat_ferry.xnat.sharing import Kind, read_standing, relocate, share

LABELS = [f"S{number}" for number in range(1, 20)]
EACH = {"access", "conflicts", "labels", "metadata", "settings", "anonymization", "room"}


@pytest.fixture(scope="module")
def sea(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harbour]:
    """One server for all tests here; each takes labels and subjects that no other takes."""
    world = "".join(session_toml(label, subject=f"{label}_P", scans=TWO_SCANS) for label in LABELS)
    world += "".join(session_toml(label, subject="PAIR", scans=TWO_SCANS) for label in ("P1", "P2"))
    world += session_toml("TAKEN", project="DST", subject="TAKEN_P")
    world += session_toml("FOREIGN", project="THIRD", subject="FOREIGN_P").replace(
        "scans =", 'shared_into = [{ project = "SRC", label = "FOREIGN" }]\nscans ='
    )
    world += session_toml("KEPT_IN", project="SHUT", subject="KEPT_P")
    world += session_toml("NAMED", subject="NAMED_P", patient_name='"DOE^JANE"')
    with harbour(tmp_path_factory.mktemp("checks"), world, head=HEAD) as made:
        yield made


def looked(
    sea: Harbour,
    road: Road,
    *labels: str,
    login: Credentials = LOGIN,
    source: str = "SRC",
    destination: str = "DST",
    rules: tuple[str, ...] = (),
    answers: tuple[str, ...] = (),
) -> Judged:
    ends = Endpoint(sea.server.url, source), Endpoint(sea.server.url, destination)
    with sea.client(login) as client:
        survey = take_survey((client, ends[0]), (client, ends[1]), labels)
        survey = with_road(client, survey, road)
    request = PlanRequest(
        made="", labels=LabelRules(rules=tuple(map(parse_rule, rules))), answers=parse_answers(answers)
    )
    return judge(survey, request)


def kinds(checklist: Checklist, *verdicts: Verdict) -> set[str]:
    return {one.kind for one in checklist.findings if one.verdict in verdicts}


@pytest.mark.parametrize("road", [Road.SHARE, Road.RELOCATE])
def test_consequences_are_said_and_nothing_stands_in_the_way(sea: Harbour, road: Road) -> None:
    judged = looked(sea, road, "S1")
    assert judged.checklist.sure
    assert {one.check for one in judged.checklist.findings} >= EACH
    owner = "owner-stays" if road == Road.SHARE else "owner-changes"
    assert kinds(judged.checklist, Verdict.WARN) == {owner, "nothing-arrives", "script-not-run"}
    plan = judged.planned
    assert (plan.road, plan.to, plan.move) == (road, Target.ARCHIVE, False)
    assert plan.owner == ("SRC" if road == Road.SHARE else "DST")


@pytest.mark.parametrize(
    ("road", "login", "labels", "source", "rules", "kind"),
    [
        (Road.RELOCATE, MIA, ["S1"], "SRC", (), "may-not-give-away"),
        (Road.SHARE, COLE, ["S1"], "SRC", (), "may-not-create"),
        (Road.RELOCATE, COLE, ["S1"], "SRC", (), "may-not-create"),
        (Road.SHARE, LOGIN, ["FOREIGN"], "SRC", (), "not-owned"),
        (Road.SHARE, LOGIN, ["KEPT_IN"], "SHUT", (), "sharing-off"),
        (Road.RELOCATE, LOGIN, ["KEPT_IN"], "SHUT", (), "sharing-off"),
        (Road.SHARE, LOGIN, ["S1"], "SRC", ("subject.template=TAKEN_P",), "subject-taken"),
        (Road.SHARE, LOGIN, ["S1", "S2"], "SRC", ("subject.template=Both",), "subject-taken"),
        (Road.SHARE, LOGIN, ["P1", "P2"], "SRC", ("subject.template={session}_x",), "subject-divided"),
    ],
)
def test_what_is_not_possible_is_said_before(
    sea: Harbour,
    road: Road,
    login: Credentials,
    labels: list[str],
    source: str,
    rules: tuple[str, ...],
    kind: str,
) -> None:
    judged = looked(sea, road, *labels, login=login, source=source, rules=rules)
    assert kind in kinds(judged.checklist, Verdict.FAIL)
    assert judged.checklist.verdict == "blocked"


def test_headers_are_judged_as_they_are_seen(sea: Harbour) -> None:
    """The copy's scripts remove the name; whoever is shown the session reads it."""
    copied = looked(sea, Road.COPY, "NAMED", destination="SCRIPTED")
    assert "identifying-replaced" in kinds(copied.checklist, Verdict.WARN)
    shown = looked(sea, Road.SHARE, "NAMED", destination="SCRIPTED")
    assert "identifying-remains" in kinds(shown.checklist, Verdict.FAIL)
    assert "script-not-run" in kinds(shown.checklist, Verdict.WARN)


def test_a_label_that_is_taken_is_skipped_or_changed_and_never_joined(sea: Harbour) -> None:
    judged = looked(sea, Road.SHARE, "S2", rules=("session.template=taken",))
    (conflict,) = judged.checklist.conflicts
    assert "Label already in use" in conflict.message
    assert conflict.answers == ("skip", "rename")
    assert [one.fate for one in judged.planned.sessions] == [Fate.UNDECIDED]
    judged = looked(sea, Road.SHARE, "S2", rules=("session.template=taken",), answers=("S2=rename:S2_there",))
    assert [(one.fate, one.to_session) for one in judged.planned.sessions] == [(Fate.COPY, "S2_there")]


def test_what_is_shown_there_already_meets_nobody(sea: Harbour) -> None:
    with sea.client() as client:
        found = find_session(client, "SRC", "S3")
        assert found is not None
        share(client, read_standing(client, Kind.SUBJECT, found.subject_id), "DST", "person")
        share(client, read_standing(client, Kind.SESSION, found.id), "DST", "S3_there")
    rules = ("subject.template=person", "session.template={session}_there")
    shown = looked(sea, Road.SHARE, "S3", rules=rules)
    assert shown.checklist.conflicts == ()
    assert [(one.fate, one.why) for one in shown.planned.sessions] == [
        (Fate.SKIP, "it is shown there already, as S3_there")
    ]
    given = looked(sea, Road.RELOCATE, "S3", rules=rules)
    assert [one.fate for one in given.planned.sessions] == [Fate.COPY]
    # a fellow of the same subject has to take the label that this one has there
    assert looked(sea, Road.COPY, "S3", rules=rules).checklist.conflicts[0].kind == "shared"


def test_a_subject_that_is_there_keeps_the_label_that_it_has_there(sea: Harbour) -> None:
    with sea.client() as client:
        found = find_session(client, "SRC", "S4")
        assert found is not None
        share(client, read_standing(client, Kind.SUBJECT, found.subject_id), "DST", "elsewhere")
    judged = looked(sea, Road.SHARE, "S4")
    assert "subject-elsewhere" in kinds(judged.checklist, Verdict.FAIL)
    assert looked(sea, Road.SHARE, "S4", rules=("subject.template=elsewhere",)).checklist.sure


def test_a_plan_outlives_what_does_not_concern_it(sea: Harbour) -> None:
    plan = looked(sea, Road.SHARE, "S5").planned
    seen = replace(plan.seen, project_script="another", prearchive_code=5)
    with sea.client() as client:
        assert outdated(replace(plan, seen=seen), view_destination(client, plan.destination)) == ()
        found = find_session(client, "SRC", "S6")
        assert found is not None
        share(client, read_standing(client, Kind.SESSION, found.id), "DST", "S5")
        (reason,) = outdated(plan, view_destination(client, plan.destination))
    assert "S5 is held in DST" in reason


def test_two_servers_close_the_road(sea: Harbour) -> None:
    copied = looked(sea, Road.COPY, "S1").survey
    apart = replace(copied, source=replace(copied.source, endpoint=Endpoint("https://other", "SRC")))
    with sea.client() as client, pytest.raises(RoadClosed, match="different servers"):
        with_road(client, apart, Road.SHARE)


# Commands


@pytest.fixture
def ferry(
    sea: Harbour, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Any:
    """Runs a command in this process; its worker is a process of its own."""
    for name, value in {
        "XNAT_HOST": sea.server.url,
        "XNAT_USER": LOGIN.user,
        "XNAT_PASS": LOGIN.password,
        "XNAT_FERRY_TRANSFERS": str(tmp_path / "transfers"),
        "XNAT_FERRY_SPOOL": str(tmp_path / "spool"),
        "COLUMNS": "80",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdin", io.StringIO())

    def run(*arguments: str) -> tuple[int, str, str]:
        capfd.readouterr()
        code = main(arguments)
        return (code, *capfd.readouterr())

    return run


def session_id(sea: Harbour, label: str) -> str:
    with sea.client() as client:
        found = find_session(client, "SRC", label)
    assert found is not None
    return found.id


def test_share_asks_does_tells_and_is_undone(sea: Harbour, ferry: Any, tmp_path: Path) -> None:
    one = session_id(sea, "S7")
    code, said, _ = ferry("check", "SRC", "DST", "--sessions", "S7")
    assert (code, "Both projects are on one server" in said) == (0, True)
    code, said, told = ferry("share", "SRC", "DST", "--sessions", "S7")
    assert code == 2
    assert "SRC stays the owner" in said
    assert "--yes" in told
    assert shares(session_state(sea, one)) == {}
    code, said, _ = ferry("share", "SRC", "DST", "--sessions", "S7", "--yes", "--json")
    judged, *happened, status = map(json.loads, said.splitlines())
    assert code == 0
    assert (judged["road"], judged["verdict"]) == ("share", "warned")
    assert [event["event"] for event in happened][-1] == "TransferFinished"
    assert (status["state"], status["files_total"]) == ("done", 0)
    assert "0 of 0" not in ferry("status")[1]
    assert shares(session_state(sea, one)) == {"DST": "S7"}
    assert ferry("verify")[0] == 0
    assert "a share: nothing travelled" in ferry("record")[1]
    assert ferry("undo")[0] == 2
    assert ferry("undo", "--yes")[0] == 0
    assert shares(session_state(sea, one)) == {}
    assert ferry("verify")[0] == 2
    assert ferry("undo", "--yes")[0] == 2, "there is nothing left to undo"


def test_relocate_by_a_plan_and_what_somebody_moved_on_is_not_given_back(
    sea: Harbour, ferry: Any, tmp_path: Path
) -> None:
    one, path = session_id(sea, "S8"), tmp_path / "plan.toml"
    code, said, _ = ferry("plan", "SRC", "DST", "--sessions", "S8", "--road", "relocate", "-o", str(path))
    assert (code, "DST becomes the owner" in said) == (0, True)
    assert read_plan(path).road == Road.RELOCATE
    assert ferry("run", str(path))[0] == 0
    assert session_state(sea, one)["project"] == "DST"
    (folder,) = transfer_folders.find_all(tmp_path / "transfers")
    assert ferry("settle", "--yes-delete-from", "SRC")[0] == 2, "there is no copy to settle"
    with sea.client() as client:
        relocate(client, read_standing(client, Kind.SESSION, one), "THIRD", "S8")
    code, _, told = ferry("undo", "--yes")
    assert (code, "THIRD owns it by now" in told) == (1, True)
    assert session_state(sea, one)["project"] == "THIRD"
    assert [one.message for one in read_state(folder).problems] != []


def test_words_that_make_no_sense_on_the_road(sea: Harbour, ferry: Any) -> None:
    for words in (["--scans", "1"], ["--with", "resources"]):
        code, _, told = ferry("share", "SRC", "DST", "--sessions", "S1", *words, "--yes")
        assert (code, words[0] in told) == (2, True)
    code, _, told = ferry("plan", "SRC", "http://127.0.0.1:9/DST", "--road", "share")
    assert (code, "different servers" in told) == (2, True)
    assert ferry("plan", "SRC", "DST", "--road", "upload")[0] == 2
