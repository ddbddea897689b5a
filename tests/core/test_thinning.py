"""Of a fetched zip only what is missing goes on, and every instance under a name of its own."""

import zipfile
from io import BytesIO

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.making import dicom_bytes, instance, zip_of
from xnat_ferry.model import Instance
from xnat_ferry.transfer.present import NOTHING, Present, as_stored
from xnat_ferry.transfer.units.thinning import missing, thin, told_apart

NAMES = st.sampled_from(["1.dcm", "2.dcm", "A.dcm", "a.dcm", "a b.dcm", "a_b.dcm", "1.2.1.dcm", "1.2.2.DCM"])
"""Two of them are what another instance is called by its UID."""


@st.composite
def units(draw: st.DrawFn) -> dict[str, Instance]:
    """Entries of a zip, each with its instance; names may clash, UIDs too."""
    count = draw(st.integers(1, 8))
    return {
        f"S/scans/1/DICOM/{number}/{(name := draw(NAMES))}": instance(
            name, sop_uid=f"1.2.{draw(st.integers(1, 8))}", path=f"{number}/{name}"
        )
        for number in range(count)
    }


def there_of(uids: set[str], names: set[str]) -> Present:
    return Present(uids=frozenset(uids), files={"1.2.3.1": dict.fromkeys(names)})


@given(units(), st.sets(st.integers(1, 8).map("1.2.{}".format)), st.sets(NAMES))
def test_what_is_missing_is_what_the_archive_does_not_hold(
    entries: dict[str, Instance], uids: set[str], names: set[str]
) -> None:
    wanted = missing(entries, there_of(uids, names))
    assert {one.sop_uid for one in wanted.values()} == {one.sop_uid for one in entries.values()} - uids
    taken = {as_stored(name).casefold() for name in names}
    assert all(as_stored(one.name).casefold() not in taken for one in wanted.values())


@given(units())
def test_no_two_instances_of_a_series_have_one_name(entries: dict[str, Instance]) -> None:
    apart = told_apart(entries)
    assert list(apart) == list(entries)
    assert [one.sop_uid for one in apart.values()] == [one.sop_uid for one in entries.values()]
    uids_of: dict[str, set[str]] = {}
    for one in apart.values():
        uids_of.setdefault(as_stored(one.name).casefold(), set()).add(one.sop_uid)
    assert all(len(uids) == 1 for uids in uids_of.values())


@settings(max_examples=40, deadline=None)
@given(st.sets(st.integers(0, 5)), st.booleans())
def test_a_thinned_zip_holds_these_bytes_stored_with_sizes_in_front(kept: set[int], deflated: bool) -> None:
    content = {f"scans/1/DICOM/{number}.dcm": dicom_bytes(f"1.2.3.1.{number}") for number in range(6)}
    zipped = zip_of(content)
    if deflated:
        packed = BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in content.items():
                archive.writestr(f"001_MR1/{name}", data)
        zipped = packed
    wanted = {
        f"001_MR1/scans/1/DICOM/{number}.dcm": instance(f"new{number}.dcm", sop_uid=f"1.2.3.1.{number}")
        for number in sorted(kept)
    }
    out = BytesIO()
    length = thin(zipped, wanted, out)
    assert length == len(out.getvalue())
    with zipfile.ZipFile(out) as archive:
        assert archive.testzip() is None
        for entry in archive.infolist():
            # XNAT's reader is a stream: a stored entry must say its size before its bytes (wire-write 1.2)
            assert (entry.compress_type, entry.flag_bits & 0x08) == (zipfile.ZIP_STORED, 0)
        found = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    assert found == {
        f"001_MR1/scans/1/DICOM/new{number}.dcm": content[f"scans/1/DICOM/{number}.dcm"] for number in kept
    }


def test_in_a_row_names_decide_and_what_is_cut_short_is_not_there() -> None:
    whole, other = instance("a b.dcm", size=100_000), instance("2.dcm", size=100_000)
    row = Present(uids=None, files={"1.2.3.1": {"a_b.dcm": 99_000, "2.dcm": 50_000}})
    assert row.holds(whole)
    assert not row.holds(other)
    twin = instance("A_B.dcm", sop_uid="9.9", size=100_000)
    assert not row.holds_all([whole, twin])
    assert not NOTHING.holds(whole)
