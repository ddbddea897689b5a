"""What ``plan`` shows and writes, and the code with which it ends."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from rich.cells import cell_len

from tests.core.making import chosen, plan_of, planned, session_row, survey_of
from tests.core.shore import TWO_SESSIONS, USERS, Shore, shore
from xnat_ferry.cli.commands.plan import write
from xnat_ferry.cli.options.surveying import Surveying
from xnat_ferry.cli.surveying import write_labels
from xnat_ferry.cli.telling.checklist import checklist_lines
from xnat_ferry.cli.telling.ending import Command, plan_ending
from xnat_ferry.cli.telling.planned import plan_lines
from xnat_ferry.errors import UsageError
from xnat_ferry.labels import LabelRules
from xnat_ferry.plan import Plan, parse_answers, read_plan
from xnat_ferry.plan.build import PlanRequest
from xnat_ferry.plan.judged import Judged, judge
from xnat_ferry.survey import Survey


def page(plan: Plan) -> list[str]:
    return [line.text for line in plan_lines(plan, 80)]


def judged(survey: Survey, *answers: str) -> Judged:
    return judge(survey, PlanRequest(made="now", answers=parse_answers(answers)))


def ending(what: Judged) -> list[str]:
    given = Command(("SRC", "DST"), Surveying())
    return [line.text for line in plan_ending(what, given, "plan.toml", 80)]


def test_every_session_stands_with_its_labels_before_and_after() -> None:
    lines = page(plan_of(planned("a", to_subject="P1", to_session="P_a"), planned("longer")))
    assert "  001/a       ->  P1/P_a" in lines
    assert "  001/longer  ->  001/longer" in lines


def test_a_long_plan_names_the_table_that_has_them_all() -> None:
    text = "\n".join(page(plan_of(*(planned(f"S{number}") for number in range(25)))))
    assert "001/S19" in text
    assert "001/S20" not in text
    assert "and 5 more; in all 25 copy. --write-labels FILE.csv lists the labels of all." in text


def test_what_stays_behind_is_named() -> None:
    left = tuple(f"resource NIFTI of scan {number}" for number in range(5))
    text = " ".join(" ".join(page(plan_of(planned(left_behind=left)))).split())
    assert "left behind: resource NIFTI of scan 0; resource NIFTI of scan 1;" in text
    assert "and 2 more" in text


def test_a_plan_shows_what_is_fine_in_a_line_an_item() -> None:
    lines = [line.text for line in checklist_lines(judged(survey_of(chosen(session_row()))), 80, brief=True)]
    assert len(lines) == 10


def test_a_plan_that_decides_everything_leads_to_the_run() -> None:
    assert ending(judged(survey_of(chosen(session_row()))))[-1].strip() == "xnat-ferry run plan.toml"


def test_a_plan_that_leaves_something_open_leads_to_another_plan() -> None:
    row = session_row()
    survey = survey_of(chosen(row), there=(replace(row, owner="DST", study_uid="9"),))
    lines = ending(judged(survey))
    assert "plan.toml leaves 1 session undecided: answer the conflicts above." in lines
    assert lines[-1].strip() == "xnat-ferry plan SRC DST --on-conflict other-study=skip"
    assert any("carries nothing" in line for line in ending(judged(survey, "other-study=skip")))


# against a server

THERE = """
[[sessions]]
project = "DST"
subject = "001"
label = "001_MR1"
modality = "MR"
scans = [{ id = "1", type = "other", files = 2 }]
"""


@pytest.fixture(scope="module")
def sea(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shore]:
    with shore(tmp_path_factory.mktemp("sea"), USERS + TWO_SESSIONS + THERE) as made:
        yield made


def test_an_open_question_is_written_and_ends_with_a_no(sea: Shore, tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    done = sea.ferry("plan", "SRC", "DST", "-o", path)
    assert done.returncode == 1
    assert [one.session for one in read_plan(path).undecided] == ["001_MR1"]
    # nobody can break a path
    assert max(cell_len(line.replace(str(path), "plan.toml")) for line in done.stdout.splitlines()) <= 80
    assert f"--output {path}" in " ".join(done.stdout.replace("\\\n", "").split())


def test_answers_decide_and_the_plan_that_was_there_is_kept(sea: Shore, tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text("# mine\n")
    answers = ["--on-conflict", "001_MR1=rename:again"]
    done = sea.ferry("plan", "SRC", "DST", "-o", path, *answers, "--json")
    answer = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert (answer["plan"], answer["totals"]["sessions"]) == (str(path), 2)
    assert answer["conflicts"][0]["answered"] == "rename:again"
    assert {one.to_session for one in read_plan(path).travelling} == {"again", "002_CT1"}
    assert path.with_name("plan.toml.bak").read_text() == "# mine\n"


def test_what_is_no_file_is_not_moved_out_of_a_plans_way(tmp_path: Path) -> None:
    (tmp_path / "kept").touch()
    for folder in (tmp_path, Path("/"), Path()):
        with pytest.raises(UsageError, match="is there and is no file"):
            write(plan_of(planned()), folder)
    with pytest.raises(UsageError, match="is there and is no file"):
        write_labels(tmp_path, survey_of(chosen(session_row())), LabelRules())
    assert (tmp_path / "kept").exists()


def test_labels_that_somebody_changed_are_kept_beside_those_written_anew(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text("mine")
    write_labels(path, survey_of(chosen(session_row())), LabelRules())
    assert (path.with_name("labels.csv.bak").read_text(), path.read_text()[:3]) == ("mine", "id,")


def test_a_failed_check_writes_no_plan(sea: Shore, tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    done = sea.ferry("plan", "SRC", "DST", "-o", path, XNAT_USER="carl")
    assert done.returncode == 1
    assert "No plan was written." in done.stdout
    assert not path.exists()


def test_what_is_not_known_is_planned_but_not_a_yes(sea: Shore, tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    done = sea.ferry("plan", "SRC", "DST", "-o", path, "--headers", "none", "--sessions", "002_CT1")
    assert done.returncode == 1
    assert len(read_plan(path).travelling) == 1
    assert "could not be known" in " ".join(done.stdout.split())
