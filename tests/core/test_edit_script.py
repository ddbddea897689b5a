"""A DicomEdit script is read for what it surely does; the rest is unclear, never taken for nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xnat_ferry.dicom.edit_script import Effect, effects

NAME, ID, BIRTH, COMMENTS, MODALITY = 0x00100010, 0x00100020, 0x00100030, 0x00104000, 0x00080060
REQUEST = 0x00400275


@pytest.mark.parametrize(
    ("line", "effect"),
    [
        ("(0010,0010) := subject", Effect.LABEL),
        ('(0010,0010) := "ANON"', Effect.CONSTANT),
        ("(0010,0010) := 'it''s'", Effect.CONSTANT),
        ('(0010,0010) := ""', Effect.CONSTANT),
        ('(0010,0010) ?= "ANON"', Effect.CONSTANT),
        ('(0010,0010) := concatenate[subject, "_", session]', Effect.LABEL),
        ("(0010,0010) := lowercase[(0010,0010)]", Effect.COMPUTED),
        ("(0010,0010) := (0010,0020)", Effect.COMPUTED),
        ("(0010,0010) := hashUID[(0010,0010)]", Effect.CONSTANT),
        ("- (0010,0010)", Effect.REMOVED),
        ("-(0010,0010) // gone", Effect.REMOVED),
        ("- (0010,XXXX)", Effect.REMOVED),
        ("- (001@,00@0)", Effect.KEPT),
        ('(0008,0060) = "MR" ? (0010,0010) := "A"', Effect.UNCLEAR),
        ('(0008,0060) ~ "M.?" ? - (0008,0050) : - (0010,0010)', Effect.UNCLEAR),
        ('(0010,0010) := lookup["a", (0010,0010)]', Effect.UNCLEAR),
        ("(0010,0010) := nobody", Effect.UNCLEAR),
        ('frobnicate["all"]', Effect.UNCLEAR),
        ("(0010,0020) := session", Effect.KEPT),
        ("// (0010,0010) := subject", Effect.KEPT),
        ('version "6.3"', Effect.KEPT),
        ('describe site "https://a.example // b"', Effect.KEPT),
        ("removeAllPrivateTags", Effect.KEPT),
        ("", Effect.KEPT),
    ],
)
def test_a_line_has_this_effect_on_a_patients_name(line: str, effect: Effect) -> None:
    assert effects(line).on(NAME) == effect


def test_lines_work_in_their_order_and_variables_are_remembered() -> None:
    script = effects('who := format["{0}", subject]\n(0010,0010) := who\n(0010,0020) := who\n- (0010,0020)\n')
    assert (script.on(NAME), script.on(ID)) == (Effect.LABEL, Effect.REMOVED)


def test_what_is_surely_gone_stays_gone_where_a_condition_replaces_it_once_more() -> None:
    script = effects('(0010,0010) := subject\n(0008,0060) = "MR" ? (0010,0010) := "A"\n')
    assert script.on(NAME) == Effect.LABEL
    again = effects('(0010,0010) := subject\n(0008,0060) = "MR" ? (0010,0010) := (0010,0020)\n')
    assert again.on(NAME) == Effect.UNCLEAR


def test_statements_within_braces_depend_on_what_stands_before_them() -> None:
    script = effects('if ((0008,0060) = "MR") {\n  (0010,0010) := subject\n}\n- (0010,0020)\n')
    assert (script.on(NAME), script.on(ID)) == (Effect.UNCLEAR, Effect.REMOVED)


def test_an_assignment_does_not_reach_into_sequences_and_a_deletion_takes_them_whole() -> None:
    assert effects("(0010,0010) := subject").on(NAME, (REQUEST,)) == Effect.KEPT
    assert effects("- (0010,0010)").on(NAME, (REQUEST,)) == Effect.KEPT
    assert effects("- (0040,0275)").on(NAME, (REQUEST,)) == Effect.REMOVED
    assert effects('(0040,0275)[%]/(0010,0010) := "A"').on(NAME, (REQUEST,)) == Effect.UNCLEAR


def test_private_elements_go_at_the_top_and_perhaps_within_sequences() -> None:
    script = effects("removeAllPrivateTags")
    assert script.on(0x00191010, (), "SIEMENS") == Effect.REMOVED
    assert script.on(0x00191010, (REQUEST,), "SIEMENS") == Effect.UNCLEAR
    assert script.on(NAME) == Effect.KEPT
    kept = effects('retainPrivateTags["(0019,{SIEMENS}10)"]')
    assert kept.on(0x00291010, (), "OTHER") == Effect.UNCLEAR


def test_a_private_tag_is_that_of_its_creator() -> None:
    script = effects("- (0019,{SIEMENS MR}10)")
    assert script.on(0x00191110, (), "SIEMENS MR") == Effect.REMOVED
    assert script.on(0x00191110, (), "GE") == Effect.KEPT
    assert script.on(0x00191111, (), "SIEMENS MR") == Effect.KEPT


def test_wildcards_stand_for_digits() -> None:
    script = effects("- (50X@,XXXX)\n- (60#0,30X0)")
    assert script.on(0x50020010) == Effect.REMOVED
    assert script.on(0x50010010) == Effect.KEPT
    assert script.on(0x60103010) == Effect.REMOVED
    assert script.on(0x60003010) == Effect.KEPT


def test_what_is_not_understood_is_counted_and_blames_what_it_names() -> None:
    script = effects('mapUID["(0020,000D)", "x"]\n(0008,0060) = "CT" ? - (0010,4000)\n???\n')
    assert (script.not_understood, script.conditional) == (2, 1)
    named = effects('blank["(0010,0030)"]')
    assert (named.on(BIRTH), named.on(NAME)) == (Effect.UNCLEAR, Effect.KEPT)


TAGS = st.sampled_from([NAME, ID, BIRTH, COMMENTS, MODALITY])


@given(st.text(alphabet="(0123458),:=?-\"' {}[]/~!subjectX@#\n", max_size=200), TAGS)
def test_any_text_is_read_without_an_error(text: str, tag: int) -> None:
    assert effects(text).on(tag) in Effect


STATEMENT = st.tuples(TAGS, st.sampled_from(["label", "constant", "computed", "removed"]))


@given(st.lists(STATEMENT, max_size=8))
def test_the_last_statement_about_a_tag_is_the_one_that_counts(statements: list[tuple[int, str]]) -> None:
    written = {
        "label": "{} := session",
        "constant": '{} := "x"',
        "computed": "{} := uppercase[(0008,0070)]",
        "removed": "- {}",
    }
    names = {tag: f"({tag >> 16:04x},{tag & 0xFFFF:04X})" for tag, _ in statements}
    script = effects("\n".join(written[kind].format(names[tag]) for tag, kind in statements))
    assert {tag: script.on(tag) for tag in names} == dict(statements)
