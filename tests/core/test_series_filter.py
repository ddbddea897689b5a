"""What a series filter refuses, and when that cannot be told."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xnat_ferry.dicom.series_filter import SERIES_DESCRIPTION, ValuesOf, refuses, untried
from xnat_ferry.project import SeriesFilter

MODALITY = 0x00080060


def rules(*lines: str, mode: str = "blacklist", enabled: bool = True) -> SeriesFilter:
    return SeriesFilter(enabled=enabled, mode=mode, patterns="\n".join(lines))


def described(value: str | None) -> ValuesOf:
    return lambda tag: (() if value is None else (value,)) if tag == SERIES_DESCRIPTION else None


@pytest.mark.parametrize("value", ["localizer", "3 LOCALIZER 3", "t1", None])
def test_a_blacklist_refuses_what_a_whitelist_takes(value: str | None) -> None:
    matches = value is not None and "localizer" in value.lower()
    assert refuses(rules("localizer"), described(value)) is matches
    assert refuses(rules("localizer", mode="whitelist"), described(value)) is not matches


def test_a_filter_that_is_off_refuses_nothing() -> None:
    assert refuses(rules(".*", enabled=False), described("t1")) is False
    assert refuses(rules(), described("t1")) is False


def test_an_empty_whitelist_takes_nothing() -> None:
    assert refuses(rules("# nothing yet", mode="whitelist"), described("t1")) is True


@pytest.mark.parametrize("mode", ["modalityMap", "", "other"])
def test_other_modes_cannot_be_told(mode: str) -> None:
    assert refuses(rules("t1", mode=mode), described("t1")) is None


def test_sections_comments_and_the_patterns_lines() -> None:
    filter_ = rules("# scouts", "^scout", "", "[Modality]", "^SR$", "[(0008,103E)]", "phoenix")

    def look(description: str, modality: str) -> bool | None:
        values = {SERIES_DESCRIPTION: (description,), MODALITY: (modality,)}
        return refuses(filter_, values.get)

    assert look("Scout", "MR") is True
    assert look("t1", "SR") is True
    assert look("Phoenix", "MR") is True
    assert look("my scout", "MR") is False
    assert look("# scouts", "MR") is False
    assert refuses(rules(r"scout\n^t1"), described("t1 mprage")) is True  # as some configurations are stored


def test_an_element_that_is_there_and_one_that_is_not() -> None:
    assert refuses(rules("EXISTS"), described("x")) is True
    assert refuses(rules("EXISTS"), described(None)) is False
    assert refuses(rules("!EXISTS"), described(None)) is True
    assert refuses(rules(".*"), described(None)) is False


def test_what_is_not_known_is_unknown_unless_it_does_not_matter() -> None:
    both = rules("^scout", "[Modality]", "^SR$")
    assert refuses(both, described("scout")) is True
    assert refuses(both, described("t1")) is None
    assert refuses(rules("[NoSuchKeyword]", "x"), described("t1")) is None


UNTRIABLE = [
    "(",
    r"\p{Alpha}",
    "[a-z&&[^b]]",
    "[a[b]]",
    "[a--b]",
    "[]--b]",
    r"[a\]--b]",
    r"\\[a[b]]",
    r"t1\Z",
    "t1(?i)x",
    "(?u)t1",
    "(a+)+$",
    "(a|a)*b",
    "(.*)*x",
    ".*" * 30 + "x",
    "a?" * 40 + "a" * 40,
    "(a|a)" * 40 + "b",
    "(a|)" * 40 + "b",
    "x" * 501,
    "a{1,200}" * 20 + "b",
]


@pytest.mark.parametrize("pattern", UNTRIABLE)
def test_a_pattern_that_is_none_or_may_never_end_is_not_tried(pattern: str) -> None:
    value = "a" * 64
    assert refuses(rules(pattern), described(value)) is None
    assert refuses(rules(pattern, mode="whitelist"), described(value)) is None
    assert refuses(rules(pattern, "^aaa"), described(value)) is True  # another line decides


def test_the_lines_that_cannot_be_tried_are_named() -> None:
    assert untried(rules("t1", "(", "[Nothing]", "x")) == ("(", "x")


@pytest.mark.parametrize(
    "pattern",
    [
        ".*localizer.*",
        "^(scout|localizer|aahead|phoenix).*$",
        "(?i)loc",
        "^(?!.*(t1|t2)).*$",
        "a{2,3}",
        "[^]a]+",
        r"^\[loc\] [0-9]+ \[x--y\]$",
    ],
)
def test_patterns_of_every_day_are_tried(pattern: str) -> None:
    assert refuses(rules(pattern), described("AAHead_Scout_64ch-head-coil")) is not None


WORDS = st.text(alphabet="abAB1_ ", max_size=8)
SIMPLE = st.tuples(
    st.sampled_from(["", "^", ".*"]), WORDS.map(str.strip), st.sampled_from(["", "$", ".*", "."])
)


@given(st.lists(SIMPLE.map("".join), max_size=4), st.sampled_from(["blacklist", "whitelist"]), WORDS)
def test_simple_patterns_do_what_a_plain_search_does(lines: list[str], mode: str, value: str) -> None:
    wanted = [line for line in lines if line.strip()]
    found = any(re.search(line.strip().lower(), value.lower()) for line in wanted)
    assert refuses(rules(*lines, mode=mode), described(value)) is (found == (mode == "blacklist"))


@given(st.text(max_size=80), st.text(max_size=64))
def test_any_text_may_stand_in_a_filter(text: str, value: str) -> None:
    black = refuses(rules(text), described(value))
    white = refuses(rules(text, mode="whitelist"), described(value))
    assert white is (None if black is None else not black)


@given(st.text(alphabet=r"ab.*+?|()[]{}\1,^$-", max_size=40))
def test_whatever_is_tried_comes_to_an_end(pattern: str) -> None:
    assert refuses(rules(pattern), described("ab" * 30)) in (True, False, None)
