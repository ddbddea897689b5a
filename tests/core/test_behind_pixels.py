"""What lies outside the pixel data is proven too, or the source keeps it: spectra, what follows an image."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import msgspec
import pydicom
import pytest
from pydicom.uid import UID

from tests.core.harbour import Harbour, harbour, session_toml, told
from tests.core.making import dicom_bytes
from tests.core.test_tail import PADDING, bare, behind
from xnat_ferry import events
from xnat_ferry.model import Level, Mark, Where
from xnat_ferry.settle.orders import RemovalOrder, keep_removal_order
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.verify import SessionVerification
from xnat_ferry.verify.scrutiny import Scrutiny
from xnat_ferry.verify.session import Destination, verify_session
from xnat_ferry.verify.source import Source
from xnat_ferry.xnat.project_settings import read_settings

IMPORT = "POST .*/services/import"
SPECTRUM = b"\1\2" * 2000
NAMES = ("spectrum", "spectrum_turned", "tailed", "tail_turned", "before", "script_takes")
STOCK = ("0008,1030", "0010,0010", "0010,0020")


def _content(label: str, number: int) -> bytes:
    """One instance of a session of its own."""
    content = bare(SPECTRUM) if "spectrum" in label else dicom_bytes() + behind(SPECTRUM, b"item")
    made = pydicom.dcmread(BytesIO(content))
    made.StudyInstanceUID, made.SeriesInstanceUID = f"2.25.{number}", f"2.25.{number}.1"
    made.SOPInstanceUID = made.file_meta.MediaStorageSOPInstanceUID = UID(f"2.25.{number}.1.1")
    written = BytesIO()
    made.save_as(written)
    return written.getvalue()


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harbour]:
    home = tmp_path_factory.mktemp("behind")
    scans = '[{ id = "1", type = "t1", files = 1, rows = 64, columns = 64 }]'
    world = "".join(session_toml(f"short_{level}", scans=scans) for level in ("counts", "identity"))
    for number, label in enumerate(NAMES, 7701):
        (home / label).mkdir()
        (home / label / "1.dcm").write_bytes(_content(label, number))
        world += f'\n[[sessions]]\nproject = "SRC"\nsubject = "S"\nlabel = "{label}"\ndicom = "{label}"\n'
    with harbour(home, world) as made:
        yield made


@pytest.fixture(autouse=True)
def _calm(port: Harbour) -> Iterator[None]:
    yield
    port.server.set_faults([])


def compared(
    port: Harbour,
    folder: TransferFolder,
    level: Level = Level.FULL,
    *,
    source: bool = True,
    every: bool = False,
    script: str | None = None,
    refresh: bool = False,
) -> SessionVerification:
    """What a verification of the transfer's only session says now."""
    with port.ferry(folder) as ferry:
        (session,) = ferry.state.plan.sessions
        settings = read_settings(ferry.destination, "DST")
        if script is not None:
            assert settings.site_script is not None
            settings = msgspec.structs.replace(
                settings, site_script=msgspec.structs.replace(settings.site_script, text=script)
            )
        return verify_session(
            Destination(ferry.destination, "DST", settings),
            folder,
            session,
            ferry.state.sessions[session.session],
            where=Where.ARCHIVE,
            scrutiny=Scrutiny(level=level, scratch=ferry.spool, every_header=every, refresh=refresh),
            source=Source(ferry.source, session.id, ferry.spool) if source else None,
        )


def said(result: SessionVerification) -> list[str]:
    """``* header`` of every item, else the marks that there are."""
    marks = [f"{mark}" for mark in Mark if result.counts[mark]]
    return [f"{item.mark} {item.what}" for item in result.items] or marks


def settle(port: Harbour, folder: TransferFolder) -> int:
    labels = tuple(session.session for session in folder.read_plan().sessions)
    keep_removal_order(folder, RemovalOrder(typed="DST", sessions=labels))
    return port.work(folder, settle=True)


def kept(port: Harbour, folder: TransferFolder, label: str) -> str:
    """Settling keeps the session; returns why."""
    assert settle(port, folder) == 1
    assert label in port.labels("SRC")
    assert told(folder, events.SessionRemoved) == []
    return told(folder, events.SessionKept)[-1].message


def turn(port: Harbour, label: str, value: bytes) -> None:
    """One bit of a value in the archived copy, past all XNAT routes."""
    (file,) = port.on_disk("DST", label)
    content = bytearray(file.read_bytes())
    content[content.rindex(value) + len(value) // 2] ^= 1
    file.write_bytes(bytes(content))


@pytest.mark.parametrize("label", ["spectrum", "tailed"])
def test_what_arrived_whole_is_proven_and_may_be_deleted(port: Harbour, label: str) -> None:
    folder = port.carried(label)
    for every in (False, True):
        result = compared(port, folder, every=every)
        assert (said(result), result.verdict, result.solid) == (["~"], "proven", 1)
        assert "Images and headers were compared in every file." in result.note
    assert compared(port, folder, Level.SAMPLE).verdict == "proven"
    (file,) = port.on_disk("DST", label)
    file.write_bytes(file.read_bytes() + PADDING)  # which means nothing
    assert said(compared(port, folder)) == ["~"]
    assert settle(port, folder) == 0
    assert label not in port.labels("SRC")


def test_a_spectrum_that_was_damaged_on_its_way_is_no_proof(port: Harbour) -> None:
    port.server.set_faults([{"match": IMPORT, "flip_byte": True}])
    folder = port.carried("spectrum_turned")
    port.server.set_faults([])
    for level in (Level.SAMPLE, Level.FULL):
        result = compared(port, folder, level)
        assert (said(result), result.verdict) == (["* header"], "differs")
    alone = compared(port, folder, source=False)
    assert (said(alone), alone.verdict, alone.solid) == (["? header"], "unknown", 0)
    assert "'differs'" in kept(port, folder, "spectrum_turned")


def test_a_byte_behind_the_image_is_compared_as_one_of_it_is(port: Harbour) -> None:
    folder = port.carried("tail_turned")
    turn(port, "tail_turned", SPECTRUM)
    for level in (Level.SAMPLE, Level.FULL):
        result = compared(port, folder, level)
        assert said(result) == ["* header"]
        assert [item.destination for item in result.items] == ["(7FE1,1010) changed"]
    alone = compared(port, folder, source=False)
    assert (said(alone), alone.solid) == (["? header"], 0)
    assert "'differs'" in kept(port, folder, "tail_turned")


def test_what_a_script_takes_away_behind_the_image_is_as_planned(port: Harbour) -> None:
    folder = port.carried("script_takes")
    (file,) = port.on_disk("DST", "script_takes")
    made = pydicom.dcmread(file)
    made.remove_private_tags()
    made.save_as(file)
    script = "\n".join(("removeAllPrivateTags", *(f"({tag}) := subject" for tag in STOCK)))
    assert said(compared(port, folder, script=script)) == ["~"]
    assert said(compared(port, folder)) == ["* header"]
    assert said(compared(port, folder, script=script, source=False)) == ["? header"]


def test_a_transfer_from_before_is_compared_with_its_source_again(port: Harbour) -> None:
    """Its manifest does not say what followed the image: that is unknown, and no difference."""
    folder = port.carried("before")
    (manifest,) = Path(folder.path).rglob("manifest/*")
    line = msgspec.json.decode(manifest.read_bytes())
    for one in line["instances"]:
        del one["tail_md5"], one["pixel_bytes"]
    manifest.write_bytes(msgspec.json.encode(line) + b"\n")
    for level in Level:
        assert compared(port, folder, level).verdict == "proven"
    alone = compared(port, folder, source=False)
    assert (said(alone), alone.verdict) == (["? header"], "unknown")
    assert settle(port, folder) == 0


@pytest.mark.parametrize("level", [Level.COUNTS, Level.IDENTITY])
def test_a_file_that_is_shorter_than_a_script_makes_it_was_cut(port: Harbour, level: Level) -> None:
    folder = port.carried(f"short_{level}")
    assert compared(port, folder, level).verdict == "proven"
    (file,) = port.on_disk("DST", f"short_{level}")
    file.write_bytes(file.read_bytes()[:-6000])
    result = compared(port, folder, level, refresh=True)  # else the catalog tells what it was
    assert (said(result), result.verdict) == (["* size"], "differs")
