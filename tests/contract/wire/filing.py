"""A server with resources at every level, for the tests that read them."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.wire.conftest import Xnat, serving

SUBJECT = "/data/projects/SRC/subjects/001"
SESSION = f"{SUBJECT}/experiments/001_MR1"
OWN = f"{SESSION}/resources/OWN/files"
WORLD = """
[[users]]
login = "ada"
projects = { SRC = "owner" }

[[users]]
login = "zoe"

[[projects]]
id = "SRC"

[[projects]]
id = "PROT"
accessibility = "protected"

[[projects]]
id = "PUB"
accessibility = "public"

[[sessions]]
project = "SRC"
subject = "001"
label = "001_MR1"
scans = [
  { id = "1", type = "loc[red]", files = 2, rows = 8, columns = 8 },
  { id = "2", type = "t1 mprage", files = 3, rows = 8, columns = 8 },
  { id = "3", files = 1, rows = 8, columns = 8 },
  { id = "4", type = "a/b,c", files = 1, rows = 8, columns = 8 },
]
resources = [
  { label = "BIDS", files = { "sub-001/anat/T1w.json" = "{}", "sub-001/x.tsv" = "a", "README" = "r" } },
  { label = "GONE", files = { "a.txt" = "a" }, lost = true },
]

[[sessions]]
project = "SRC"
subject = "001"
label = "001_MR2"
scans = [{ id = "1", type = "t1", files = 1, rows = 8, columns = 8 }]

[[sessions]]
project = "PROT"
subject = "p"
label = "p_MR1"
scans = [{ id = "1", files = 1, rows = 8, columns = 8 }]

[[sessions]]
project = "PUB"
subject = "b"
label = "b_MR1"
scans = [{ id = "1", files = 1, rows = 8, columns = 8 }]
"""


def packed() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("inner/x.txt", "inside")
        archive.writestr("y.bin", "more")
    return out.getvalue()


def put(xnat: Xnat, path: str, content: bytes, more: str = "") -> None:
    answer = xnat.put(f"{path}?inbody=true{more}", content=content)
    assert answer.status_code == 200, answer.text


def fill(xnat: Xnat) -> None:
    """Put resources where a world has none."""
    put(xnat, f"{SUBJECT}/resources/SUBJ/files/s.txt", b"s")
    put(xnat, "/data/projects/SRC/resources/PROJ/files/p.txt", b"p")
    nifti = f"{SESSION}/scans/2/resources/NIFTI/files"
    put(xnat, f"{nifti}/t1.nii", b"nifti", "&format=NIFTI&content=T1&tags=a,b")
    put(xnat, f"{nifti}/1/deep.txt", b"deep", "&content=T1")
    put(xnat, f"{nifti}/files/resources/odd.txt", b"odd", "&format=TEXT")
    named = f"{SESSION}/resources/NAMES/files"
    for name, content in (
        ("a%20b.txt", b"space"),
        ("a%2Bb.txt", b"plus"),
        ("50%25.txt", b"percent"),
        ("c%20d%2Be.txt", b"both"),
        ("e%20f.txt", b"alone"),
        ("pack.zip", packed()),
        ("bad.zip", b"this is no zip"),
    ):
        put(xnat, f"{named}/{name}", content)
    made = xnat.put(f"{SESSION}/assessors/QC1?xsiType=xnat:qcAssessmentData")
    assert made.status_code in (200, 201), made.text
    put(xnat, f"{SESSION}/assessors/QC1/out/resources/MEASURES/files/m.txt", b"m")
    put(xnat, f"{SESSION}/assessors/QC1/in/resources/SOURCE/files/i.txt", b"i")


@pytest.fixture(scope="module")
def filed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Xnat]:
    """For tests that only look."""
    with serving(tmp_path_factory.mktemp("world"), WORLD) as xnat:
        fill(xnat)
        yield xnat


@pytest.fixture
def own(tmp_path: Path) -> Iterator[tuple[Xnat, Path]]:
    """A server, and the folder of the resource OWN with two files that were put there."""
    data = tmp_path / "data"
    with serving(tmp_path, WORLD, data=data) as xnat:
        for name in ("here.txt", "gone.txt"):
            put(xnat, f"{OWN}/{name}", name.encode())
        yield xnat, data / "archive" / "SRC" / "arc001" / "001_MR1" / "RESOURCES" / "OWN"


def unzipped(content: bytes) -> dict[str, bytes]:
    """What a zip holds, every CRC looked at."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def uris(xnat: Xnat, path: str, user: str = "ada") -> list[str]:
    return [row["URI"] for row in xnat.rows(path, user)]


def number_of(xnat: Xnat, place: str, label: str) -> str:
    """A resource's number."""
    found = {row["label"]: row["xnat_abstractresource_id"] for row in xnat.rows(f"{place}/resources")}
    return found[label]
