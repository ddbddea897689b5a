"""A folder, a ZIP or a tar on this machine, looked through: what it holds, and what it cannot make us do."""

import contextlib
import gzip
import os
import re
import struct
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom import dcmread

from tests.core.making import dicom_bytes
from xnat_ferry.dicom.header import HeaderElement, HeaderSample
from xnat_ferry.errors import FerryError, HostilePlace, PlaceUnreadable, SourceFileChanged
from xnat_ferry.labels import Labels
from xnat_ferry.local.places import HIDDEN, Found
from xnat_ferry.local.proposing import propose, session_type
from xnat_ferry.local.scanning import Scanned, open_place, scan


def look(path: Path, scratch: Path | None = None) -> Scanned:
    place = open_place(path, scratch)
    try:
        return scan(place)
    finally:
        place.close()


def in_folder(base: Path, files: dict[str, bytes]) -> Path:
    root = base / "folder"
    root.mkdir()
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return root


def in_zip(base: Path, files: dict[str, bytes]) -> Path:
    path = base / "all.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def in_tar(base: Path, files: dict[str, bytes], ending: str = ".tar", mode: str = "w") -> Path:
    path = base / f"all{ending}"
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, BytesIO(data))
    return path


def in_tar_gz(base: Path, files: dict[str, bytes]) -> Path:
    return in_tar(base, files, ".tar.gz", "w:gz")


KINDS: list[Callable[[Path, dict[str, bytes]], Path]] = [in_folder, in_zip, in_tar, in_tar_gz]


@contextmanager
def a_place() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def paths_of(found: Scanned) -> list[str]:
    return [file.found.path for study in found.studies for series in study.series for file in series.files]


def two_studies() -> dict[str, bytes]:
    return {
        "a/1.dcm": dicom_bytes("1.1.1", "1", "1.1"),
        "a/2.dcm": dicom_bytes("1.1.2", "1", "1.1"),
        "b/1.dcm": dicom_bytes("1.2.1", "1", "1.2"),
        "c/1.dcm": dicom_bytes("2.1.1", "2", "2.1"),
    }


@pytest.mark.parametrize("made", KINDS)
def test_files_are_grouped_by_study_and_series(
    tmp_path: Path, made: Callable[[Path, dict[str, bytes]], Path]
) -> None:
    found = look(made(tmp_path, two_studies()))
    grouped = {
        study.uid: {series.uid: [file.name for file in series.files] for series in study.series}
        for study in found.studies
    }
    assert grouped == {"1": {"1.1": ["1.dcm", "2.dcm"], "1.2": ["1.dcm"]}, "2": {"2.1": ["1.dcm"]}}
    assert found.others == ()


@pytest.mark.parametrize("made", KINDS)
def test_each_file_can_be_opened_again(
    tmp_path: Path, made: Callable[[Path, dict[str, bytes]], Path]
) -> None:
    files = two_studies()
    place = open_place(made(tmp_path, files), tmp_path / "scratch")
    found = scan(place)
    again = {}
    for study in found.studies:
        for series in study.series:
            for file in series.files:
                with place.open(file.found) as opened:
                    again[file.found.path] = opened.read(10_000_000)
    assert again == files
    stranger = Found("a/1.dcm", 1, "0")
    with pytest.raises(SourceFileChanged), place.open(stranger):
        pass
    place.close()
    assert not any((tmp_path / "scratch").glob("*"))  # what was unpacked had no name


@pytest.mark.parametrize("made", KINDS)
def test_what_cannot_travel_is_listed_with_its_reason(
    tmp_path: Path, made: Callable[[Path, dict[str, bytes]], Path]
) -> None:
    files = {
        "a/1.dcm": dicom_bytes("1.1.1", "1", "1.1"),
        "a/twin.dcm": dicom_bytes("1.1.1", "1", "1.1"),
        "a/cut.dcm": dicom_bytes("1.1.3", "1", "1.1")[:180],
        "a/homeless.dcm": dicom_bytes("1.1.4", "1", ""),
        "DICOMDIR": b"\0" * 128 + b"DICM" + b"\2\0\2\0UI\x14\0" + b"1.2.840.10008.1.3.10" + b"\0" * 300,
        "notes.txt": b"remember the milk" * 40,
        "empty": b"",
        ".DS_Store": b"Bud1",
        "__MACOSX/a/._1.dcm": dicom_bytes("1.1.9", "1", "1.1"),
    }
    others = {one.path: one.why for one in look(made(tmp_path, files)).others}
    hidden = {path: why for path, why in others.items() if why == HIDDEN}
    assert len(hidden) == 2
    assert {path: why for path, why in others.items() if why != HIDDEN} == {
        "a/twin.dcm": "another file with the SOPInstanceUID of a/1.dcm",
        "a/cut.dcm": "it cannot be read as DICOM",
        "a/homeless.dcm": "it has no SeriesInstanceUID",
        "DICOMDIR": "a DICOMDIR, the index of a medium",
        "notes.txt": "it is no DICOM file",
        "empty": "it is empty",
    }


NAMES = st.text(
    st.characters(blacklist_characters="/\\\0:", blacklist_categories=("Cs", "Cc")), min_size=1, max_size=12
).filter(lambda name: name.strip(". ") == name and len(name.encode()) < 200)
CONTENTS = st.one_of(
    st.binary(max_size=200),
    st.integers(1, 30).map(lambda n: dicom_bytes(f"1.1.{n}", str(n % 2 + 1), f"1.{n % 3 + 1}")),
    st.integers(1, 30).map(lambda n: dicom_bytes(f"1.1.{n}", "1", "1.1")[: 100 + 10 * n]),
)
TREES = st.dictionaries(st.lists(NAMES, min_size=1, max_size=3).map("/".join), CONTENTS, max_size=8)


def is_a_tree(files: dict[str, bytes]) -> bool:
    folded = {name.casefold() for name in files}
    return len(folded) == len(files) and not any(
        other != name and other.startswith(f"{name}/") for name in folded for other in folded
    )


@given(TREES.filter(is_a_tree))
@settings(max_examples=12, deadline=None)
def test_every_file_is_either_carried_or_told_of(files: dict[str, bytes]) -> None:
    told = []
    for made in KINDS:
        with a_place() as base:
            found = look(made(base, files))
        named = [*paths_of(found), *(one.path for one in found.others)]
        whole = {name for name in named if name in files}
        # hidden folders of a folder are told of once
        beneath = {name for name in files if any(name.startswith(f"{one}/") for one in named)}
        assert whole | beneath == files.keys()
        assert len(named) == len(set(named))
        told.append(sorted(series.uid for study in found.studies for series in study.series))
        for study in found.studies:
            assert len({series.scan for series in study.series}) == len(study.series)
            for series in study.series:
                names = [file.name.casefold() for file in series.files]
                assert len(set(names)) == len(names)
    assert told[1:] == told[:-1]


def test_a_folder_is_not_left_by_any_link(tmp_path: Path) -> None:
    root = in_folder(tmp_path, {"a/1.dcm": dicom_bytes("1.1.1", "1", "1.1")})
    outside = tmp_path / "outside.dcm"
    outside.write_bytes(dicom_bytes("9.9.9", "9", "9.9"))
    (root / "out.dcm").symlink_to(outside)
    (root / "up").symlink_to(tmp_path)
    (root / "round").symlink_to(root / "a")
    (root / "within.dcm").symlink_to(root / "a/1.dcm")
    (root / "nowhere").symlink_to(root / "gone")
    os.mkfifo(root / "pipe")
    found = look(root)
    assert paths_of(found) == ["within.dcm"] or paths_of(found) == ["a/1.dcm"]
    others = {one.path: one.why for one in found.others}
    assert others["out.dcm"] == others["up"] == "a link that leads out of the folder"
    assert others["round"] == "a link to a folder, which is not followed"
    assert others["pipe"] == "no regular file"
    assert others["nowhere"]


def test_a_file_that_was_exchanged_for_a_link_is_not_opened(tmp_path: Path) -> None:
    root = in_folder(tmp_path, {"1.dcm": dicom_bytes()})
    place = open_place(root)
    ((series,),) = [study.series for study in scan(place).studies]
    (root / "1.dcm").rename(tmp_path / "1.dcm")
    (root / "1.dcm").symlink_to(tmp_path / "1.dcm")
    with pytest.raises((OSError, SourceFileChanged)), place.open(series.files[0].found):
        pass


@pytest.mark.parametrize("name", ["../1.dcm", "/etc/1.dcm", "a/../../1.dcm", "C:/1.dcm", "..\\1.dcm"])
@pytest.mark.parametrize("made", [in_zip, in_tar, in_tar_gz])
def test_an_archive_that_climbs_out_is_refused(
    tmp_path: Path, made: Callable[[Path, dict[str, bytes]], Path], name: str
) -> None:
    with pytest.raises(HostilePlace, match="outside"):
        look(made(tmp_path, {name: dicom_bytes()}))


@pytest.mark.parametrize(
    ("name", "kind", "leads_to", "out"),
    [
        ("innocent.dcm", tarfile.SYMTYPE, "../../etc/passwd", True),
        ("a/b/innocent.dcm", tarfile.SYMTYPE, "../../../etc/passwd", True),
        ("a/innocent.dcm", tarfile.SYMTYPE, "/etc/passwd", True),
        ("a/innocent.dcm", tarfile.LNKTYPE, "../etc/passwd", True),
        ("a/b/innocent.dcm", tarfile.SYMTYPE, "../../1.dcm", False),
    ],
)
def test_a_link_in_a_tar_that_climbs_out_is_refused(
    tmp_path: Path, name: str, kind: bytes, leads_to: str, out: bool
) -> None:
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w") as archive:
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, leads_to
        archive.addfile(member)
    if out:
        with pytest.raises(HostilePlace, match="outside"):
            look(path)
    else:
        assert [one.why for one in look(path).others] == ["a link"]


def test_bombs_are_refused_before_they_go_off(tmp_path: Path) -> None:
    zeros = b"\0" * 1_000_000
    packed = tmp_path / "bomb.tar.gz"
    with gzip.open(packed, "wb", compresslevel=9) as file:
        member = tarfile.TarInfo("1.dcm")
        member.size = 2**40
        file.write(member.tobuf())
        file.write(zeros)
    with pytest.raises(HostilePlace, match="grow"):
        look(packed)
    with pytest.raises(FerryError):
        look(packed, tmp_path / "scratch")
    zipped = tmp_path / "bomb.zip"
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("1.dcm", zeros)
    content = bytearray(zipped.read_bytes())
    place = content.index(b"PK\1\2") + 24
    content[place : place + 4] = struct.pack("<L", 2**32 - 2)
    zipped.write_bytes(content)
    with pytest.raises(HostilePlace, match="grow"):
        look(zipped)


def test_a_tar_whose_description_is_endless_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    member = tarfile.TarInfo("pax")
    member.type, member.size = tarfile.XHDTYPE, 2**31
    path.write_bytes(member.tobuf(tarfile.GNU_FORMAT) + b"\0" * 2048)
    with pytest.raises(HostilePlace, match="endless"):
        look(path)


@pytest.mark.parametrize("made", [in_zip, in_tar, in_tar_gz])
def test_an_archive_that_was_cut_is_not_taken_for_a_small_one(
    tmp_path: Path, made: Callable[[Path, dict[str, bytes]], Path]
) -> None:
    path = made(tmp_path, two_studies())
    content = path.read_bytes()
    # behind the files a tar has two empty blocks, and then as many as fill it up to twenty
    for cut in (len(content) // 20, len(content) // 7, len(content) // 5, 3 * len(content) // 10):
        path.write_bytes(content[:cut])
        with pytest.raises(PlaceUnreadable):
            look(path)


@given(st.integers(0, 3000), st.integers(1, 255))
@settings(max_examples=20, deadline=None)
def test_a_damaged_archive_never_raises_anything_unforeseen(place: int, flip: int) -> None:
    for made in (in_zip, in_tar, in_tar_gz):
        with a_place() as base:
            path = made(base, two_studies())
            content = bytearray(path.read_bytes())
            content[place % len(content)] ^= flip
            path.write_bytes(content)
            with contextlib.suppress(FerryError):
                look(path)


def test_no_two_files_of_a_series_travel_under_one_name(tmp_path: Path) -> None:
    """Not even where one is called after another one's UID."""
    uids = ["1.1.1", "1.1.2", "1.1.3", "1.1.4"]
    names = ["a/1.1.2.dcm", "b/1.1.2.dcm", "c/1.1.3.dcm", "d/1.1.2.DCM"]
    files = {name: dicom_bytes(uid, "1", "1.1") for name, uid in zip(names, uids, strict=True)}
    ((series,),) = [study.series for study in look(in_folder(tmp_path, files)).studies]
    assert len({file.name.casefold() for file in series.files}) == len(files)
    assert look(tmp_path / "folder") == look(tmp_path / "folder"), "each time the same"


def test_a_uid_that_is_a_path_names_no_file(tmp_path: Path) -> None:
    image = dicom_bytes("1.1.1.1.1.1.1", "1", "1.1").replace(b"1.1.1.1.1.1.1\0", b"../../../../a\0")
    ((series,),) = [study.series for study in look(in_folder(tmp_path, {"files": image})).studies]
    assert re.fullmatch(r"[0-9a-f]{32}\.dcm", series.files[0].name)


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "packed"])
def test_two_tars_one_behind_the_other_are_not_taken_for_the_first(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    """Nothing that lists a tar sees what is behind its end, so nobody would miss it."""
    whole = in_tar(tmp_path, two_studies()).read_bytes()
    path = tmp_path / "two.tar"
    path.write_bytes(pack(whole) + pack(whole))
    with pytest.raises(PlaceUnreadable, match="follows its end"):
        look(path)


@pytest.mark.parametrize("place", [0, 1])
def test_a_member_of_less_than_nothing_leads_nowhere(tmp_path: Path, place: int) -> None:
    """tarfile goes back by so much, and round and round."""
    path = in_tar(tmp_path, {"a": b"", "b": b"", "c": dicom_bytes()})
    content = bytearray(path.read_bytes())
    head = content[512 * place : 512 * (place + 1)]
    head[124:136] = (-512 * (place + 1)).to_bytes(12, "big", signed=True)
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    content[512 * place : 512 * (place + 1)] = head
    path.write_bytes(content)
    with pytest.raises(PlaceUnreadable):
        look(path)
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as archive:
        member = tarfile.TarInfo("1.dcm")
        member.size, member.pax_headers = 512, {"size": "-2048"}
        archive.addfile(member, BytesIO(b"x" * 512))
    with pytest.raises(PlaceUnreadable):
        look(path)


def test_a_tar_that_is_written_to_meanwhile_is_not_read_on(tmp_path: Path) -> None:
    path = in_tar(tmp_path, two_studies())
    place = open_place(path)
    found = scan(place).studies[0].series[0].files[0].found
    with pytest.raises(SourceFileChanged), place.open(found):
        os.utime(path, (1, 1))
    with pytest.raises(SourceFileChanged), place.open(found):
        pass
    place.close()


def test_what_is_no_archive_is_said_to_be_none(tmp_path: Path) -> None:
    for name in ("a.zip", "a.tar.gz", "a.tar", "a.dcm"):
        (tmp_path / name).write_bytes(b"no archive at all")
        with pytest.raises(PlaceUnreadable):
            look(tmp_path / name)
    with pytest.raises(PlaceUnreadable):
        look(tmp_path / "not there")


def sample(**values: str) -> HeaderSample:
    tags = {
        "name": (0x00100010, "PN"),
        "id": (0x00100020, "LO"),
        "study": (0x00081030, "LO"),
        "comments": (0x00104000, "LT"),
    }
    return HeaderSample(
        scan="1", elements=tuple(HeaderElement(*tags[key], value) for key, value in values.items())
    )


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ({"name": "P01", "id": "P01_MR1"}, Labels("P01", "P01_MR1")),
        ({"name": "DOE^JANE", "id": "4 7"}, Labels("DOE_JANE", "4_7")),
        ({"name": "x", "id": "y", "study": "xnat://PRJ/S1/S1_MR1"}, Labels("S1", "S1_MR1")),
        ({"name": "x", "id": "y", "comments": "Project:A Subject:S2 Session:S2_CT"}, Labels("S2", "S2_CT")),
        ({"id": "only"}, Labels("only", "only")),
        ({}, Labels("dicom_upload", "dicom_upload")),
    ],
)
def test_labels_are_proposed_as_xnat_would_name_a_session(values: dict[str, str], labels: Labels) -> None:
    assert propose([sample(**values)]) == labels


def test_two_studies_never_get_one_label(tmp_path: Path) -> None:
    found = look(in_folder(tmp_path, two_studies()))
    assert [study.labels.session for study in found.studies] == ["dicom_upload", "dicom_upload_2"]
    assert [study.labels.subject for study in found.studies] == ["dicom_upload", "dicom_upload_2"]


def of_patient(sop_uid: str, patient: str) -> bytes:
    image = dcmread(BytesIO(dicom_bytes(sop_uid, "1", "1.1")))
    image.PatientID = patient
    content = BytesIO()
    image.save_as(content)
    return content.getvalue()


@pytest.mark.parametrize("made", KINDS)
def test_a_second_patient_in_a_series_is_seen(
    tmp_path: Path, made: Callable[[Path, dict[str, bytes]], Path]
) -> None:
    patients = ["P1"] * 3 + ["P2"] * 2 + [""]
    files = {f"{n}.dcm": of_patient(f"1.1.{n}", one) for n, one in enumerate(patients)}
    ((series,),) = [study.series for study in look(made(tmp_path, files)).studies]
    assert [sample.value(0x00100020) for sample in series.samples] == ["P1", "P2", ""]


def test_the_type_of_a_session_is_xnats() -> None:
    assert session_type(["MR", "SR"]) == "xnat:mrSessionData"
    assert session_type(["PT", "CT"]) == "xnat:petSessionData"
    assert session_type(["PT", "MR"]) == "xnat:petmrSessionData"
    assert session_type(["XYZ"]) == "xnat:otherDicomSessionData"
