"""What the destination's settings would do to a transfer."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.making import FULL, PLAIN, chosen, header_of, session_row, survey_of
from xnat_ferry.checks.finding import Finding
from xnat_ferry.checks.settings import check_settings
from xnat_ferry.dicom.header import HeaderElement
from xnat_ferry.labels import LabelRules, parse_rule
from xnat_ferry.listing import Listing
from xnat_ferry.model import ScanRow, Verdict
from xnat_ferry.project import ProjectSettings, SeriesFilter, Unread, UploaderRules
from xnat_ferry.survey import Chosen, Survey

LOCALIZER = ScanRow(id="1", uid="1.1", description="AAHead_Localizer")
T1 = ScanRow(id="2", uid="1.2", description="t1 mprage")


def surveyed(*sessions: Chosen, **settings: object) -> Survey:
    survey = survey_of(*(sessions or (chosen(session_row(date="2024-03-05"), LOCALIZER, T1),)))
    return replace(survey, destination=replace(survey.destination, settings=replace(PLAIN, **settings)))


def only(survey: Survey, to: str = "prearchive", rules: LabelRules | None = None) -> Finding:
    (finding,) = check_settings(survey, to, rules) if rules else check_settings(survey, to)
    assert finding.message
    assert finding.advice or finding.verdict == Verdict.OK
    return finding


def kinds(survey: Survey, to: str = "prearchive") -> list[tuple[str, Verdict]]:
    return [(one.kind, one.verdict) for one in check_settings(survey, to)]


def test_a_plain_project_stands_in_nobodys_way() -> None:
    finding = only(surveyed())
    assert (finding.verdict, finding.kind) == (Verdict.OK, "ok")
    assert finding.evidence["series filters"] == "none"


@pytest.mark.parametrize(
    ("code", "to", "expected"),
    [
        (0, "prearchive", ["ok"]),
        (4, "prearchive", ["auto-archive"]),
        (4, "archive", ["ok"]),
        (5, "prearchive", ["auto-overwrite"]),
        (5, "archive", ["auto-overwrite"]),
        (1, "prearchive", ["setting-unread"]),
        (None, "archive", ["setting-unread"]),
    ],
)
def test_what_the_prearchive_code_means(code: int | None, to: str, expected: list[str]) -> None:
    assert [kind for kind, _ in kinds(surveyed(prearchive_code=code), to)] == expected


def test_quarantine() -> None:
    assert kinds(surveyed(quarantine=True)) == [("quarantine", Verdict.WARN)]


@pytest.mark.parametrize("whose", ["site_filter", "project_filter"])
def test_a_filter_that_would_drop_a_scan_names_it(whose: str) -> None:
    filter_ = SeriesFilter(enabled=True, mode="blacklist", patterns=".*localizer.*")
    finding = only(surveyed(**{whose: filter_}))
    assert (finding.about, finding.kind, finding.verdict) == ("001_MR1", "filter-drops", Verdict.FAIL)
    assert finding.evidence == {f"the filter of the {whose.removesuffix('_filter')}": "scan 1"}


def test_a_filter_that_drops_nothing_chosen_is_fine_and_named() -> None:
    filter_ = SeriesFilter(enabled=True, mode="blacklist", patterns="^phoenix")
    assert only(surveyed(project_filter=filter_)).evidence["series filters"].startswith("project; none drops")


def test_two_filters_make_one_finding_a_session() -> None:
    black = SeriesFilter(enabled=True, mode="blacklist", patterns="localizer")
    white = SeriesFilter(enabled=True, mode="whitelist", patterns="localizer")
    finding = only(surveyed(site_filter=black, project_filter=white))
    assert finding.evidence == {"the filter of the site": "scan 1", "the filter of the project": "scan 2"}


def test_the_header_stands_over_the_list() -> None:
    row = session_row(date="2024-03-05")
    renamed = ScanRow(id="1", uid="1.1", description="survey")
    session = replace(chosen(row, renamed), headers=(header_of(row, LOCALIZER),))
    filter_ = SeriesFilter(enabled=True, mode="blacklist", patterns="localizer")
    assert only(surveyed(session, site_filter=filter_)).kind == "filter-drops"
    assert only(surveyed(replace(session, headers=()), site_filter=filter_)).kind == "ok"


def test_a_filter_on_another_element_needs_the_header() -> None:
    row = session_row(date="2024-03-05")
    header = header_of(row, T1, Modality="MR")
    session = replace(chosen(row, T1), headers=(header,))
    of_modality = SeriesFilter(enabled=True, mode="blacklist", patterns="[Modality]\n^MR$")
    assert only(surveyed(session, site_filter=of_modality)).kind == "filter-drops"
    unread = surveyed(replace(session, headers=()), site_filter=of_modality)
    assert kinds(unread) == [("filter-unread", Verdict.UNKNOWN)]
    of_number = SeriesFilter(enabled=True, mode="blacklist", patterns="[EchoTime]\n^3$")
    assert kinds(surveyed(session, site_filter=of_number)) == [("filter-unread", Verdict.UNKNOWN)]


def test_a_value_that_was_cut_cannot_be_judged() -> None:
    row = session_row(date="2024-03-05")
    header = header_of(row, T1)
    cut = replace(header, elements=(HeaderElement(0x0008103E, "LO", "x" * 200),))
    filter_ = SeriesFilter(enabled=True, mode="blacklist", patterns="y")
    session = replace(chosen(row, T1), headers=(cut,))
    assert kinds(surveyed(session, site_filter=filter_)) == [("filter-unread", Verdict.UNKNOWN)]


@pytest.mark.parametrize(
    ("mode", "patterns"), [("modalityMap", ""), ("blacklist", "(a+)+$"), ("blacklist", "(")]
)
def test_a_filter_that_cannot_be_tried_is_unknown(mode: str, patterns: str) -> None:
    filter_ = SeriesFilter(enabled=True, mode=mode, patterns=patterns)
    finding = only(surveyed(project_filter=filter_))
    assert (finding.about, finding.kind, finding.verdict) == ("DST", "filter-unread", Verdict.UNKNOWN)
    assert finding.evidence.get("lines that cannot be tried", "") == patterns


def test_a_session_that_was_not_looked_into_may_lose_scans() -> None:
    filter_ = SeriesFilter(enabled=True, mode="blacklist", patterns="localizer")
    blind = Chosen(row=session_row(date="2024-03-05"), detail=None)
    assert kinds(surveyed(blind, site_filter=filter_)) == [("filter-unread", Verdict.UNKNOWN)]
    assert kinds(surveyed(blind)) == [("ok", Verdict.OK)]


def test_a_type_that_may_not_be_created() -> None:
    rights = replace(FULL, creatable=("xnat:ctSessionData", "xnat:subjectData"))
    survey = surveyed()
    finding = only(replace(survey, destination=replace(survey.destination, rights=rights)))
    assert (finding.kind, finding.verdict) == ("type-missing", Verdict.FAIL)
    assert finding.evidence == {"type": "xnat:mrSessionData", "sessions": "1"}
    for creatable in ((), None, ("xnat:subjectData",)):
        rights = replace(FULL, creatable=creatable)
        assert only(replace(survey, destination=replace(survey.destination, rights=rights))).kind == "ok"


def test_subjects_that_an_uploader_shall_not_create() -> None:
    wishes = UploaderRules(allow_create_subject=False)
    survey = surveyed(uploader=wishes)
    there = (session_row("old", "P_001"),)
    survey = replace(survey, destination=replace(survey.destination, sessions=Listing(there)))
    assert only(survey).evidence == {"subjects": "001"}
    assert only(survey, rules=LabelRules(rules=(parse_rule("prefix=p_"),))).kind == "ok"


def test_the_other_wishes_of_a_project() -> None:
    wishes = UploaderRules(require_date=True, allow_bulk_upload=False, session_labels="S_%")
    dated, undated = session_row("a", date="2024-03-05"), session_row("b")
    assert kinds(surveyed(chosen(dated), chosen(undated), uploader=wishes)) == [
        ("uploader-date", Verdict.WARN),
        ("uploader-bulk", Verdict.WARN),
    ]
    assert only(surveyed(chosen(dated), uploader=wishes)).evidence["labels of sessions"] == "S_%"


def test_servers_without_digests() -> None:
    survey = surveyed(checksums=False)
    assert kinds(survey) == [("no-checksums", Verdict.WARN)]
    at_source = replace(surveyed().source, settings=ProjectSettings(checksums=False))
    finding = only(replace(surveyed(), source=at_source))
    assert (finding.about, finding.kind) == ("SRC", "no-checksums")
    assert "https://a.example" in finding.message


@pytest.mark.parametrize(
    ("version", "old"),
    [("1.7.6", True), ("", True), ("unknown", True), ("1.8.0", False), ("1.10.1", False), ("2.0", False)],
)
def test_the_versions_of_both_servers(version: str, old: bool) -> None:
    survey = surveyed()
    survey = replace(survey, source=replace(survey.source, version=version))
    assert only(survey).kind == ("old-server" if old else "ok")
    there = replace(survey.destination, version=version)
    same = replace(
        survey, destination=replace(there, endpoint=replace(there.endpoint, server="https://a.example"))
    )
    assert only(same).kind == ("old-server" if old else "ok")


def test_whatever_could_not_be_read_is_unknown_with_its_reason() -> None:
    unread = (Unread("the site's settings", "The server answered 500."),)
    survey = surveyed(site_filter=None, checksums=None, unread=unread)
    finding = only(survey)
    assert (finding.kind, finding.verdict) == ("setting-unread", Verdict.UNKNOWN)
    assert finding.evidence == {"what": "the site's settings", "why": "The server answered 500."}


@pytest.mark.parametrize("setting", ["site_filter", "project_filter", "uploader", "checksums", "quarantine"])
def test_what_the_server_was_silent_about_is_unknown(setting: str) -> None:
    assert kinds(surveyed(**{setting: None})) == [("setting-unread", Verdict.UNKNOWN)]


def test_a_project_that_could_not_be_listed_has_no_known_settings() -> None:
    survey = surveyed()
    survey = replace(
        survey, destination=replace(survey.destination, sessions=None, settings=ProjectSettings())
    )
    assert kinds(survey) == [("setting-unread", Verdict.UNKNOWN)]


def test_whom_to_ask_is_named_and_hostile_words_are_plain() -> None:
    filter_ = SeriesFilter(enabled=True, mode="black\x1b[31mlist", patterns="")
    survey = surveyed(project_filter=filter_, unread=(Unread("a\x1b[2J thing", "be\u202ecause"),))
    survey = replace(survey, destination=replace(survey.destination, owners=("Bob Example (bob)",)))
    findings = check_settings(survey, "prearchive")
    assert {one.kind for one in findings} == {"setting-unread", "filter-unread"}
    assert all("Bob Example (bob)" in one.advice for one in findings)
    assert not re.search("[\x1b\u202e]", "".join(str(one) for one in findings))


DESCRIPTIONS = ("localizer", "t1", "t2 flair", "")
PATTERNS = st.sets(st.sampled_from(["t1", "loc", "flair", "^$"]))
FILTERS = st.none() | st.tuples(st.sampled_from(["blacklist", "whitelist"]), PATTERNS)


def filter_of(drawn: tuple[str, set[str]] | None) -> SeriesFilter:
    if drawn is None:
        return SeriesFilter(enabled=False)
    return SeriesFilter(enabled=True, mode=drawn[0], patterns="\n".join(drawn[1]))


@given(st.lists(st.sampled_from(DESCRIPTIONS), min_size=1, max_size=4), st.tuples(FILTERS, FILTERS))
def test_the_scans_that_are_named_are_those_that_would_be_dropped(
    described: list[str], filters: tuple[tuple[str, set[str]] | None, ...]
) -> None:
    row = session_row(date="2024-03-05")
    scans = [ScanRow(id=str(n), uid=f"1.{n}", description=text) for n, text in enumerate(described)]
    of_site, of_project = map(filter_of, filters)
    survey = surveyed(chosen(row, *scans), site_filter=of_site, project_filter=of_project)
    dropped = {
        str(number)
        for number, text in enumerate(described)
        for one in filters
        if one is not None and any(word in text for word in one[1]) == (one[0] == "blacklist")
    }
    (finding,) = check_settings(survey, "prearchive")
    named = {scan for group in finding.evidence.values() for scan in re.findall(r"\d", group)}
    assert (named if finding.kind == "filter-drops" else set()) == dropped
