"""Every kind of fault, on files, on bodies made while they are sent, and on uploads; in steady memory."""

import hashlib
import time
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import httpx
import pytest

from tests.contract.wire.conftest import Xnat
from xnat_ferry.practice.faults import Fault, Rules

SESSION = "/data/projects/SRC/subjects/001/experiments/001_MR1"
FILE = f"{SESSION}/scans/1/resources/DICOM/files/0001.dcm"
ZIP = f"{SESSION}/scans/ALL/files?format=zip"
FILES = f"{SESSION}/resources/BIDS/files"
BOTH = pytest.mark.parametrize("path", [FILE, ZIP], ids=["file", "zip"])
NO_ANSWER = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)


@pytest.fixture
def spoilt(shared: Xnat) -> Iterator[Xnat]:
    """A server that is as it should be again afterwards."""
    yield shared
    shared.server.set_faults([])


def received(xnat: Xnat, path: str) -> tuple[httpx.Response, bytes, bool]:
    """The answer, its bytes, and whether it came to its end."""
    got = bytearray()
    with httpx.stream(
        "GET", xnat.server.url + path, auth=("ada", "practice"), trust_env=False, timeout=30
    ) as answer:
        try:
            for piece in answer.iter_raw():
                got += piece
        except NO_ANSWER:
            return answer, bytes(got), False
    return answer, bytes(got), True


@BOTH
@pytest.mark.parametrize(("cut", "kept"), [(0.5, None), (100, 100), (0.0, 0)])
def test_a_cut_comes_after_a_part_or_so_many_bytes(
    spoilt: Xnat, path: str, cut: float, kept: int | None
) -> None:
    whole = spoilt.get(path).content
    spoilt.server.set_faults([{"match": "GET .*/files", "cut_after": cut}])
    answer, got, complete = received(spoilt, path)
    assert (answer.status_code, complete) == (200, False)
    assert len(got) == (len(whole) // 2 if kept is None else kept)
    assert path == ZIP or got == whole[: len(got)]
    assert spoilt.server.log()[-1]["bytes_out"] == len(got)


@BOTH
def test_a_truncated_body_looks_complete(spoilt: Xnat, path: str) -> None:
    whole = spoilt.get(path).content
    spoilt.server.set_faults([{"match": "GET .*/files", "truncate": True}])
    answer, got, complete = received(spoilt, path)
    assert (answer.status_code, complete) == (200, True)
    assert len(got) == len(whole) * 6 // 10


@BOTH
def test_a_flipped_byte_is_one_and_the_size_stays(spoilt: Xnat, path: str) -> None:
    whole = spoilt.get(path).content
    spoilt.server.set_faults([{"match": "GET .*/files", "flip_byte": True}])
    got = spoilt.get(path).content
    assert len(got) == len(whole)
    if path == FILE:
        assert [one ^ other for one, other in zip(got, whole, strict=True) if one != other] == [1]


def test_a_flipped_byte_spoils_one_member_of_a_zip(spoilt: Xnat) -> None:
    spoilt.server.set_faults([{"match": "GET .*/files", "flip_byte": True}])
    try:
        with zipfile.ZipFile(BytesIO(spoilt.get(ZIP).content)) as archive:
            assert archive.testzip() is not None
    except zipfile.BadZipFile:
        pass  # it was in a header


def test_a_slow_line_takes_its_time(spoilt: Xnat) -> None:
    size = len(spoilt.get(FILE).content)
    spoilt.server.set_faults([{"match": "GET .*/files", "bytes_per_second": size * 4}])
    began = time.monotonic()
    assert len(spoilt.get(FILE).content) == size
    assert time.monotonic() - began > 0.2


def test_a_slow_line_is_slow_for_uploads_too(spoilt: Xnat) -> None:
    spoilt.server.set_faults([{"match": "PUT .*/files", "bytes_per_second": 200_000}])
    began = time.monotonic()
    assert spoilt.put(f"{FILES}/slow.bin?inbody=true", content=b"0" * 60_000).status_code == 200
    assert time.monotonic() - began > 0.25


def test_a_delay_comes_before_the_answer(spoilt: Xnat) -> None:
    spoilt.server.set_faults([{"match": "GET /data/auth", "delay": 0.4}])
    began = time.monotonic()
    assert spoilt.get("/data/auth").status_code == 200
    assert time.monotonic() - began > 0.4


@pytest.mark.parametrize("cut", [0.5, 1000])
def test_a_cut_upload_stores_nothing_and_has_no_answer(spoilt: Xnat, cut: float) -> None:
    spoilt.server.set_faults([{"match": "PUT .*/files", "cut_after": cut}])
    with pytest.raises(NO_ANSWER):
        spoilt.put(f"{FILES}/cut.bin?inbody=true", content=b"0" * 3_000_000)
    assert spoilt.server.log()[-1]["status"] == 0
    assert spoilt.get(f"{FILES}/cut.bin").status_code == 404


def test_a_cut_of_a_call_without_a_body_cuts_the_answer(spoilt: Xnat) -> None:
    spoilt.server.set_faults([{"match": "POST /data/JSESSION", "cut_after": 0.5}])
    with pytest.raises(NO_ANSWER):
        spoilt.post("/data/JSESSION")
    assert (spoilt.server.log()[-1]["status"], spoilt.server.log()[-1]["bytes_out"]) == (200, 16)


def test_a_reset_comes_after_the_work_is_asked_for_and_before_the_answer(spoilt: Xnat) -> None:
    spoilt.server.set_faults([{"match": "(GET|PUT) .*", "reset": True}, {"match": "PUT .*", "reset": True}])
    with pytest.raises(NO_ANSWER):
        spoilt.put(f"{FILES}/reset.bin?inbody=true", content=b"0" * 1000)
    assert spoilt.server.log()[-1]["bytes_in"] == 1000


def test_everybody_is_logged_out(spoilt: Xnat) -> None:
    cookie = {"Cookie": f"JSESSIONID={spoilt.get('/data/JSESSION').text}"}
    spoilt.server.set_faults([{"match": "GET /data/auth", "expire_login": True, "times": 1}])
    assert [spoilt.get("/data/auth", "", headers=cookie).status_code for _ in range(2)] == [401, 401]
    assert spoilt.get("/data/auth").status_code == 200


def test_the_login_page_comes_with_200(spoilt: Xnat) -> None:
    spoilt.server.set_faults([{"match": "GET .*/files", "login_page": True}])
    answer = spoilt.get(FILE)
    assert answer.status_code == 200
    assert "<!-- BEGIN xnat-templates/screens/Login.vm -->" in answer.text


def test_a_full_disk_is_500_for_a_file(spoilt: Xnat) -> None:
    spoilt.server.set_faults([{"match": "PUT .*/files", "no_space": True}])
    assert spoilt.put(f"{FILES}/full.bin?inbody=true", content=b"0").status_code == 500
    assert spoilt.get(f"{FILES}/full.bin").status_code == 404


def test_a_flipped_byte_of_a_raw_upload_is_stored(spoilt: Xnat) -> None:
    spoilt.server.set_faults([{"match": "PUT .*/files", "flip_byte": True}])
    assert spoilt.put(f"{FILES}/flip.bin?inbody=true", content=b"0" * 1001).status_code == 200
    stored = spoilt.get(f"{FILES}/flip.bin").content
    assert stored == b"0" * 500 + b"1" + b"0" * 500


def test_who_leaves_during_an_upload_has_stored_nothing(shared: Xnat) -> None:
    def broken_off() -> Iterator[bytes]:
        yield b"0" * 100_000
        raise ConnectionAbortedError

    with pytest.raises(ConnectionAbortedError):
        shared.put(
            f"{FILES}/left.bin?inbody=true", content=broken_off(), headers={"Content-Length": "200000"}
        )
    assert shared.get(f"{FILES}/left.bin").status_code == 404


def memory_of(xnat: Xnat) -> int:
    """The most that the server has held so far, in bytes."""
    process = xnat.server._process
    assert process is not None
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc to look at the memory")
def test_memory_stays_flat_whatever_is_spoilt(fresh: Xnat) -> None:
    size = 48 * 1024 * 1024
    block = hashlib.sha256(b"block").digest() * 32768
    body = (block for _ in range(size // len(block)))
    path = f"{FILES}/big.bin?inbody=true"
    assert fresh.put(path, content=body, headers={"Content-Length": str(size)}).status_code == 200
    before = memory_of(fresh)
    for fault in ({}, {"flip_byte": True}, {"truncate": True}, {"cut_after": 0.9}, {"cut_after": size - 1}):
        fresh.server.set_faults([{"match": "GET .*/files", "times": 2, **fault}])
        for wanted in (f"{FILES}/big.bin", f"{FILES}?format=zip"):
            _, got, _ = received(fresh, wanted)
            assert len(got) > size // 2
    assert memory_of(fresh) - before < 12 * 1024 * 1024


def test_a_limit_strikes_larger_bodies_only() -> None:
    rule = Fault(match="POST /x", larger_than=100, status=413, nth=1)
    rules = Rules([rule])
    assert rules.hit("POST", "/x", 100) is None
    assert rules.hit("POST", "/x", 101) is rule
    assert rules.hit("POST", "/x", 101) is None
    assert rule.name == "larger_than,status"
