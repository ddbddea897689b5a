"""What a person may allow, and what nobody may."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.shore import USERS, shore
from xnat_ferry.checks.accepting import ACCEPTABLE, accepting, parse_accepted
from xnat_ferry.checks.finding import Checklist, Finding
from xnat_ferry.errors import UsageError
from xnat_ferry.model import Verdict
from xnat_ferry.plan import read_plan

CHECKS = ("access", "conflicts", "labels", "metadata", "settings", "anonymization", "room")
FINDINGS = st.builds(
    Finding,
    check=st.sampled_from(CHECKS),
    verdict=st.sampled_from(Verdict),
    about=st.just("L"),
    message=st.just("words"),
    kind=st.sampled_from((*ACCEPTABLE, "filter-drops", "session-unread", "ok")),
)


@given(st.lists(FINDINGS), st.frozensets(st.sampled_from((*ACCEPTABLE, "filter-drops", "session-unread"))))
def test_only_what_headers_say_of_persons_can_be_allowed(
    findings: list[Finding], accepted: frozenset[str]
) -> None:
    checklist = Checklist(findings=accepting(findings, accepted), conflicts=())
    left = [one for one in findings if one.kind not in accepted & set(ACCEPTABLE)]
    forbids = [one for one in left if one.verdict == Verdict.FAIL or one.kind == "session-unread"]
    assert (checklist.verdict == "blocked") == bool(forbids)
    assert checklist.sure == (not {one.verdict for one in left} & {Verdict.FAIL, Verdict.UNKNOWN})
    if any(one.verdict != Verdict.OK for one in findings):
        assert checklist.verdict != "clear"


@pytest.mark.parametrize("name", ["filter-drops", "other-study", "", "x" * 500])
def test_nothing_else_can_be_named(name: str) -> None:
    with pytest.raises(UsageError, match="is none of identifying-remains"):
        parse_accepted([name])


def test_a_plan_keeps_the_word_of_whoever_allowed_it(tmp_path: Path) -> None:
    world = "[server]\nsite_anonymization = false\n" + USERS
    world += (
        '\n[[sessions]]\nproject = "SRC"\nsubject = "7"\nlabel = "L"\npatient_name = "DOE^JANE"\n'
        'scans = [{ id = "1", type = "t1", files = 1 }]\n'
    )
    with shore(tmp_path, world) as sea:
        refused = sea.ferry("plan", "SRC", "DST", "-o", sea.plan)
        assert refused.returncode == 1
        assert not sea.plan.exists()
        assert "--accept identifying-remains" in " ".join(refused.stdout.split())
        allowed = sea.ferry("plan", "SRC", "DST", "-o", sea.plan, "--accept", "identifying-remains")
        assert allowed.returncode == 0, allowed.stdout + allowed.stderr
        assert "somebody said that this is known and allowed" in " ".join(allowed.stdout.split())
    assert read_plan(sea.plan).accepted == ("identifying-remains",)
