"""The comparison gives every file one mark, and never a tick where nothing was compared."""

import copy
import dataclasses
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.making import instance
from xnat_ferry.dicom.edit_script import effects
from xnat_ferry.errors import NotProven
from xnat_ferry.model import FileRow, Instance, Level, Mark, ScanRow, StoredFile, StoredScan, Where
from xnat_ferry.transfer.present import Present
from xnat_ferry.verify import (
    Content,
    HeaderComparison,
    Observed,
    Proof,
    Rewriting,
    SessionVerification,
    What,
    compare,
    likely,
    prove,
)
from xnat_ferry.verify.headers import Change, HeaderChange
from xnat_ferry.verify.observed import NOT_KNOWN, Place
from xnat_ferry.verify.placement import strayed

SENT = (instance("1.dcm"), instance("2.dcm"))


def stored(one: Instance, **more: object) -> StoredFile:
    facts = {"name": one.name, "uid": one.sop_uid, "size": one.size, "digest": one.md5, "resource": "DICOM"}
    return StoredFile(**(facts | more))  # type: ignore[arg-type]


def scan(*files: StoredFile, uid: str = "1.2.3.1", unread: bool = False, id: str = "1") -> StoredScan:
    return StoredScan(
        scan=ScanRow(id=id, uid=uid), files=None if unread else files, problem="500" if unread else ""
    )


def judged(
    *scans: StoredScan,
    sent: tuple[Instance, ...] = SENT,
    level: Level = Level.IDENTITY,
    rewritten: bool | None = False,
    knows_uids: bool = True,
    contents: dict[Place, Content] | None = None,
    script: str = "",
    **more: object,
) -> SessionVerification:
    where = Where.ARCHIVE if knows_uids else Where.PREARCHIVE
    observed = Observed(
        where=where, study_uid="1.2.3", scans=scans, knows_uids=knows_uids, id="E1", contents=contents or {}
    )
    rewriting = Rewriting(
        runs=rewritten, effects=(effects(script),) if script else (), alters_pixels="alterPixels" in script
    )
    return compare(
        sent,
        observed,
        session="A",
        destination="B",
        level=level,
        rewriting=rewriting,
        **more,  # type: ignore[arg-type]
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


STOCK = "(0008,1030) := project\n(0010,0010) := subject\n(0010,0020) := session"
PRIVATE = f"{STOCK}\nremoveAllPrivateTags"
LARGE = instance("1.dcm", size=500_000, pixel_bytes=480_000)
UNMEASURED = replace(LARGE, pixel_bytes=None)
UNSEEN = replace(UNMEASURED, pixel_md5=NOT_KNOWN)


class TestShorter:
    """A script makes a header shorter, not an image: one rule for proof and resume."""

    @pytest.mark.parametrize(
        ("sent", "script", "size", "said"),
        [
            *((LARGE, STOCK, size, "*") for size in (0, 1_000, 400_000, 495_903)),
            *((LARGE, STOCK, size, "~") for size in (495_904, 499_000, 500_000, 700_000)),
            *((LARGE, PRIVATE, size, "*") for size in (0, 400_000, 480_131)),
            *((LARGE, PRIVATE, size, "~") for size in (480_132, 490_000)),
            (LARGE, "(0040,A730) := subject", 490_000, "~"),  # a sequence may be as long as it likes
            (LARGE, "what is this", 490_000, "~"),
            (LARGE, 'alterPixels["rectangle", "l=1"]', 1_000, "~"),
            (LARGE, "- (7FE0,0010)", 1_000, "~"),
            (UNMEASURED, STOCK, 400_000, "*"),  # a transfer from before
            (UNMEASURED, PRIVATE, 400_000, "~"),
            (UNSEEN, STOCK, 400_000, "?"),  # only a listing says how long it was
            (replace(LARGE, pixel_bytes=0), STOCK, 1_000, "~"),  # deflated
            (LARGE, "", 400_000, "?"),  # scripts that nobody may read
        ],
    )
    def test_shorter_than_a_script_makes_it_differs(
        self, sent: Instance, script: str, size: int, said: str
    ) -> None:
        for level in (Level.COUNTS, Level.IDENTITY):
            for digest in ("", "c" * 32):
                there = scan(stored(sent, size=size, digest=digest))
                result = judged(
                    there, sent=(sent,), level=level, rewritten=bool(script) or None, script=script
                )
                assert marks(result) == {said: 1}

    @pytest.mark.parametrize(("size", "there"), [(495_903, False), (495_904, True), (None, True)])
    def test_a_resume_sends_again_what_was_cut(self, size: int | None, there: bool) -> None:
        present = Present(uids=None, files={LARGE.series_uid: {LARGE.name: size}})
        assert present.holds(LARGE) is there


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


class TestScans:
    """Which scan is which."""

    def test_a_renamed_scan_is_no_loss_and_is_said(self) -> None:
        result = judged(scan(*(stored(one) for one in SENT), id="1-MR1"))
        assert marks(result) == {"=": 2}
        assert "Scan 1 is called 1-MR1 there." in result.note

    def test_a_scan_without_a_uid_goes_by_its_number(self) -> None:
        result = judged(scan(*(stored(one) for one in SENT), uid="", id="1-MR1"))
        assert marks(result) == {"=": 2}
        assert marks(judged(scan(*(stored(one) for one in SENT), uid="", id="11"))) == {"+": 2, "-": 2}

    def test_a_scan_that_a_filter_refused_is_named_as_such(self) -> None:
        assert {one.likely for one in judged(refused={"1": True}).items} == {likely.FILTERED}
        assert {one.likely for one in judged(refused={"1": None}).items} == {likely.PERHAPS_FILTERED}
        assert {one.likely for one in judged(refused={"1": False}).items} == {likely.CUT_SHORT}
        partly = judged(scan(stored(SENT[0])), refused={"1": True})
        assert {one.likely for one in partly.items} == {likely.CUT_SHORT}

    def test_what_was_there_before_is_no_difference_where_the_plan_joined_it(self) -> None:
        scans = (scan(*(stored(one) for one in SENT), stored(instance("9.dcm"))),)
        assert judged(*scans).verdict == "differs"
        joined = judged(*scans, joins=True)
        assert (joined.verdict, marks(joined)) == ("proven", {"=": 2, "-": 1})


class TestNewUids:
    """A script that gives new UIDs leaves names to go by."""

    SCRIPT = "(0008,0018) := hashUID[(0008,0018)]\n(0020,000E) := hashUID[(0020,000E)]"

    def there(self) -> StoredScan:
        return scan(*(stored(one, uid=f"8.{one.name}", digest="d" * 32) for one in SENT), uid="8.8")

    def test_names_alone_leave_it_unknown(self) -> None:
        result = judged(self.there(), rewritten=True, script=self.SCRIPT)
        assert (marks(result), result.verdict) == ({"?": 2}, "unknown")

    def test_pixels_settle_it(self) -> None:
        contents = {
            ("1", "DICOM", one.name): seen(one, sop_uid=f"8.{one.name}", series_uid="8.8", md5="d" * 32)
            for one in SENT
        }
        result = judged(self.there(), rewritten=True, script=self.SCRIPT, level=Level.FULL, contents=contents)
        assert (marks(result), result.solid) == ({"~": 2}, 0)

    def test_without_such_a_script_they_are_others(self) -> None:
        assert marks(judged(self.there(), rewritten=True, script="(0010,0010) := subject")) == {
            "+": 2,
            "-": 2,
        }


def seen(one: Instance, **more: object) -> Content:
    facts = {"size": one.size, "md5": one.md5, "sop_uid": one.sop_uid}
    facts |= {"series_uid": one.series_uid, "pixel_md5": one.pixel_md5}
    return Content(**(facts | more))  # type: ignore[arg-type]


NAME = HeaderChange(tag=0x00100010, change=Change.OTHER)
MAKER = HeaderChange(tag=0x00080070, change=Change.OTHER)


class TestFetched:
    """What a file says once it is here."""

    def one(
        self, content: Content, *, sent: Instance = SENT[0], rewritten: bool | None = True, script: str = ""
    ) -> SessionVerification:
        contents = {("1", "DICOM", sent.name): content}
        return judged(
            scan(stored(sent, digest="")),
            sent=(sent,),
            level=Level.FULL,
            rewritten=rewritten,
            contents=contents,
            script=script,
        )

    @pytest.mark.parametrize(
        ("changes", "rewritten", "said"),
        [
            ({}, True, "="),
            ({"md5": "e"}, True, "~"),
            ({"md5": "e"}, False, "* header"),
            ({"md5": "e"}, None, "? header"),
            ({"md5": "e", "pixel_md5": "f"}, True, "* pixel-digest"),
            ({"md5": "e", "pixel_md5": "f"}, None, "* pixel-digest"),
            ({"md5": "e", "sop_uid": "8"}, True, "* uid"),
            ({"md5": "e", "series_uid": "8"}, True, "* uid"),
            ({"md5": "e", "sop_uid": "", "series_uid": "", "pixel_md5": ""}, True, "* unreadable"),
            ({"gone": True}, True, "+ missing"),
            ({"problem": "500"}, True, "! unreadable"),
            ({"md5": "e", "header": HeaderComparison(changes=(NAME,))}, True, "~"),
            ({"md5": "e", "header": HeaderComparison(changes=(NAME, MAKER))}, True, "* header"),
            ({"md5": "e", "header": HeaderComparison(changes=(MAKER,))}, None, "? header"),
            ({"md5": "e", "header": HeaderComparison()}, False, "* header"),
            ({"md5": "e", "header": HeaderComparison()}, None, "? header"),
            ({"md5": "e", "header": HeaderComparison()}, True, "~"),
            ({"md5": "e", "tail_md5": "d" * 32}, True, "? header"),
            ({"md5": "e", "tail_md5": "d" * 32}, False, "* header"),
            ({"md5": "e", "tail_md5": "d" * 32, "header": HeaderComparison(changes=(NAME,))}, True, "~"),
            ({"md5": "e", "header": HeaderComparison(problem="gone")}, True, "~"),
        ],
    )
    def test_each_case_has_its_mark(
        self, changes: dict[str, object], rewritten: bool | None, said: str
    ) -> None:
        result = self.one(seen(SENT[0], **changes), rewritten=rewritten, script="(0010,0010) := subject")
        told = [f"{item.mark} {item.what}" for item in result.items] or list(marks(result))
        assert told == [said]

    def test_an_unexplained_change_is_named_without_its_value(self) -> None:
        (item,) = self.one(seen(SENT[0], md5="e", header=HeaderComparison(changes=(MAKER,)))).items
        assert item.destination == "Manufacturer changed"

    def test_a_file_without_an_image_is_proven_by_its_header_alone(self) -> None:
        bare = instance("1.dcm", pixel_md5="")
        script = "(0010,0010) := subject"
        assert marks(self.one(seen(bare, md5="e"), sent=bare, script=script)) == {"?": 1}
        looked = self.one(
            seen(bare, md5="e", header=HeaderComparison(changes=(NAME,))), sent=bare, script=script
        )
        assert (marks(looked), looked.solid, looked.rewritten) == ({"~": 1}, 1, ("PatientName",))

    def test_where_a_script_alters_pixels_other_pixels_are_unknown(self) -> None:
        content = seen(SENT[0], md5="e", pixel_md5="f")
        assert marks(self.one(content, script='alterPixels["rectangle", "l=1"]')) == {"?": 1}

    def test_pixels_that_nobody_looked_at_at_the_source_leave_it_unread(self) -> None:
        unknown = instance("1.dcm", pixel_md5=NOT_KNOWN, md5="")
        assert marks(self.one(seen(unknown, md5="e", pixel_md5="f"), sent=unknown)) == {"!": 1}

    def test_a_file_that_was_not_fetched_is_not_ticked(self) -> None:
        result = judged(scan(*(stored(one, digest="") for one in SENT)), level=Level.FULL)
        assert marks(result) == {"!": 2}


def test_a_catalog_that_names_no_instance_is_unknown_and_a_refresh_is_offered() -> None:
    result = judged(scan(*(stored(one, uid="", digest="") for one in SENT)))
    assert marks(result) == {"?": 2}
    assert all("--refresh" in item.likely for item in result.items)


UNTOUCHED = Rewriting(runs=False)


class TestBelonging:
    """The subject and the study of the session as a whole."""

    def stray(self, *, rewriting: Rewriting = UNTOUCHED, **more: Any) -> list[str]:
        observed = Observed(
            where=Where.ARCHIVE, id="E1", subject_id="S1", study_uid="1.2", scans=(), knows_uids=True
        )
        facts = {"subject": "001", "subject_id": "S1", "study_uid": "1.2", "level": Level.IDENTITY}
        items = strayed("A", observed, rewriting=rewriting, **(facts | more))
        return [f"{item.mark} {item.what}" for item in items]

    def test_the_right_one_is_nothing_to_tell(self) -> None:
        assert self.stray() == []
        assert self.stray(subject="", subject_id=None, study_uid="") == []

    def test_another_subject_or_study_is(self) -> None:
        assert self.stray(subject_id="S2") == self.stray(subject_id="") == ["* subject"]
        assert self.stray(subject_id=None) == ["? subject"]
        assert self.stray(study_uid="1.3") == ["* uid"]
        assert self.stray(study_uid="1.3", level=Level.COUNTS) == []

    def test_a_script_may_have_changed_the_study(self) -> None:
        for rewriting in (
            Rewriting(runs=None),
            Rewriting(runs=True, effects=(effects("(0020,000D) := hashUID[(0020,000D)]"),)),
        ):
            assert self.stray(study_uid="1.3", rewriting=rewriting) == []


class TestProof:
    """Made of a verification or not at all."""

    LISTED = tuple(
        FileRow(scan=one.scan, resource="DICOM", path=one.path, size=one.size, digest=one.md5) for one in SENT
    )

    def prove(self, result: SessionVerification, listing: tuple[FileRow, ...] = LISTED) -> Proof:
        return prove(result, project="DST", source_id="E0", instances=SENT, listing=listing)

    def proven(self) -> SessionVerification:
        return judged(scan(*(stored(one) for one in SENT)))

    def test_equal_digests_of_every_file_are_enough(self) -> None:
        found = self.prove(self.proven())
        assert (found.session, found.label, found.destination_id, found.files) == ("A", "B", "E1", 2)

    def test_it_is_made_nowhere_else(self) -> None:
        found = self.prove(self.proven())
        fields = {name: getattr(found, name) for name in found.__dataclass_fields__ if name != "key"}
        with pytest.raises(TypeError):
            Proof(**fields)
        with pytest.raises(TypeError, match="comes from a verification"):
            Proof(**fields, key=object())
        with pytest.raises((TypeError, ValueError)):
            dataclasses.replace(found, session="other")  # type: ignore[call-arg]
        for act in (copy.copy, copy.deepcopy, pickle.dumps):
            with pytest.raises(TypeError):
                act(found)
        with pytest.raises(dataclasses.FrozenInstanceError):
            found.session = "other"  # type: ignore[misc]

    def test_what_else_the_source_holds_refutes_it(self) -> None:
        other = FileRow(scan="", resource="BIDS", path="a.json", size=1, digest="")
        with pytest.raises(NotProven, match="not copied, in resource BIDS of the session itself"):
            self.prove(self.proven(), (*self.LISTED, other))

    @pytest.mark.parametrize(
        ("mark", "why"),
        [
            (Mark.SAME, ""),
            (Mark.ONLY_SOURCE, "a file that was not copied, in resource BIDS of scan 1"),
            (Mark.DIFFERS, "a file that is another one at the destination"),
            (Mark.UNKNOWN, "a file of which it is not known whether the destination has the same"),
        ],
    )
    def test_what_else_it_holds_counts_as_it_compares(self, mark: Mark, why: str) -> None:
        other = FileRow(scan="1", resource="BIDS", path="a.json", size=1, digest="")
        listing = (*self.LISTED, other)
        result = self.proven()

        def proof() -> Proof:
            return prove(
                result,
                project="DST",
                source_id="E0",
                instances=SENT,
                listing=listing,
                beside={other: mark},
            )

        if not why:
            assert proof().files == len(SENT)
            return
        with pytest.raises(NotProven, match=why):
            proof()

    @pytest.mark.parametrize("change", [{"digest": "c" * 32}, {"digest": "", "size": 1}])
    def test_a_source_that_has_changed_since_refutes_it(self, change: dict[str, Any]) -> None:
        with pytest.raises(NotProven, match="changed at the source"):
            self.prove(self.proven(), (replace(self.LISTED[0], **change), self.LISTED[1]))
        with pytest.raises(NotProven, match="no longer has 1 file of it"):
            self.prove(self.proven(), self.LISTED[:1])

    def test_its_digests_do_not_depend_on_an_order(self) -> None:
        one, other = self.prove(self.proven()), self.prove(self.proven(), self.LISTED[::-1])
        assert one.listing == other.listing


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


contents = st.dictionaries(
    st.tuples(st.just("1"), st.just(""), names),
    st.builds(
        Content,
        size=st.just(100),
        md5=st.sampled_from(["a" * 32, "c" * 32]),
        sop_uid=st.sampled_from(["9.1", "9.2", ""]),
        series_uid=st.sampled_from(["s1", "s2"]),
        pixel_md5=st.sampled_from(["b" * 32, "d" * 32, ""]),
        gone=st.booleans(),
        problem=st.sampled_from(["", "500"]),
        header=st.sampled_from(
            [None, HeaderComparison(), HeaderComparison(changes=(MAKER,)), HeaderComparison(problem="x")]
        ),
    ),
)


@given(
    st.lists(instances, max_size=8).map(tuple),
    st.lists(stored_scans, max_size=3).map(tuple),
    st.sampled_from(Level),
    st.sampled_from([True, False, None]),
    st.booleans(),
    contents,
    st.sampled_from(["", "(0010,0010) := subject", TestNewUids.SCRIPT]),
)
def test_every_sent_file_has_exactly_one_mark(
    sent: tuple[Instance, ...],
    there: tuple[StoredScan, ...],
    level: Level,
    rewritten: bool | None,
    knows_uids: bool,
    contents: dict[Place, Content],
    script: str,
) -> None:
    result = judged(
        *there,
        sent=sent,
        level=level,
        rewritten=rewritten,
        knows_uids=knows_uids,
        contents=contents if level.reaches(Level.SAMPLE) else {},
        script=script if rewritten else "",
    )
    of_sent = sum(number for mark, number in result.counts.items() if mark != Mark.ONLY_DESTINATION)
    assert of_sent == len(sent)
    ticks = result.counts[Mark.SAME] + result.counts[Mark.AS_PLANNED]
    assert ticks <= sum(len(scan.files or ()) for scan in there)
    assert result.solid <= ticks
    if result.verdict == "proven":
        assert ticks == len(sent) > 0
    if level == Level.FULL and result.verdict == "proven":
        assert len(contents) > 0
