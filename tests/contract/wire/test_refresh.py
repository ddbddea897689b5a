"""The refresh of catalogs (wire-write 4.7)."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.contract.facts import fact
from tests.contract.wire.conftest import WORLD, Xnat
from xnat_ferry.practice.process import PracticeServer

SESSION = "/data/projects/SRC/subjects/001/experiments/001_MR1"
A_SESSION = "/archive/projects/SRC/subjects/001/experiments/001_MR1"
FILES = f"{SESSION}/resources/N/files"


@pytest.fixture
def data(tmp_path: Path) -> Iterator[tuple[Xnat, Path]]:
    """A server, and the folder of a resource with two files, of which one goes and another comes."""
    world, folder = tmp_path / "world.toml", tmp_path / "data"
    world.write_text(WORLD)
    with PracticeServer(str(world), data=folder) as server:
        xnat = Xnat(server)
        for name in ("stays.txt", "goes.txt"):
            xnat.put(f"{FILES}/{name}?inbody=true", content=b"x")
        place = folder / "archive/SRC/arc001/001_MR1/RESOURCES/N"
        (place / "goes.txt").unlink()
        (place / "sub").mkdir()
        (place / "sub/comes.txt").write_bytes(b"new")
        yield xnat, place


def refresh(xnat: Xnat, resource: str = A_SESSION, more: str = "", user: str = "ada") -> httpx.Response:
    return xnat.post(f"/data/services/refresh/catalog?resource={resource}{more}", user)


def catalog(xnat: Xnat) -> dict[str, str]:
    """Digests by path."""
    found: list[dict[str, Any]] = xnat.rows(f"{FILES}?format=json")
    return {row["URI"].partition("/files/")[2]: row["digest"] for row in found}


@fact("write 4.7")
def test_without_options_everything_is_done(data: tuple[Xnat, Path]) -> None:
    xnat, _ = data
    answer = refresh(xnat)
    assert (answer.status_code, answer.text) == (200, "")
    assert catalog(xnat) == {
        "stays.txt": hashlib.md5(b"x").hexdigest(),
        "sub/comes.txt": hashlib.md5(b"new").hexdigest(),
    }


@fact("write 4.7")
@pytest.mark.parametrize("more", ["&options=append", "&append=true"])
def test_append_catalogues_what_lies_on_the_disk(data: tuple[Xnat, Path], more: str) -> None:
    xnat, _ = data
    refresh(xnat, more=more)
    assert set(catalog(xnat)) == {"stays.txt", "goes.txt", "sub/comes.txt"}
    assert catalog(xnat)["sub/comes.txt"] == ""


@fact("write 4.7")
def test_delete_drops_entries_without_a_file(data: tuple[Xnat, Path]) -> None:
    xnat, _ = data
    refresh(xnat, more="&options=delete")
    assert set(catalog(xnat)) == {"stays.txt"}


@fact("write 4.6")
@fact("write 4.7")
def test_checksum_fills_in_digests(data: tuple[Xnat, Path]) -> None:
    xnat, place = data
    (place / "stays.txt").write_bytes(b"other")
    refresh(xnat, more="&options=checksum,append")
    assert catalog(xnat)["stays.txt"] == hashlib.md5(b"other").hexdigest()


@fact("write 4.7")
def test_populate_stats_measures_the_files(data: tuple[Xnat, Path]) -> None:
    xnat, place = data
    (place / "stays.txt").write_bytes(b"longer than before")
    refresh(xnat, more="&options=populateStats")
    sizes = {row["Name"]: row["Size"] for row in xnat.rows(f"{FILES}?format=json")}
    assert sizes["stays.txt"] == "18"


@fact("write 4.7")
def test_a_resources_address_covers_that_one_only(data: tuple[Xnat, Path]) -> None:
    xnat, _ = data
    refresh(xnat, f"{A_SESSION}/resources/BIDS")
    assert set(catalog(xnat)) == {"stays.txt", "goes.txt"}
    assert refresh(xnat, f"{A_SESSION}/resources/N").status_code == 200
    assert set(catalog(xnat)) == {"stays.txt", "sub/comes.txt"}


@fact("write 4.7")
def test_several_addresses_of_every_kind_at_once(data: tuple[Xnat, Path]) -> None:
    xnat, _ = data
    others = "&resource=/archive/projects/SRC&resource=/archive/projects/SRC/subjects/001"
    by_id = f"&resource=/archive/experiments/{xnat.id_of('001_MR1')}"
    assert refresh(xnat, f"{A_SESSION}/scans/1/resources/DICOM", others + by_id).status_code == 200
    assert set(catalog(xnat)) == {"stays.txt", "sub/comes.txt"}


@fact("write 4.7", "the errors of a refresh")
@pytest.mark.parametrize(
    ("resource", "user", "status", "words"),
    [
        ("nonsense", "ada", 400, "Malformed URI: nonsense"),
        ("/archive/nonsense", "ada", 400, "Invalid URI: /archive/nonsense"),
        (
            "/archive/projects/NOPE",
            "ada",
            400,
            "Cannot locate archivable item securing /archive/projects/NOPE",
        ),
        (A_SESSION, "carl", 403, "The user carl does not have permission to edit the resource "),
    ],
)
def test_what_cannot_be_refreshed(xnat: Xnat, resource: str, user: str, status: int, words: str) -> None:
    answer = refresh(xnat, resource, user=user)
    assert answer.status_code == status
    assert xnat.headline(answer).startswith(words)


@fact("write 4.7")
@pytest.mark.parametrize("operations", ["", "/append,delete"])
def test_the_newer_address_takes_a_list(data: tuple[Xnat, Path], operations: str) -> None:
    xnat, _ = data
    answer = xnat.put(f"/xapi/archive/catalogs/refresh{operations}", json=[A_SESSION])
    assert answer.status_code == 200
    assert set(catalog(xnat)) == {"stays.txt", "sub/comes.txt"}


@fact("write 4.7")
def test_the_newer_address_refuses_with_plain_words(xnat: Xnat) -> None:
    answer = xnat.put("/xapi/archive/catalogs/refresh", "carl", json=[A_SESSION])
    assert answer.status_code == 403
    assert answer.text.startswith("The user carl does not have permission to edit the resource")


@fact("write 4.5", "which raw files get a UID by a refresh is not confirmed")
@pytest.mark.parametrize(("position", "filled"), [("true", True), ("false", False)])
def test_uids_of_files_put_raw(world: Callable[..., Xnat], position: str, filled: bool) -> None:
    xnat = world(f"[server]\nunconfirmed = {{ refresh_fills_uids = {position} }}\n" + WORLD)
    (session,) = xnat.project("SRC")["sessions"]
    name = session["scans"][0]["resources"][0]["files"][0]["path"]
    content = xnat.get(f"{SESSION}/scans/1/resources/DICOM/files/{name}").content
    xnat.put(f"{SESSION}/scans/9?xsiType=xnat:mrScanData")
    xnat.put(f"{SESSION}/scans/9/resources/DICOM/files/1.dcm?inbody=true", content=content)
    address = f"{SESSION}/scans/9/resources/DICOM"
    assert " UID=" not in xnat.get(address).text.partition("<cat:entry ")[2]
    refresh(xnat)
    assert (" UID=" in xnat.get(address).text.partition("<cat:entry ")[2]) is filled
