"""A plan is refused when its destination has changed in what matters, with every reason, and only then."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.core.making import FULL, PLAIN, chosen, plan_of, session_row, survey_of, waiting
from tests.core.making import planned as planned_session
from tests.core.shore import shore
from xnat_ferry.checks import run_checks
from xnat_ferry.errors import PlanOutdated
from xnat_ferry.model import PrearchiveRow, SessionRow
from xnat_ferry.plan import Plan, PlannedSession, parse_answers, read_plan, write_plan
from xnat_ferry.plan.build import PlanRequest, make_plan
from xnat_ferry.plan.file import to_toml
from xnat_ferry.plan.freshness import outdated, refuse_outdated
from xnat_ferry.project import ProjectSettings, Rights, Script, SeriesFilter
from xnat_ferry.survey import ProjectView, Survey

STUDY = "1.2.001_MR1"


def surveyed(
    there: tuple[SessionRow, ...] | None = (), prearchive: tuple[PrearchiveRow, ...] | None = ()
) -> Survey:
    return survey_of(chosen(session_row()), there=there, prearchive=prearchive)


def plan_for(survey: Survey, *answers: str) -> Plan:
    return make_plan(survey, run_checks(survey), PlanRequest(made="now", answers=parse_answers(answers)))


def with_settings(**settings: object) -> ProjectView:
    changed: ProjectSettings = replace(PLAIN, **settings)
    return replace(surveyed().destination, settings=changed)


def held(label: str = "001_MR1", study_uid: str | None = STUDY) -> SessionRow:
    return session_row(label, owner="DST", study_uid=study_uid)


@pytest.mark.parametrize(
    ("survey", "answers"),
    [
        (surveyed(), []),
        (surveyed((held("other", "9"),), (waiting("another", "8"),)), []),
        (surveyed((held(),)), ["same-study=skip"]),
        (surveyed((held(),)), ["same-study=complete"]),
        (surveyed((held("elsewhere"),)), ["same-study=complete"]),
        (surveyed((held(study_uid="9"),)), ["other-study=merge"]),
        (surveyed((held(study_uid="9"), held("elsewhere"))), ["other-study=rename", "same-study=rename"]),
        (surveyed((), (waiting("001_MR1", STUDY),)), ["prearchive=complete"]),
        (surveyed((), None), []),
    ],
)
def test_a_destination_as_it_was_is_no_reason(survey: Survey, answers: list[str]) -> None:
    assert outdated(plan_for(survey, *answers), survey.destination) == ()


@pytest.mark.parametrize(
    ("there", "prearchive", "words"),
    [
        ((held(),), (), "001_MR1: 001_MR1 is already in DST: the same study"),
        ((held("001_mr1", "9"),), (), "with another study"),
        ((held("elsewhere"),), (), "as elsewhere"),
        ((), (waiting("001_MR1", STUDY),), "This study waits in the prearchive"),
        ((), (waiting("001_MR1"),), "unknown study waits in the prearchive"),
    ],
)
def test_what_has_come_in_since_is_a_reason(
    there: tuple[SessionRow, ...], prearchive: tuple[PrearchiveRow, ...], words: str
) -> None:
    (reason,) = outdated(plan_for(surveyed()), surveyed(there, prearchive).destination)
    assert words in reason


def test_a_conflict_that_was_known_does_not_hide_another() -> None:
    plan = plan_for(surveyed((held("elsewhere"),)), "same-study=rename")
    (reason,) = outdated(plan, surveyed((held("elsewhere"), held("nowhere"))).destination)
    assert "nowhere" in reason


def test_a_conflict_that_is_gone_is_fine_and_so_is_one_of_a_session_that_stays_behind() -> None:
    assert outdated(plan_for(surveyed((held(),)), "same-study=complete"), surveyed().destination) == ()
    assert (
        outdated(plan_for(surveyed((held(),)), "same-study=skip"), surveyed((held("x"),)).destination) == ()
    )


def test_what_waits_and_takes_no_more_is_a_reason_not_to_complete_it() -> None:
    plan = plan_for(surveyed((), (waiting("001_MR1", STUDY),)), "prearchive=complete")
    (reason,) = outdated(plan, surveyed((), (waiting("001_MR1", STUDY, "ERROR"),)).destination)
    assert "(ERROR)" in reason


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"prearchive_code": 5}, "prearchive code of DST is another one now: sessions are archived over"),
        ({"prearchive_code": None}, "prearchive code of DST could not be read"),
        ({"quarantine": True}, "put in quarantine"),
        ({"site_script": Script(enabled=True, text="(0010,0010) := subject")}, "site's anonymization script"),
        ({"site_script": Script(enabled=False)}, "anonymization script of DST is another one now: it is off"),
        ({"site_script": None}, "site's anonymization script of DST could not be read"),
        ({"project_script": Script(enabled=True, text="- (0008,0090)")}, "project's anonymization script"),
        ({"site_filter": SeriesFilter(enabled=True, mode="blacklist")}, "site's series import filter"),
        ({"project_filter": None}, "project's series import filter of DST could not be read"),
    ],
)
def test_a_setting_that_changes_what_arrives_is_a_reason(settings: dict[str, object], words: str) -> None:
    (reason,) = outdated(plan_for(surveyed()), with_settings(**settings))
    assert words in reason


@pytest.mark.parametrize(
    "settings",
    [
        {"project_script": Script(enabled=False, text="- (0008,0090)")},
        {"project_filter": SeriesFilter(enabled=False, mode="whitelist", patterns="x")},
        {"checksums": False},
    ],
)
def test_a_setting_that_changes_nothing_is_none(settings: dict[str, object]) -> None:
    assert outdated(plan_for(surveyed()), with_settings(**settings)) == ()


@pytest.mark.parametrize(
    ("rights", "words"),
    [
        (
            Rights(role="Collaborators", creatable=()),
            "ada may not create xnat:mrSessionData, xnat:subjectData",
        ),
        (Rights(role="", creatable=("xnat:mrSessionData",)), "(role none, Owners when the plan was made)"),
        (Rights(), "What ada may create in DST could not be read"),
    ],
)
def test_a_right_that_is_lost_is_a_reason(rights: Rights, words: str) -> None:
    (reason,) = outdated(plan_for(surveyed()), replace(surveyed().destination, rights=rights))
    assert words in reason


def test_a_right_that_is_not_needed_or_new_is_none() -> None:
    fewer = replace(FULL, role="Members", creatable=("xnat:mrSessionData", "xnat:subjectData"))
    assert outdated(plan_for(surveyed()), replace(surveyed().destination, rights=fewer)) == ()


@pytest.mark.parametrize(("there", "prearchive"), [(None, ()), ((), None)])
def test_what_cannot_be_read_any_more_is_a_reason_and_never_nothing_there(
    there: tuple[SessionRow, ...] | None, prearchive: tuple[PrearchiveRow, ...] | None
) -> None:
    (reason,) = outdated(plan_for(surveyed()), surveyed(there, prearchive).destination)
    assert "could not be read" in reason


def test_a_plan_that_does_not_know_what_was_there_is_judged_by_conflicts_alone() -> None:
    old = plan_of(planned_session(study_uid=STUDY))
    assert outdated(old, with_settings(prearchive_code=5)) == ()
    assert len(outdated(old, surveyed((held(),)).destination)) == 1


def test_the_refusal_tells_the_first_reasons_and_how_many_more() -> None:
    sessions: list[PlannedSession] = [planned_session(f"S{number}") for number in range(8)]
    view = surveyed(tuple(held(one.to_session, "9") for one in sessions)).destination
    with pytest.raises(PlanOutdated, match=r"S4 is already in DST.*There are 3 more reasons"):
        refuse_outdated(plan_of(*sessions), view)


def test_a_plan_holds_no_text_of_a_script() -> None:
    survey = surveyed()
    script = Script(enabled=True, text='(0010,0010) := "DOE^JANE"')
    survey = replace(survey, destination=with_settings(site_script=script))
    assert "DOE" not in to_toml(plan_for(survey))


def test_a_run_refuses_before_it_makes_anything(tmp_path: Path) -> None:
    with shore(tmp_path) as sea:
        sea.make_plan()
        plan = read_plan(sea.plan)
        write_plan(replace(plan, seen=replace(plan.seen, prearchive_code=4)), sea.plan)
        before = len(sea.server.log())
        done = sea.ferry("run", sea.plan)
        assert done.returncode == 1
        assert "does not fit DST" in done.stderr
        assert "sessions wait in the prearchive" in done.stderr
        assert "Make a new plan" in done.stderr
        assert not sea.transfers.exists()
        assert len(sea.server.log()) - before <= 15
