"""Files by PUT and POST (wire-write 4.5, 4.6)."""

import gzip
import hashlib
import io
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.conftest import WORLD, Xnat
from xnat_ferry.practice.process import PracticeServer

SESSION = "/data/projects/SRC/subjects/001/experiments/001_MR1"
NOTES = f"{SESSION}/resources/NOTES/files"
LEFT_OUT = [
    LeftOut(
        "write 4.5", "reference=, with async and notify", "it would open the tester's own disk to callers"
    ),
    LeftOut("write 4.5", "update-stats=false", "counts are taken from the catalog whenever they are shown"),
    LeftOut("write 4.4", "resources of reconstructions", "the server stores none"),
]


def put(
    xnat: Xnat, path: str, content: bytes = b"hello", more: str = "", user: str = "ada", at: str = NOTES
) -> httpx.Response:
    return xnat.put(f"{at}/{path}?inbody=true{more}", user, content=content)


def files(xnat: Xnat, label: str = "NOTES") -> dict[str, dict[str, object]]:
    (session,) = xnat.project("SRC")["sessions"]
    (found,) = [one for one in session["resources"] if one["label"] == label]
    return {one["path"]: one for one in found["files"]}


def rows(xnat: Xnat) -> dict[str, dict[str, str]]:
    return {row["Name"]: row for row in xnat.rows(f"{NOTES}?format=json")}


@pytest.fixture
def data(tmp_path: Path) -> Iterator[tuple[Xnat, Path]]:
    """A server and the folder in which its archive lies."""
    world, folder = tmp_path / "world.toml", tmp_path / "data"
    world.write_text(WORLD)
    with PracticeServer(str(world), data=folder) as server:
        yield Xnat(server), folder


@fact("write 4.5")
def test_a_stored_file_is_200_with_an_empty_text(fresh: Xnat) -> None:
    answer = put(fresh, "sub/a.txt")
    assert (answer.status_code, answer.text) == (200, "")
    assert answer.headers["content-type"].startswith("text/plain")
    assert files(fresh)["sub/a.txt"]["md5"] == hashlib.md5(b"hello").hexdigest()
    assert fresh.get(f"{NOTES}/sub/a.txt").content == b"hello"


@fact("write 4.5")
def test_a_known_file_is_told_as_a_duplicate_and_not_stored(fresh: Xnat) -> None:
    put(fresh, "a.txt", b"old")
    answer = put(fresh, "a.txt", b"new")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.json() == {"duplicates": ["a.txt"]}
    assert fresh.get(f"{NOTES}/a.txt").content == b"old"


@fact("write 4.5")
def test_the_others_of_a_request_with_a_duplicate_are_stored(fresh: Xnat) -> None:
    put(fresh, "a.txt", b"old")
    answer = fresh.post(NOTES, files=[("x", ("a.txt", b"new")), ("y", ("b.txt", b"new"))])
    assert answer.json() == {"duplicates": ["a.txt"]}
    assert set(files(fresh)) == {"a.txt", "b.txt"}
    assert fresh.get(f"{NOTES}/a.txt").content == b"old"


@fact("write 4.5")
def test_overwrite_replaces_what_is_there(fresh: Xnat) -> None:
    put(fresh, "a.txt", b"old")
    answer = put(fresh, "a.txt", b"new", "&overwrite=true")
    assert (answer.status_code, answer.text) == (200, "")
    assert fresh.get(f"{NOTES}/a.txt").content == b"new"


@fact("write 4.5")
def test_the_parts_of_a_form_give_several_files_their_names(fresh: Xnat) -> None:
    fresh.post(NOTES, files=[("any", ("a.txt", b"1")), ("field", ("b.txt", b"22"))])
    assert {name: one["size"] for name, one in files(fresh).items()} == {"a.txt": 1, "b.txt": 2}


@fact("write 4.5")
def test_a_path_stands_over_the_name_of_a_part_and_a_part_may_be_empty(fresh: Xnat) -> None:
    fresh.put(f"{NOTES}/sub/b.txt", files={"file": ("a.txt", b"")})
    assert {name: one["size"] for name, one in files(fresh).items()} == {"sub/b.txt": 0}


@fact("write 4.5")
def test_a_recognised_type_makes_the_body_a_file_without_inbody(fresh: Xnat) -> None:
    fresh.put(f"{NOTES}/a.bin", content=b"x", headers={"Content-Type": "application/octet-stream"})
    assert set(files(fresh)) == {"a.bin"}


@fact("write 4.5")
def test_what_is_said_of_a_file_is_kept_on_its_entry(fresh: Xnat) -> None:
    put(fresh, "a.txt", more="&format=TEXT&content=NOTE&description=words&tags=x,y")
    row = rows(fresh)["a.txt"]
    assert (row["file_format"], row["file_content"]) == ("TEXT", "NOTE")
    assert "x,y" in row["file_tags"]
    catalog = fresh.get(f"{SESSION}/resources/NOTES").text
    assert 'description="words"' in catalog
    assert 'format="TEXT"' in catalog
    assert 'content="NOTE"' in catalog


@fact("write 4.5")
@pytest.mark.parametrize("where", [NOTES, f"{SESSION}/resources/BIDS/files"])
def test_who_may_not_edit_gets_an_empty_200_and_nothing_is_stored(fresh: Xnat, where: str) -> None:
    before = fresh.project("SRC")
    answer = fresh.put(f"{where}/a.txt?inbody=true", "carl", content=b"x")
    assert (answer.status_code, answer.text) == (200, "")
    assert fresh.project("SRC") == before


@fact("write 4.5")
@pytest.mark.parametrize("body", [b"", b"some words"])
def test_a_request_that_brings_no_file_is_400(xnat: Xnat, body: bytes) -> None:
    answer = xnat.put(f"{NOTES}/a.txt", content=body)
    assert answer.status_code == 400
    assert xnat.headline(answer).startswith("You tried to PUT ")
    assert "didn't provide any data" in xnat.headline(answer)


@fact("write 4.5", "the 404 texts of a file's PUT")
@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("projects/NOPE", "Unable to identify project"),
        ("projects/SRC/subjects/NOPE", "Unable to identify subject"),
        ("projects/SRC/subjects/001/experiments/NOPE", "Unable to identify experiment"),
        ("experiments/NOPE", "Unable to identify experiment"),
        ("experiments/NOPE/scans/1", "Unable to identify image session"),
        ("projects/SRC/subjects/001/experiments/001_MR1/scans/9", "Unable to identify scan"),
        ("projects/SRC/subjects/001/experiments/001_MR1/scans/ALL", "Unable to identify scan"),
    ],
)
def test_a_place_that_is_not_there_or_not_one_is_404(xnat: Xnat, place: str, words: str) -> None:
    answer = xnat.put(f"/data/{place}/resources/NOTES/files/a.txt?inbody=true", content=b"x")
    assert answer.status_code == 404
    assert xnat.headline(answer).startswith(words)


def chunks() -> Iterator[bytes]:
    yield b"some"
    yield b"thing"


@fact("write 4.5")
def test_an_empty_raw_body_is_500(xnat: Xnat) -> None:
    answer = put(xnat, "a.txt", b"")
    assert answer.status_code == 500
    assert "the request entity size is 0 but the media type is not" in xnat.headline(answer)


@fact("write 4.5")
def test_a_chunked_raw_body_is_500(xnat: Xnat) -> None:
    answer = xnat.put(f"{NOTES}/a.txt?inbody=true", content=chunks())
    assert answer.status_code == 500
    assert "In-body File posts must include the file directly" in xnat.headline(answer)


@fact("write 7")
def test_a_chunked_zip_is_taken(fresh: Xnat) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.txt", "one")
    pieces = (packed.getvalue()[at : at + 10] for at in range(0, len(packed.getvalue()), 10))
    answer = fresh.put(
        f"{NOTES}/all.zip?inbody=true&extract=true",
        content=pieces,
        headers={"Content-Type": "application/zip"},
    )
    assert answer.status_code == 200
    assert set(files(fresh)) == {"a.txt"}


@fact("write 4.5")
def test_what_is_put_on_a_dicom_resource_stays_as_it_is(fresh: Xnat) -> None:
    where = f"{SESSION}/scans/1/resources/DICOM/files"
    (known, *_) = fresh.rows(f"{where}?format=json")
    content = fresh.get(f"{where}/{known['Name']}").content
    strange = content.replace(b"1.2.", b"9.9.")
    put(fresh, "strange.dcm", strange, at=where)
    put(fresh, "none.dcm", b"no DICOM at all", at=where)
    assert fresh.get(f"{where}/strange.dcm").content == strange
    assert fresh.get(f"{where}/none.dcm").content == b"no DICOM at all"
    catalog = fresh.get(f"{SESSION}/scans/1/resources/DICOM").text
    entries = {entry.partition('URI="')[2].partition('"')[0]: entry for entry in catalog.split("<cat:entry ")}
    assert " UID=" in f" {entries[known['Name']]}"
    assert " UID=" not in f" {entries['strange.dcm']}"


@fact("write 7")
def test_large_bodies_are_taken(fresh: Xnat) -> None:
    content = bytes(20 * 1024 * 1024)
    assert put(fresh, "raw", content).status_code == 200
    assert fresh.post(NOTES, files={"any": ("form", content)}).status_code == 200
    assert {one["size"] for one in files(fresh).values()} == {len(content)}


@fact("write 4.5")
def test_a_name_like_a_catalogs_is_500(xnat: Xnat) -> None:
    answer = put(xnat, "sub/x_catalog.xml")
    assert answer.status_code == 500
    assert xnat.headline(answer) == "XNAT cannot catalog sub/x_catalog.xml"


def packed_as(name: str) -> bytes:
    out = io.BytesIO()
    if name.endswith(("zip", "zar")):
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("in/a.txt", "one")
            archive.writestr("b.txt", "two")
    elif name.endswith("txt.gz"):
        out.write(gzip.compress(b"one"))
    else:
        plain = io.BytesIO()
        with tarfile.open(fileobj=plain, mode="w") as archive:
            for path, content in (("in/a.txt", b"one"), ("b.txt", b"two")):
                entry = tarfile.TarInfo(path)
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
        out.write(gzip.compress(plain.getvalue()) if name.endswith("gz") else plain.getvalue())
    return out.getvalue()


@fact("write 4.5", "extract goes by the ending of the name")
def test_archives_are_unpacked_by_their_ending(fresh: Xnat) -> None:
    for ending in ("zip", "zar", "tar", "xar", "tgz", "tar.gz"):
        answer = put(fresh, f"{ending}/all.{ending}", packed_as(ending), "&extract=true")
        assert (answer.status_code, answer.text) == (200, "")
        assert fresh.get(f"{NOTES}/{ending}/in/a.txt").content == b"one"
    put(fresh, "gz/c.txt.gz", packed_as("txt.gz"), "&extract=true")
    assert fresh.get(f"{NOTES}/gz/c.txt").content == b"one"
    put(fresh, "other/all.bin", packed_as("zip"), "&extract=true")
    put(fresh, "whole/all.zip", packed_as("zip"))
    assert {name for name in files(fresh) if "/all." in name} == {"other/all.bin", "whole/all.zip"}


@fact("write 4.5")
def test_two_writers_of_one_resource_disturb_each_other(data: tuple[Xnat, Path]) -> None:
    xnat, folder = data
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(4000):
            archive.writestr(f"{number}.txt", "x")
    put(xnat, "first.txt")
    answers: list[httpx.Response] = []
    body = out.getvalue()
    long = threading.Thread(target=lambda: answers.append(put(xnat, "all.zip", body, "&extract=true")))
    long.start()
    begun = folder / "archive/SRC/arc001/001_MR1/RESOURCES/NOTES/0.txt"
    while not begun.exists():
        assert long.is_alive() or begun.exists()
    assert put(xnat, "second.txt").status_code == 200
    long.join()
    assert answers[0].status_code == 500
    assert xnat.headline(answers[0]).startswith("Another thread or process modified ")
    assert set(files(xnat)) == {"first.txt", "second.txt"}


@fact("write 4.5", "where files lie below the session, the project and the subject")
def test_the_layout_on_the_disk(data: tuple[Xnat, Path]) -> None:
    xnat, folder = data
    archive = folder / "archive" / "SRC"
    assessor = xnat.put(f"{SESSION}/assessors/A?xsiType=xnat:qcManualAssessorData").text
    places = {
        f"{SESSION}/resources/N": "arc001/001_MR1/RESOURCES/N",
        f"{SESSION}/scans/1/resources/N": "arc001/001_MR1/SCANS/1/N",
        f"{SESSION}/assessors/A/resources/N": f"arc001/001_MR1/ASSESSORS/{assessor}/out/N",
        f"{SESSION}/assessors/A/in/resources/M": f"arc001/001_MR1/ASSESSORS/{assessor}/in/M",
        "/data/projects/SRC/resources/N": "resources/N",
        "/data/projects/SRC/subjects/001/resources/N": "subjects/001/N",
    }
    for address, place in places.items():
        answer = xnat.put(f"{address}/files/a.txt?inbody=true", content=b"x")
        assert answer.status_code == 200, address
        assert (archive / place / "a.txt").read_bytes() == b"x", address


@fact("write 4.5")
def test_an_overwritten_file_is_gone_unless_the_site_keeps_a_history(data: tuple[Xnat, Path]) -> None:
    xnat, folder = data
    put(xnat, "a.txt", b"1")
    put(xnat, "a.txt", b"2", "&overwrite=true")
    assert not list(folder.glob("cache/**/.history/**/a.txt"))
    xnat.post("/xapi/siteConfig", "root", json={"maintainFileHistory": True})
    put(xnat, "a.txt", b"3", "&overwrite=true")
    (kept,) = folder.glob("cache/**/.history/**/a.txt")
    assert kept.read_bytes() == b"2"


@fact("write 4.5")
def test_the_first_resource_of_a_scan_is_raw(fresh: Xnat) -> None:
    fresh.put(f"{SESSION}/scans/9?xsiType=xnat:mrScanData")
    for label in ("ONE", "TWO"):
        fresh.put(f"{SESSION}/scans/9/resources/{label}/files/a.txt?inbody=true", content=b"x")
    found = fresh.rows(f"{SESSION}/scans/9/resources?format=json")
    assert {row["label"]: row["content"] for row in found} == {"ONE": "RAW", "TWO": ""}


@fact("write 4.5")
def test_files_without_a_label_go_into_the_first_resource(fresh: Xnat) -> None:
    fresh.put(f"{SESSION}/files/a.txt?inbody=true", content=b"x")
    assert "a.txt" in files(fresh, "BIDS")


@fact("write 4.6")
def test_the_digest_is_of_the_stored_bytes_whatever_the_client_claims(fresh: Xnat) -> None:
    answer = fresh.put(
        f"{NOTES}/a.txt?inbody=true", content=b"hello", headers={"Content-MD5": "AAAAAAAAAAAAAAAAAAAAAA=="}
    )
    assert answer.status_code == 200
    assert rows(fresh)["a.txt"]["digest"] == hashlib.md5(b"hello").hexdigest()


@fact("write 4.6")
def test_without_checksums_there_are_no_digests(world: Callable[..., Xnat]) -> None:
    xnat = world("[server]\nchecksums = false\n" + WORLD)
    put(xnat, "a.txt")
    assert rows(xnat)["a.txt"]["digest"] == ""
