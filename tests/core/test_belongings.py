"""What else belongs to a session, judged: words of --with, files and values compared. Pure."""

import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.making import survey_of
from xnat_ferry.belongings import (
    Existing,
    HeldFile,
    HeldResource,
    Kind,
    Level,
    compare_files,
    fingerprint,
    why_not,
)
from xnat_ferry.belongings.values import differing, values_of_session, values_of_subject, what_to_write
from xnat_ferry.belongings.wish import Wish, parse_wish
from xnat_ferry.checks.belongings import check_belongings
from xnat_ferry.errors import UsageError
from xnat_ferry.model import Mark, Where
from xnat_ferry.survey.seen_belongings import BelongingsSeen, SeenResource
from xnat_ferry.xnat.resources import zipped_path

SUBJECT = {
    "data_fields": {"ID": "XNAT_S1", "label": "001", "project": "SRC", "group": "g1"},
    "children": [
        {
            "field": "demographics",
            "items": [{"data_fields": {"gender": "female", "yob": 1980, "xnat_demographicData_id": 3}}],
        },
        {"field": "fields/field", "items": [{"data_fields": {"name": "arm", "field": "a &amp; b"}}]},
    ],
}
SESSION = {
    "data_fields": {"ID": "XNAT_E1", "note": "restless", "date": "2024-03-05"},
    "children": [
        {
            "field": "scans/scan",
            "items": [{"data_fields": {"ID": "1", "quality": "questionable", "note": "motion"}}],
        }
    ],
}


def resource(level: Level, label: str) -> HeldResource:
    return HeldResource(level=level, label=label)


@pytest.mark.parametrize(
    ("words", "wanted", "others"),
    [
        (["resources"], [("session", "BIDS"), ("project", "P"), ("scan", "NIFTI")], [("scan", "DICOM")]),
        (["resources=BIDS,QC"], [("session", "BIDS"), ("subject", "QC")], [("session", "X")]),
        (["resources=session:BIDS"], [("session", "BIDS")], [("scan", "BIDS")]),
        (["resources=project:"], [("project", "any")], [("session", "any"), ("assessor", "any")]),
        (["resources=notes"], [("session", "notes")], [("session", "BIDS")]),
        (["resources=A", "demographics"], [("session", "A")], [("session", "demographics")]),
        (["demographics,fields"], [], [("session", "BIDS")]),
    ],
)
def test_which_resources_are_meant(
    words: list[str], wanted: list[tuple[str, str]], others: list[tuple[str, str]]
) -> None:
    wish = parse_wish(words)
    assert all(wish.wants(resource(Level(level), label)) for level, label in wanted)
    assert not any(wish.wants(resource(Level(level), label)) for level, label in others)


def test_kinds_are_told_from_labels() -> None:
    assert parse_wish(["resources=BIDS,quality", "notes"]).kinds == (Kind.QUALITY, Kind.NOTES)


@pytest.mark.parametrize(("word", "says"), [("demografics", "is none of"), ("assessor", "is none of")])
def test_other_words_are_refused(word: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        parse_wish([word])


def test_files_are_the_same_by_size_and_digest_alone() -> None:
    here = [HeldFile(path=name, size=3, digest="d") for name in "abcde"]
    there = [
        HeldFile(path="a", size=3, digest="d"),
        HeldFile(path="b", size=4, digest="d"),
        HeldFile(path="c", size=3, digest="e"),
        HeldFile(path="d", size=3),
        HeldFile(path="z", size=3, digest="d"),
    ]
    marks = {
        "a": Mark.SAME,
        "b": Mark.DIFFERS,
        "c": Mark.DIFFERS,
        "d": Mark.UNKNOWN,
        "e": Mark.ONLY_SOURCE,
        "z": Mark.ONLY_DESTINATION,
    }
    assert compare_files(here, there).marks == marks


@pytest.mark.parametrize(
    ("marks", "verdict"),
    [("==", "proven"), ("=-", "proven"), ("=?", "unknown"), ("?+", "differs"), ("", "proven")],
)
def test_what_is_not_known_is_never_proven(marks: str, verdict: str) -> None:
    here = [HeldFile(path=str(n), size=1, digest="d") for n, mark in enumerate(marks) if mark != "-"]
    there = [
        HeldFile(path=str(n), size=1, digest="" if mark == "?" else "d")
        for n, mark in enumerate(marks)
        if mark != "+"
    ]
    assert compare_files(here, there).verdict == verdict


@given(st.lists(st.text(min_size=1), unique=True, max_size=6))
def test_a_fingerprint_is_of_the_files_in_any_order(paths: list[str]) -> None:
    files = [HeldFile(path=path, size=1, digest="d") for path in paths]
    assert fingerprint(files) == fingerprint(reversed(files))
    assert fingerprint(files) != fingerprint([*files, HeldFile(path="one more", size=0, digest="")])


@pytest.mark.parametrize("path", ["a_catalog.xml", "/a", "a//b", "../a", "a/./b", "", "a/", "\ud800"])
def test_names_that_a_server_would_not_store(path: str) -> None:
    assert why_not(path)


@given(st.text(string.ascii_letters + " %+#?&'\"\\é文.-", min_size=1).filter(lambda name: name.strip(".")))
def test_any_other_name_is_fine(name: str) -> None:
    assert not why_not(f"folder/{name}")


@pytest.mark.parametrize(
    ("label", "said"),
    [("", "no label"), ("12", "a number"), ("a b", "otherwise"), ("a,b", "otherwise"), ("é", "otherwise")],
)
def test_a_resource_whose_label_no_address_can_name_stays_behind(label: str, said: str) -> None:
    one = SeenResource(level=Level.SESSION, holder="001_MR1", label=label, files=1, bytes=1)
    seen = BelongingsSeen(wish=Wish(), resources=(one,))
    (finding,) = check_belongings(replace(survey_of(), belongings=seen), Where.ARCHIVE)
    assert finding.kind == "resource-unlabelled"
    assert said in finding.message
    assert replace(one, label="BIDS_v1.0-a").addressable


def test_a_zip_has_names_without_two_words() -> None:
    assert zipped_path("a/files/resources/b") == "a/b"
    assert zipped_path("files/x") == "x"


def test_values_come_with_the_path_that_writes_them() -> None:
    found = {one.name: (one.path, one.text) for one in values_of_subject(SUBJECT, list(Kind))}
    assert found == {
        "group": ("group", "g1"),
        "gender": ("demographics[@xsi:type=xnat:demographicData]/gender", "female"),
        "yob": ("demographics[@xsi:type=xnat:demographicData]/yob", "1980"),
        "arm": ("fields/field[name=arm]/field", "a & b"),
    }
    assert not list(values_of_subject(SUBJECT, [Kind.NOTES]))
    of_session = {(one.scan, one.name): one.text for one in values_of_session(SESSION, list(Kind))}
    assert of_session == {
        ("", "note"): "restless",
        ("", "date"): "2024-03-05",
        ("1", "quality"): "questionable",
        ("1", "note"): "motion",
    }


@pytest.mark.parametrize(
    ("existing", "written", "kept", "refused"),
    [(None, [], [], ["gender"]), (Existing.KEEP, [], ["gender"], []), (Existing.REPLACE, ["gender"], [], [])],
)
def test_another_value_is_written_over_by_a_persons_word_alone(
    existing: Existing | None, written: list[str], kept: list[str], refused: list[str]
) -> None:
    here = list(values_of_subject(SUBJECT, [Kind.DEMOGRAPHICS]))
    other = {
        "data_fields": {},
        "children": [{"field": "demographics", "items": [{"data_fields": {"gender": "male"}}]}],
    }
    there = list(values_of_subject(other, [Kind.DEMOGRAPHICS]))
    writing = what_to_write(here, there, existing)
    assert [one.name for one in writing.write if one.name == "gender"] == written
    assert {one.name for one in writing.write} - {"gender"} == {"group", "yob"}
    assert [one.name for one in writing.kept] == kept
    assert [one.name for one in writing.refused] == refused
    assert {one.name for one in differing(here, there)} == {"group", "gender", "yob"}


def test_what_the_importer_filled_in_is_nobodys_word() -> None:
    here = list(values_of_session(SESSION, [Kind.QUALITY]))
    usable = {
        "data_fields": {},
        "children": [{"field": "scans/scan", "items": [{"data_fields": {"ID": "1", "quality": "usable"}}]}],
    }
    there = list(values_of_session(usable, [Kind.QUALITY]))
    assert [one.name for one in what_to_write(here, there, None).refused] == ["quality"]
    writing = what_to_write(here, there, None, fresh=frozenset({Level.SCAN}))
    assert {one.name for one in writing.write} == {"quality", "note"}


@pytest.mark.parametrize("text", ["NULL", "x" * 5000])
def test_what_a_parameter_cannot_say_is_refused(text: str) -> None:
    here = list(values_of_session({"data_fields": {"note": text}, "children": []}, [Kind.NOTES]))
    assert [one.name for one in what_to_write(here, [], Existing.REPLACE).refused] == ["note"]
    assert [one.name for one in what_to_write(here, [], Existing.KEEP).kept] == ["note"]


def variables(**named: str) -> dict[str, Any]:
    fields = [{"data_fields": {"name": name, "field": value}} for name, value in named.items()]
    return {"data_fields": {}, "children": [{"field": "fields/field", "items": fields}]}


def test_a_variable_whose_name_no_parameter_can_carry_is_not_lost_without_a_word() -> None:
    odd = {"it's": "1", "a[b]": "2", 'q"q': "3", "plain one": "4"}
    here = list(values_of_session(variables(**odd), [Kind.FIELDS]))
    writing = what_to_write(here, [], None)
    assert [one.name for one in writing.write] == ["plain one"]
    assert {one.name for one in writing.refused} == odd.keys() - {"plain one"}


def test_a_variable_that_is_called_as_a_value_of_xnats_own_is_another_one() -> None:
    here = list(values_of_session({**variables(note="odd"), "data_fields": {"note": "odd"}}, list(Kind)))
    there = list(values_of_session(variables(note="odd"), list(Kind)))
    writing = what_to_write(here, there, None)
    assert [(one.kind, one.name) for one in writing.write] == [(Kind.NOTES, "note")]
    assert [(one.kind, one.name) for one in writing.same] == [(Kind.FIELDS, "note")]
