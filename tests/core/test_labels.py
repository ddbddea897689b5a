"""Label rules: what a session will be called, and where that is refused or unusual."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.making import chosen, session_row, survey_of
from tests.core.shore import Shore, shore
from xnat_ferry.checks import ConflictClass, run_checks
from xnat_ferry.checks.finding import Finding
from xnat_ferry.errors import BadLabelRule
from xnat_ferry.labels import KEEP, LabelRules, Labels, common_shape, parse_rule
from xnat_ferry.model import SessionRow, Verdict
from xnat_ferry.plan import read_plan
from xnat_ferry.plan.label_table import read_label_table, write_label_table
from xnat_ferry.survey import Survey

ROW = session_row("001_MR1", "001", date="2024-03-05", xsi_type="xnat:mrSessionData")


def rules(*texts: str) -> LabelRules:
    return LabelRules(rules=tuple(parse_rule(text) for text in texts))


@pytest.mark.parametrize(
    ("given", "subject", "session"),
    [
        ([], "001", "001_MR1"),
        (["prefix=P"], "P001", "P001_MR1"),
        (["suffix=_b"], "001_b", "001_MR1_b"),
        (["subject.prefix=P"], "P001", "001_MR1"),
        (["session.suffix=x"], "001", "001_MR1x"),
        ([r"replace=^0+(\d)/S\1"], "S1", "S1_MR1"),
        (["replace=_MR1/"], "001", "001"),
        (["template={subject}_{modality}_{date}"], "001", "001_MR_20240305"),
        (["subject.prefix=P", "template={subject}-{modality}"], "P001", "P001-MR"),
        (["subject.template=X{subject}"], "X001", "001_MR1"),
    ],
)
def test_rules_are_applied_in_order(given: list[str], subject: str, session: str) -> None:
    assert rules(*given).apply(ROW) == Labels(subject, session)


@pytest.mark.parametrize(
    "text",
    [
        "prefix",
        "nonsense=1",
        "project.prefix=1",
        "replace=[/x",
        "replace=x",
        r"replace=(a)/\2",
        "replace=/x",
        "template={nobody}",
        "template={subject",
        "prefix=\udcff",
        "",
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_with_its_words(text: str) -> None:
    with pytest.raises(BadLabelRule) as caught:
        parse_rule(text)
    assert f"'{text}'" in str(caught.value)


words = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), min_size=1, max_size=8).filter(
    lambda text: text == text.strip()
)


@given(st.lists(st.tuples(words, words, words), unique_by=lambda one: one[0], max_size=5))
def test_a_table_reads_back_as_text(
    tmp_path_factory: pytest.TempPathFactory, names: list[tuple[str, str, str]]
) -> None:
    path = tmp_path_factory.mktemp("labels") / "labels.csv"
    rows = [session_row(label, subject, id=key) for key, subject, label in names]
    write_label_table(path, rows, KEEP)
    assert read_label_table(path) == {row.id: Labels(row.subject, row.label) for row in rows}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a,b\n1,2\n", "must name the columns"),
        ("session,to_subject,to_session\nA,001,\n", "line 2 leaves a label empty"),
        ("session,to_subject,to_session\nA,1,2\nA,1,3\n", "line 3 names A again"),
        ("", "must name the columns"),
    ],
)
def test_a_table_that_makes_no_sense_is_named_by_line(content: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text(content)
    with pytest.raises(BadLabelRule, match=words):
        read_label_table(path)


def test_a_table_wins_over_the_rules_and_keeps_its_zeros(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text("session,to_subject,to_session\n001_MR1,007,007_MR1\n")
    asked = LabelRules(rules=rules("prefix=P").rules, table=read_label_table(path))
    assert asked.apply(ROW) == Labels("007", "007_MR1")
    assert asked.apply(session_row("002_MR1", "002")) == Labels("P002", "P002_MR1")


def labels_of(survey: Survey, asked: LabelRules = KEEP) -> list[Finding]:
    return [one for one in run_checks(survey, asked).findings if one.check == "labels"]


def there(*labels: str) -> tuple[SessionRow, ...]:
    return tuple(session_row(label, label.partition("_")[0], owner="DST") for label in labels)


def test_labels_unlike_all_that_are_there_are_pointed_out() -> None:
    survey = survey_of(chosen(session_row("sub-9", "sub")), there=there("P01_MR1", "P02_MR1", "P03_MR1"))
    found = labels_of(survey)
    assert [one.verdict for one in found] == [Verdict.WARN] * 2
    assert "look like P01_MR1" in found[1].message
    assert "sub-9" in found[1].message
    (fine,) = labels_of(survey, rules("subject.template=P09", "template=P09_MR1"))
    assert fine.verdict == Verdict.OK
    assert fine.evidence == {"sub/sub-9": "P09/P09_MR1"}


def test_few_or_mixed_labels_are_no_convention() -> None:
    assert common_shape(["a1", "b2"]) is None
    assert common_shape(["a1", "b-2", "cc", "1"]) is None
    assert common_shape(["P01", "P2", "Q33", "Q4", "x-1"]) == "A9"


def test_a_table_that_names_nobody_is_told() -> None:
    asked = LabelRules(table={"typo": Labels("a", "b")})
    (found,) = labels_of(survey_of(chosen(ROW)), asked)
    assert found.verdict == Verdict.WARN
    assert "typo" in found.message


def test_conflicts_are_those_of_the_new_labels() -> None:
    survey = survey_of(chosen(ROW), there=(session_row("001_MR1", study_uid="9", owner="DST"),))
    assert [one.kind for one in run_checks(survey).conflicts] == [ConflictClass.OTHER_STUDY]
    assert run_checks(survey, rules("prefix=P")).conflicts == ()
    (bad,) = run_checks(survey, rules("session.prefix=a b")).conflicts
    assert bad.kind == ConflictClass.BAD_LABEL


def test_two_sessions_mapped_to_one_label_are_found_before_anything_runs() -> None:
    survey = survey_of(chosen(session_row("a_MR1", "a")), chosen(session_row("b_MR1", "b")))
    kinds = [one.kind for one in run_checks(survey, rules("template={modality}")).conflicts]
    assert kinds == [ConflictClass.DUPLICATE_TARGET] * 2


def test_a_plan_carries_sessions_under_their_new_labels(tmp_path: Path) -> None:
    with shore(tmp_path) as sea:
        sea.make_plan("--labels", "prefix=P", "session.suffix=_x", "--to", "archive")
        assert sea.ferry("run", sea.plan).returncode == 0
        assert set(sea.archived("DST")) == {"P001_MR1_x", "P002_CT1_x"}
        (project,) = [one for one in sea.server.state()["projects"] if one["id"] == "DST"]
        assert {one["subject"] for one in project["sessions"]} == {"P001", "P002"}


def test_labels_go_out_as_csv_are_changed_and_come_back(tmp_path: Path) -> None:
    with shore(tmp_path) as sea:
        table = change_a_label(sea)
        done = sea.ferry("plan", "SRC", "DST", "-o", sea.plan, "--labels", table)
        assert "001/001_MR1  ->  001/again_MR1" in done.stdout
        plan = read_plan(sea.plan)
        assert [(one.to_subject, one.to_session) for one in plan.sessions] == [
            ("001", "again_MR1"),
            ("002", "002_CT1"),
        ]
        refused = sea.ferry("check", "SRC", "DST", "--labels", "prefx=P")
        assert refused.returncode == 2
        assert "prefx=P" in refused.stderr


def change_a_label(sea: Shore) -> Path:
    path = sea.home / "labels.csv"
    assert sea.ferry("check", "SRC", "DST", "--write-labels", path).returncode == 0
    with path.open(newline="") as file:
        head, first, *rest = csv.reader(file)
    first[4] = "again_MR1"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([head, first, *rest])
    return path
