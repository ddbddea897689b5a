"""Ranges, conditions, lengths (wire-read 0.6)."""

from collections.abc import Callable
from email.utils import formatdate, parsedate_to_datetime

import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.conftest import WORLD, Xnat

SESSION = "/data/projects/SRC/subjects/001/experiments/001_MR1"
FILE = f"{SESSION}/scans/1/resources/DICOM/files/0001.dcm"
ZIP = f"{SESSION}/scans/1/files?format=zip"

LEFT_OUT = [LeftOut("read 0.6", "tar.gz", "as tar: both are made while they are sent")]

UNCOUNTED = [
    ZIP,
    f"{SESSION}/scans/1/files?format=tar",
    "/data/projects?format=json",
    "/data/projects?format=csv",
    f"{SESSION}?format=json",
]


@fact("read 0.6")
def test_a_file_has_its_length_and_date_and_no_etag(xnat: Xnat) -> None:
    answer = xnat.get(FILE)
    assert answer.headers["content-length"] == str(len(answer.content))
    assert parsedate_to_datetime(answer.headers["last-modified"]).year > 2000
    assert "etag" not in answer.headers


@pytest.mark.parametrize(
    ("wanted", "start", "end"), [("bytes=0-9", 0, 10), ("bytes=10-", 10, None), ("bytes=-7", -7, None)]
)
@fact("read 0.6", "a single range of a file is 206 with Content-Range")
def test_a_range_of_a_file(xnat: Xnat, wanted: str, start: int, end: int | None) -> None:
    whole = xnat.get(FILE).content
    answer = xnat.get(FILE, headers={"Range": wanted})
    assert answer.status_code == 206
    assert answer.content == whole[start:end]
    first = start % len(whole)
    last = first + len(answer.content) - 1
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(whole)}"
    assert answer.headers["content-length"] == str(len(answer.content))


@fact("read 0.6")
def test_a_range_that_ends_past_the_file_is_what_there_is(xnat: Xnat) -> None:
    whole = xnat.get(FILE).content
    answer = xnat.get(FILE, headers={"Range": f"bytes=5-{len(whole) + 99}"})
    assert (answer.status_code, answer.content) == (206, whole[5:])


@pytest.mark.parametrize("path", UNCOUNTED)
@fact("read 0.6", "zips, tars, tables and item JSON come in chunks, without a length, date or ETag")
def test_no_length(xnat: Xnat, path: str) -> None:
    answer = xnat.get(path)
    assert answer.status_code == 200
    assert "content-length" not in answer.headers
    assert answer.headers["transfer-encoding"] == "chunked"
    assert "last-modified" not in answer.headers
    assert "etag" not in answer.headers


@pytest.mark.parametrize("path", UNCOUNTED)
@fact("read 0.6", "of what has no length an open range is 500, and a bounded one is ignored")
def test_ranges_without_a_length(xnat: Xnat, path: str) -> None:
    for wanted in ("bytes=5-", "bytes=-5"):
        assert xnat.get(path, headers={"Range": wanted}).status_code == 500
    bounded = xnat.get(path, headers={"Range": "bytes=0-4"})
    assert bounded.status_code == 200
    assert len(bounded.content) == len(xnat.get(path).content)


@fact("read 0.6")
def test_plain_text_has_a_length_and_ranges(xnat: Xnat) -> None:
    whole = xnat.get("/data/auth")
    assert whole.headers["content-length"] == str(len(whole.content))
    part = xnat.get("/data/auth", headers={"Range": "bytes=6-8"})
    assert (part.status_code, part.text) == (206, "ada")


@pytest.mark.parametrize("path", [FILE, ZIP, "/data/auth", "/data/projects", "/data/projects/NOPE"])
@fact("read 0.6", "Accept-Ranges and Vary are on every answer of Restlet's, and on none of Spring's")
def test_every_answer_claims_ranges(xnat: Xnat, path: str) -> None:
    answer = xnat.get(path)
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["vary"] == "Accept, Accept-Charset, Accept-Encoding, Accept-Language"
    assert "accept-ranges" not in xnat.get("/xapi/siteConfig/siteId").headers


@pytest.mark.parametrize("path", [FILE, ZIP, "/data/auth"])
@fact("read 0.6", "two ranges are 501")
def test_two_ranges(xnat: Xnat, path: str) -> None:
    assert xnat.get(path, headers={"Range": "bytes=0-1,4-5"}).status_code == 501


@fact("read 0.6")
def test_if_range_is_not_looked_at(xnat: Xnat) -> None:
    headers = {"Range": "bytes=0-1", "If-Range": '"something else"'}
    assert xnat.get(FILE, headers=headers).status_code == 206


@fact("read 0.6")
def test_a_start_past_the_end_is_empty_or_500_but_never_416(world: Callable[..., Xnat]) -> None:
    wanted = {"true": (206, 0), "false": (500, None)}
    for switch, (status, length) in wanted.items():
        xnat = world(f"[server]\nunconfirmed = {{ range_past_the_end_is_empty = {switch} }}\n" + WORLD)
        answer = xnat.get(FILE, headers={"Range": "bytes=99999999-"})
        assert answer.status_code == status
        assert length is None or len(answer.content) == length


@fact("read 0.6")
def test_an_unchanged_file_is_304(xnat: Xnat) -> None:
    modified = xnat.get(FILE).headers["last-modified"]
    later = formatdate(parsedate_to_datetime(modified).timestamp() + 60, usegmt=True)
    earlier = formatdate(parsedate_to_datetime(modified).timestamp() - 60, usegmt=True)
    for since in (modified, later):
        answer = xnat.get(FILE, headers={"If-Modified-Since": since})
        assert (answer.status_code, answer.content) == (304, b"")
    for since in (earlier, "once upon a time"):
        assert xnat.get(FILE, headers={"If-Modified-Since": since}).status_code == 200


@fact("read 0.6")
def test_a_file_is_an_attachment_that_has_to_be_asked_for_again(xnat: Xnat) -> None:
    headers = xnat.get(FILE).headers
    assert headers["content-disposition"] == 'attachment; filename="0001.dcm";'
    assert headers["cache-control"] == "must-revalidate"


@fact("read 0.6")
def test_a_put_of_a_part_is_501(xnat: Xnat) -> None:
    answer = xnat.put(
        f"{SESSION}/resources/BIDS/files/new.txt?inbody=true",
        content=b"abc",
        headers={"Content-Range": "bytes 0-2/10"},
    )
    assert answer.status_code == 501
    assert [file["path"] for file in xnat.project("SRC")["sessions"][0]["resources"][0]["files"]] == [
        "sub-001/T1w.json"
    ]


@fact("read 0.4")
def test_head_has_the_headers_of_get_and_no_body(xnat: Xnat) -> None:
    whole = xnat.get(FILE)
    head = xnat.send("HEAD", FILE)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-length", "content-type", "last-modified", "content-disposition"):
        assert head.headers[name] == whole.headers[name]
    assert xnat.send("HEAD", "/data/projects/NOPE").status_code == 404
    assert xnat.send("HEAD", "/xapi/siteConfig/siteId").status_code == 200
    assert "content-length" not in xnat.send("HEAD", ZIP).headers
