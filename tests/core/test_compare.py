"""The comparison gives every file one mark, and never a tick where nothing was compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.making import instance
from xnat_ferry.model import Instance, Level, Mark, ScanRow, StoredFile, StoredScan, Where
from xnat_ferry.verify import Observed, Rewriting, SessionVerification, What, compare

SENT = (instance("1.dcm"), instance("2.dcm"))


def stored(one: Instance, **more: object) -> StoredFile:
    facts = {"name": one.name, "uid": one.sop_uid, "size": one.size, "digest": one.md5}
    return StoredFile(**(facts | more))  # type: ignore[arg-type]


def scan(*files: StoredFile, uid: str = "1.2.3.1", unread: bool = False) -> StoredScan:
    return StoredScan(
        scan=ScanRow(id="1", uid=uid), files=None if unread else files, problem="500" if unread else ""
    )


def judged(
    *scans: StoredScan,
    sent: tuple[Instance, ...] = SENT,
    level: Level = Level.IDENTITY,
    rewritten: bool | None = False,
    knows_uids: bool = True,
) -> SessionVerification:
    where = Where.ARCHIVE if knows_uids else Where.PREARCHIVE
    observed = Observed(where=where, study_uid="1.2.3", scans=scans, knows_uids=knows_uids)
    return compare(
        sent, observed, session="A", destination="B", level=level, rewriting=Rewriting(runs=rewritten)
    )


def marks(result: SessionVerification) -> dict[str, int]:
    return {str(mark): number for mark, number in result.counts.items() if number}


def test_equal_digests_are_the_same_even_where_a_script_runs() -> None:
    result = judged(scan(*(stored(one) for one in SENT)), rewritten=True)
    assert marks(result) == {"=": 2}
    assert result.verdict == "proven"


@pytest.mark.parametrize(
    ("rewritten", "mark", "verdict"),
    [(True, "~", "proven"), (False, "*", "differs"), (None, "?", "unknown")],
)
def test_another_digest_means_what_the_scripts_mean(rewritten: bool | None, mark: str, verdict: str) -> None:
    result = judged(scan(*(stored(one, digest="c" * 32) for one in SENT)), rewritten=rewritten)
    assert marks(result) == {mark: 2}
    assert result.verdict == verdict


def test_an_empty_digest_is_unknown_so_the_size_is_compared() -> None:
    same = judged(scan(*(stored(one, digest="") for one in SENT)))
    assert marks(same) == {"=": 2}
    other = judged(scan(stored(SENT[0], digest=""), stored(SENT[1], digest="", size=1)))
    assert marks(other) == {"=": 1, "*": 1}
    neither = judged(scan(*(stored(one, digest="", size=None) for one in SENT)))
    assert marks(neither) == {"?": 2}
    assert neither.verdict == "unknown"


def test_a_missing_file_is_named() -> None:
    result = judged(scan(stored(SENT[0])))
    assert marks(result) == {"=": 1, "+": 1}
    assert [(item.mark, item.what, item.file) for item in result.items] == [
        (Mark.ONLY_SOURCE, What.MISSING, "2.dcm")
    ]


def test_a_file_nobody_sent_is_a_difference() -> None:
    result = judged(scan(*(stored(one) for one in SENT), stored(instance("9.dcm"))))
    assert marks(result) == {"=": 2, "-": 1}
    assert result.verdict == "differs"


def test_a_whole_scan_nobody_sent_is_a_difference() -> None:
    result = judged(scan(*(stored(one) for one in SENT)), scan(stored(instance("9.dcm")), uid="other"))
    assert marks(result) == {"=": 2, "-": 1}


def test_a_file_in_another_series_is_not_the_one_that_was_sent() -> None:
    result = judged(scan(*(stored(one) for one in SENT), uid="1.2.3.9"))
    assert marks(result) == {"+": 2, "-": 2}


def test_a_scan_that_cannot_be_read_is_unread_not_missing() -> None:
    result = judged(scan(unread=True))
    assert marks(result) == {"!": 2}
    assert result.verdict == "unknown"


def test_a_session_that_is_not_built_yet_is_unread() -> None:
    observed = Observed(where=Where.PREARCHIVE, study_uid="", scans=(), knows_uids=False, problem="RECEIVING")
    result = compare(
        SENT, observed, session="A", destination="B", level=Level.IDENTITY, rewriting=Rewriting(runs=False)
    )
    assert marks(result) == {"!": 2}
    assert {item.destination for item in result.items} == {"RECEIVING"}


def test_nothing_sent_and_nothing_there_proves_nothing() -> None:
    assert judged(sent=()).verdict == "unknown"


def test_two_files_of_one_uid_are_told_apart_by_name() -> None:
    twins = (instance("1.dcm", "9.1", md5="1" * 32), instance("2.dcm", "9.1", md5="2" * 32))
    assert marks(judged(scan(stored(twins[1]), stored(twins[0])), sent=twins)) == {"=": 2}
    assert marks(judged(scan(stored(twins[0])), sent=twins)) == {"=": 1, "+": 1}


class TestPrearchive:
    """Where the server shows names and sizes only."""

    def test_names_and_sizes_are_compared_and_the_limit_is_said(self) -> None:
        result = judged(scan(*(stored(one, uid="", digest="") for one in SENT)), knows_uids=False)
        assert marks(result) == {"=": 2}
        assert "not SOPInstanceUIDs" in result.note

    def test_a_script_changes_sizes_as_planned(self) -> None:
        files = (stored(one, uid="", digest="", size=5) for one in SENT)
        assert marks(judged(scan(*files), knows_uids=False, rewritten=True)) == {"~": 2}

    def test_fewer_names_are_missing_files(self) -> None:
        files = (stored(SENT[0], uid="", digest=""),)
        assert marks(judged(scan(*files), knows_uids=False)) == {"=": 1, "+": 1}

    def test_another_name_is_unknown_not_fine(self) -> None:
        files = (stored(SENT[0], uid="", digest=""), StoredFile(name="template.dcm", size=100))
        result = judged(scan(*files), knows_uids=False)
        assert marks(result) == {"=": 1, "?": 1}
        assert result.verdict == "unknown"


class TestCounts:
    """The level that compares numbers and bytes."""

    def test_equal_numbers_and_bytes_are_the_same(self) -> None:
        files = (stored(one, uid="", digest="") for one in SENT)
        assert marks(judged(scan(*files), level=Level.COUNTS)) == {"=": 2}

    def test_other_bytes_without_a_script_differ(self) -> None:
        files = (stored(one, size=1) for one in SENT)
        assert marks(judged(scan(*files), level=Level.COUNTS)) == {"*": 2}

    def test_fewer_and_more_files_are_told(self) -> None:
        assert marks(judged(scan(stored(SENT[0])), level=Level.COUNTS)) == {"=": 1, "+": 1}
        more = (*(stored(one) for one in SENT), stored(instance("9.dcm")))
        assert marks(judged(scan(*more), level=Level.COUNTS)) == {"=": 2, "-": 1}


names = st.sampled_from([f"{number}.dcm" for number in range(6)])
instances = st.builds(
    instance, names, st.sampled_from(["9.1", "9.2", "9.3", "9.4"]), st.sampled_from(["s1", "s2"])
)
files = st.builds(
    StoredFile,
    name=names,
    uid=st.sampled_from(["9.1", "9.2", "9.3", "9.4", ""]),
    size=st.sampled_from([None, 100, 7]),
    digest=st.sampled_from(["", "a" * 32, "c" * 32]),
)
stored_scans = st.builds(
    StoredScan,
    scan=st.builds(ScanRow, id=st.just("1"), uid=st.sampled_from(["s1", "s2", "s3"])),
    files=st.lists(files, max_size=5).map(tuple),
) | st.builds(
    StoredScan,
    scan=st.builds(ScanRow, id=st.just("1"), uid=st.sampled_from(["s1", "s2", "s3"])),
    files=st.none(),
    problem=st.just("500"),
)


@given(
    st.lists(instances, max_size=8).map(tuple),
    st.lists(stored_scans, max_size=3).map(tuple),
    st.sampled_from(Level),
    st.sampled_from([True, False, None]),
    st.booleans(),
)
def test_every_sent_file_has_exactly_one_mark(
    sent: tuple[Instance, ...],
    there: tuple[StoredScan, ...],
    level: Level,
    rewritten: bool | None,
    knows_uids: bool,
) -> None:
    result = judged(*there, sent=sent, level=level, rewritten=rewritten, knows_uids=knows_uids)
    of_sent = sum(number for mark, number in result.counts.items() if mark != Mark.ONLY_DESTINATION)
    assert of_sent == len(sent)
    ticks = result.counts[Mark.SAME] + result.counts[Mark.AS_PLANNED]
    assert ticks <= sum(len(scan.files or ()) for scan in there)
    if result.verdict == "proven":
        assert ticks == len(sent) > 0
