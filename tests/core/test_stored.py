"""A stored file of a zip is read where it lies, and only where both of its headers agree."""

from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core.making import zip_of
from xnat_ferry.transfer.units.stored_entry import StoredEntries

NAMES = st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="/\\"), min_size=1)


def read_whole(zipped: BytesIO, name: str, step: int) -> bytes | None:
    with ZipFile(zipped) as archive:
        found = StoredEntries(zipped).open(archive.getinfo(name))
        if found is None:
            return None
        parts = []
        while piece := found.read(step):
            parts.append(bytes(piece))
        assert all(len(part) == step for part in parts[:-1])
        return b"".join(parts)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(NAMES, st.binary(max_size=2000), min_size=1, max_size=4), st.integers(1, 3000))
def test_every_stored_file_is_what_was_written(files: dict[str, bytes], step: int) -> None:
    zipped = zip_of(files)
    for name, content in files.items():
        assert read_whole(zipped, f"001_MR1/{name}", step) == content


def test_more_than_the_buffer_is_read_at_once() -> None:
    content = bytes(range(256)) * 4000
    assert read_whole(zip_of({"a": content}), "001_MR1/a", 700_000) == content


def test_a_file_on_disk_is_read_as_one_in_memory(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zip_of({"a": b"x" * 100_000, "b": b"y" * 10}).getvalue())
    with (tmp_path / "a.zip").open("r+b") as zipped, ZipFile(zipped) as archive:
        stored = StoredEntries(zipped)
        first, second = (stored.open(entry) for entry in archive.infolist())
        assert first is not None
        assert second is not None
        assert bytes(first.read(60_000)) == b"x" * 60_000
        assert bytes(second.read(100)) == b"y" * 10
        assert bytes(first.read(60_000)) == b"x" * 40_000


@pytest.mark.parametrize("packed", [True, False], ids=["packed", "told behind"])
def test_what_is_written_in_another_way_is_left_to_zipfile(packed: bool) -> None:
    class Unseekable(BytesIO):
        def seekable(self) -> bool:
            return not writing

        def tell(self) -> int:
            if writing:
                raise OSError
            return super().tell()

    zipped, writing = Unseekable(), not packed
    with ZipFile(zipped, "w") as archive:
        entry = ZipInfo("001_MR1/a")
        entry.compress_type = ZIP_DEFLATED if packed else entry.compress_type
        archive.writestr(entry, b"x" * 100)
    writing = False
    assert read_whole(zipped, "001_MR1/a", 10) is None


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_header_that_is_changed_in_anything_that_matters_is_not_believed(data: st.DataObject) -> None:
    whole = bytearray(zip_of({"a": b"x" * 100}).getvalue())
    place = data.draw(st.sampled_from([*range(4), *range(6, 10), *range(14, 28), *range(30, 39)]))
    whole[place] ^= data.draw(st.integers(1, 255))
    try:
        assert read_whole(BytesIO(bytes(whole)), "001_MR1/a", 1000) is None
    except BadZipFile:
        assert place in range(14, 18)
