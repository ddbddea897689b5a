"""Zips and tars: how they are made and sent (wire-read 2.10)."""

import io
import os
import shutil
import struct
import subprocess
import tarfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.conftest import Xnat
from tests.contract.wire.filing import OWN, SESSION, filed, own, put, unzipped
from xnat_ferry.practice.rooms.files.zips import stored_zip

__all__ = ["filed", "own"]

SCANS = f"{SESSION}/scans/ALL/files"
GIGABYTE = 1024**3
ZEROS = bytes(1024 * 1024)
LEFT_OUT = [
    LeftOut("read 2.10", "reconstructions in layouts", "the server stores none"),
    LeftOut(
        "read 2.10",
        "the limit on names in tars",
        "it is not told where it lies; long names are written the POSIX way",
    ),
]


def heads(content: bytes) -> list[tuple[int, int, int, int]]:
    """Flags, method, CRC and size of each entry's own head, found one after the other."""
    found, at = [], 0
    while content[at : at + 4] == b"PK\x03\x04":
        flags, method, _, _, crc, size, _, name, more = struct.unpack("<HHHHIIIHH", content[at + 6 : at + 30])
        found.append((flags, method, crc, size))
        at += 30 + name + more + size
    return found


@fact("read 2.10")
def test_a_zip_comes_in_chunks_with_the_sessions_name(filed: Xnat) -> None:
    answer = filed.get(f"{SCANS}?format=zip")
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["transfer-encoding"] == "chunked"
    assert answer.headers["content-disposition"] == 'attachment; filename="001_MR1.zip";'


@fact("read 2.10")
def test_entries_are_stored_with_crc_and_size_in_their_heads(filed: Xnat) -> None:
    content = filed.get(f"{SCANS}?format=zip").content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        told = archive.infolist()
    assert [(one.flag_bits & 8, one.compress_type, one.CRC, one.file_size) for one in told] == [
        (flags & 8, method, crc, size) for flags, method, crc, size in heads(content)
    ]
    assert {one.compress_type for one in told} == {zipfile.ZIP_STORED}
    assert not any(one.flag_bits & 8 for one in told)


@fact("read 2.10")
def test_compression_8_deflates(filed: Xnat) -> None:
    content = filed.get(f"{SCANS}?format=zip&compression=8").content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {one.compress_type for one in archive.infolist()} == {zipfile.ZIP_DEFLATED}
    assert unzipped(content) == unzipped(filed.get(f"{SCANS}?format=zip").content)


@fact("read 2.10", "every catalogued file and nothing else: no folders, no catalog")
def test_what_is_in_it(filed: Xnat) -> None:
    found = unzipped(filed.get(f"{SCANS}?format=zip").content)
    listed = filed.rows(SCANS)
    assert len(found) == len(listed) == 10
    assert sorted(map(len, found.values())) == sorted(int(row["Size"]) for row in listed)
    assert not any(name.endswith("/") or "catalog" in name for name in found)


@fact("read 2.10")
def test_filters_drop_entries_without_a_format(filed: Xnat) -> None:
    found = unzipped(filed.get(f"{SCANS}?format=zip&file_format=DICOM").content)
    assert len(found) == 7
    assert all(name.endswith(".dcm") for name in found)
    assert filed.get(f"{SCANS}?format=zip&file_format=NOPE").status_code == 404
    assert filed.get(f"{SCANS}?format=zip&file_format=NOPE&accept-not-found=true").status_code == 204


@pytest.mark.parametrize(
    ("wanted", "kind", "mode"),
    [("tar", "application/x-tar", "r:"), ("tar.gz", "application/x-gtar", "r:gz")],
)
@fact("read 2.10", "tar and tar.gz hold the same")
def test_tars(filed: Xnat, wanted: str, kind: str, mode: str) -> None:
    answer = filed.get(f"{SCANS}?format={wanted}")
    assert answer.headers["content-type"] == kind
    assert answer.headers["content-disposition"] == f'attachment; filename="001_MR1.{wanted}";'
    found = {}
    with tarfile.open(fileobj=io.BytesIO(answer.content), mode=mode) as archive:  # type: ignore[call-overload]
        for one in archive:
            inside = archive.extractfile(one)
            assert inside is not None
            found[one.name] = inside.read()
    assert found == unzipped(filed.get(f"{SCANS}?format=zip").content)


@fact("read 2.10", "one file as a zip is called by its bare name, a folder's by their paths")
def test_parts_as_zips(filed: Xnat) -> None:
    bids = f"{SESSION}/resources/BIDS/files"
    assert unzipped(filed.get(f"{bids}/sub-001/anat/T1w.json?format=zip").content) == {"T1w.json": b"{}"}
    assert set(unzipped(filed.get(f"{bids}/sub-001/?format=zip").content)) == {
        "sub-001/anat/T1w.json",
        "sub-001/x.tsv",
    }


@fact("read 2.10", "format=xcat: a catalog of absolute addresses as files.xcat")
def test_xcat(filed: Xnat) -> None:
    answer = filed.get(f"{SESSION}/scans/1/files?format=xcat")
    assert answer.headers["content-disposition"] == 'attachment; filename="files.xcat";'
    addresses = [part.partition('"')[0] for part in answer.text.split('URI="')[1:]]
    assert len(addresses) == 2
    for address in addresses:
        assert address.startswith(filed.server.url)
        fetched = filed.get(address.removeprefix(filed.server.url))
        assert fetched.content[128:132] == b"DICM"
    assert 'name="RELATIVE_PATH">001_MR1/scans/1-loc_red_/resources/DICOM/files/0001.dcm<' in answer.text


@fact("read 2.10")
def test_missing_files_are_left_out_silently_until_none_is_left(own: tuple[Xnat, Path]) -> None:
    xnat, folder = own
    path = f"{OWN}?format=zip"
    (folder / "gone.txt").unlink()
    answer = xnat.get(path)
    assert answer.status_code == 200
    assert list(unzipped(answer.content).values()) == [b"here.txt"]
    (folder / "here.txt").unlink()
    assert xnat.get(path).status_code == 404
    assert xnat.get(f"{path}&accept-not-found=true").status_code == 204


def arrived(xnat: Xnat, path: str) -> tuple[int, bytes]:
    """Status and body of a chunked answer, which has to break."""
    content, broken = b"", False
    with httpx.stream("GET", xnat.server.url + path, auth=("ada", "practice"), trust_env=False) as answer:
        try:
            for piece in answer.iter_raw():
                content += piece
        except httpx.RemoteProtocolError:
            broken = True
    assert broken
    return answer.status_code, content


@fact("read 2.10", "two files with the same entry path cut the zip in the middle, after its 200")
def test_a_duplicate_entry(own: tuple[Xnat, Path]) -> None:
    xnat, _ = own
    # both become …/BIDS/x.txt when the folder named files is taken out
    for name in ("files/x.txt", "x.txt"):
        put(xnat, f"{SESSION}/resources/TWICE/files/{name}", b"x")
    path = f"{SESSION}/resources/TWICE/files?format=zip"
    assert xnat.get(path).status_code == 200
    status, content = arrived(xnat, f"{path}&structure=simplified")
    assert status == 200
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(content))
    assert xnat.get(f"{path[:-3]}tar&structure=simplified").status_code == 200


@fact("read 2.10", "a file that cannot be read cuts the stream")
def test_a_failing_file(own: tuple[Xnat, Path]) -> None:
    xnat, folder = own
    (folder / "here.txt").unlink()
    (folder / "here.txt").mkdir()  # is there, and cannot be read
    status, _ = arrived(xnat, f"{OWN}?format=zip")
    assert status == 200


@fact("read 2.10", "an entry's time is the file's")
def test_entry_times(own: tuple[Xnat, Path]) -> None:
    xnat, folder = own
    os.utime(folder / "here.txt", (1_000_000_000, 1_000_000_000))
    content = xnat.get(f"{OWN}?format=zip").content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        (time_there,) = [one.date_time for one in archive.infolist() if one.filename.endswith("here.txt")]
    assert time_there == time.localtime(1_000_000_000)[:6]


def written(pieces: Iterator[bytes], place: Path) -> Path:
    """A long zip on the disk, without its zeros."""
    with place.open("wb") as out:
        for piece in pieces:
            if piece == ZEROS[: len(piece)]:
                out.seek(len(piece), 1)
            else:
                out.write(piece)
    return place


@fact("read 2.10", "zip64 where a zip is longer than 4 GiB")
def test_long_zips(tmp_path: Path) -> None:
    long, short = tmp_path / "long", tmp_path / "short"
    short.write_bytes(b"short")
    with long.open("wb") as file:
        file.truncate(4 * GIGABYTE + 1)
    made = written(stored_zip([("long", long), ("short", short)], zipfile.ZIP_STORED), tmp_path / "made.zip")
    with zipfile.ZipFile(made) as archive:
        assert archive.getinfo("long").file_size == 4 * GIGABYTE + 1
        assert archive.getinfo("short").header_offset > 4 * GIGABYTE
        assert archive.read("short") == b"short"


@fact("read 2.10", "zip64 where a zip has more than 65,535 entries")
def test_many_entries(tmp_path: Path) -> None:
    one = tmp_path / "one"
    one.write_bytes(b"1")
    members = [(f"{number}", one) for number in range(65_540)]
    content = b"".join(stored_zip(members, zipfile.ZIP_STORED))
    assert b"PK\x06\x06" in content[-200:]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert len(archive.namelist()) == 65_540
        assert archive.read("65539") == b"1"


@fact("read 2.10", "files in tars have the permissions that come of the mark of an ordinary file")
def test_permissions_in_tars(filed: Xnat) -> None:
    answer = filed.get(f"{SCANS}?format=tar")
    with tarfile.open(fileobj=io.BytesIO(answer.content)) as archive:
        assert {one.mode for one in archive} == {ord("0")}


@fact("read 2.8", "a resource without a label: an empty collection, NULL selects it, zips keep its number")
def test_a_resource_without_a_label(own: tuple[Xnat, Path]) -> None:
    xnat, _ = own
    place = "/data/projects/SRC/subjects/001/experiments/001_MR2"
    put(xnat, f"{place}/files/x.txt", b"x")
    (row,) = xnat.rows(f"{place}/files")
    assert row["collection"] == ""
    assert len(xnat.rows(f"{place}/resources/NULL/files")) == 1
    assert xnat.rows(f"{place}/resources/OTHER/files") == []
    answer = xnat.get(f"{place}/files?format=zip")
    assert list(unzipped(answer.content)) == [f"001_MR2/resources/{row['cat_ID']}/files/x.txt"]


@pytest.mark.parametrize(
    ("query", "command"),
    [
        ("zip", ["unzip", "-t"]),
        ("zip&compression=8", ["unzip", "-t"]),
        ("zip&structure=improved", ["unzip", "-t"]),
        ("tar", ["tar", "-tf"]),
        ("tar.gz", ["tar", "-tzf"]),
    ],
)
@fact("read 2.10", "unzip and tar find nothing amiss")
def test_other_peoples_tools_agree(filed: Xnat, tmp_path: Path, query: str, command: list[str]) -> None:
    tool = shutil.which(command[0])
    if tool is None:
        pytest.skip(f"there is no {command[0]}")
    path = tmp_path / "download"
    path.write_bytes(filed.get(f"{SCANS}?format={query}").content)
    done = subprocess.run([tool, *command[1:], path], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count(".dcm") == 7
