"""Very many small values, packed: they come out as they went in, and in their order."""

import string

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.making import file_row
from xnat_ferry.local.places import Found
from xnat_ferry.model import FileRow
from xnat_ferry.packed import Packed, joined, packed_by

rows = st.builds(file_row, path=st.text(string.printable, max_size=5), scan=st.sampled_from("ab"))
many = st.lists(rows, max_size=3).map(lambda some: some * 150)
"""More than are packed together."""


@settings(max_examples=30, deadline=None)
@given(many, many)
def test_what_is_packed_is_a_sequence_as_any_other(first: list[FileRow], second: list[FileRow]) -> None:
    packed = Packed(FileRow, first)
    for row in second:
        packed.append(row)
    every = [*first, *second]
    assert (list(packed), len(packed)) == (every, len(every))
    assert packed == every
    assert packed != [*every, file_row("another")]
    assert joined(FileRow, [Packed(FileRow, first), second]) == every
    assert packed[3:140:2] == tuple(every[3:140:2])
    assert [packed[place] for place in range(-len(every), len(every), 149)] == [
        every[place] for place in range(-len(every), len(every), 149)
    ]


@settings(max_examples=30, deadline=None)
@given(many, many)
def test_it_falls_apart_by_what_is_said_of_each(first: list[FileRow], second: list[FileRow]) -> None:
    every = [*first, *second]
    for values in (every, Packed(FileRow, every)):
        apart = packed_by(FileRow, lambda row: row.scan, values)
        assert apart == {
            scan: [row for row in every if row.scan == scan] for scan in {row.scan for row in every}
        }
    assert Packed(FileRow, every).only(lambda row: row.scan == "a") == [
        row for row in every if row.scan == "a"
    ]


def test_a_name_that_is_no_utf_8_stays_as_it_is() -> None:
    odd = [Found("\udcff", 1, "0"), Found("plain", 2, "0")]
    assert list(Packed(Found, odd)) == odd


def test_a_number_that_no_file_can_have_stays_as_it_is() -> None:
    odd = [Found("as a manifest may say", 2**70, "0"), Found("plain", 2, "0")]
    assert list(Packed(Found, odd)) == odd
