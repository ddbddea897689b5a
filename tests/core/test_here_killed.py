"""Upload and download killed at any moment: what is resumed comes to the same, and nothing is there twice."""

import multiprocessing
import random
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.core.harbour import LOGIN, Harbour, harbour, session_toml, told
from xnat_ferry import events
from xnat_ferry.dicom.instance import read_passing
from xnat_ferry.local.scanning import open_place, scan
from xnat_ferry.model import HERE, ZIPS_HERE, Endpoint
from xnat_ferry.plan import Fate, Plan, PlannedScan, PlannedSession, Road, Target
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.worker import work

SCANS = (
    '[{ id = "1", type = "a", files = 12, rows = 64, columns = 64 },'
    ' { id = "2", type = "b", files = 12, rows = 64, columns = 64 }]'
)
_processes = multiprocessing.get_context("forkserver")


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harbour]:
    sessions = "".join(session_toml(f"00{n}_MR1", subject=f"00{n}", scans=SCANS) for n in (1, 2, 3))
    with harbour(tmp_path_factory.mktemp("port"), sessions) as made:
        yield made


def _work_until(folder: Path, server: str, spool: Path, seconds: float) -> None:
    # the alarm's own action is to end the process at once, wherever it is, as kill -9 does
    signal.setitimer(signal.ITIMER_REAL, seconds)
    raise SystemExit(work(TransferFolder(folder), {server: LOGIN}, spool=spool, stop=threading.Event()))


def killed_and_resumed(port: Harbour, folder: TransferFolder, seed: int) -> None:
    """Work that is killed four times, then once more to the end."""
    dice = random.Random(seed)
    for _ in range(4):
        arguments = (folder.path, port.server.url, port.home / "spool", dice.uniform(0.05, 0.7))
        process = _processes.Process(target=_work_until, args=arguments)
        process.start()
        process.join(60)
        assert process.exitcode in (0, -signal.SIGALRM)
    assert port.work(folder) == 0, told(folder, events.SessionFailed)


@pytest.mark.parametrize(("server", "seed"), [(HERE, 1), (HERE, 2), (ZIPS_HERE, 3)])
def test_a_download(port: Harbour, tmp_path: Path, server: str, seed: int) -> None:
    plan = replace(port.plan(), road=Road.DOWNLOAD, destination=Endpoint(server, str(tmp_path / "backup")))
    folder = port.begin(plan)
    killed_and_resumed(port, folder, seed)
    backup = tmp_path / "backup"
    ends = ("", ".manifest.jsonl") if server == HERE else (".manifest.jsonl", ".zip")
    assert sorted(path.relative_to(backup).as_posix() for path in backup.glob("*/*")) == [
        f"00{n}/00{n}_MR1{end}" for n in (1, 2, 3) for end in ends
    ]
    assert pixels_in(backup / "001" / ("001_MR1" if server == HERE else "001_MR1.zip")) == port.files(
        "SRC", "001_MR1"
    )


def pixels_in(path: Path) -> dict[str, str]:
    """SOPInstanceUID to pixel digest of all images in a folder or an archive."""
    place = open_place(path)
    pixels = {}
    for study in scan(place).studies:
        for file in (one for series in study.series for one in series.files):
            with place.open(file.found) as opened:
                identity = read_passing(opened, str(path.parent)).identity
            assert identity is not None
            pixels[identity.sop_uid] = identity.pixel_md5
    place.close()
    return pixels


@pytest.mark.parametrize("seed", [1, 2])
def test_an_upload(port: Harbour, tmp_path: Path, seed: int) -> None:
    root = port.on_disk("SRC", f"00{seed}_MR1")[0].parents[2]
    scanned = scan(open_place(root))
    (study,) = scanned.studies
    plan = Plan(
        source=Endpoint(HERE, str(root)),
        destination=port.destination,
        road=Road.UPLOAD,
        to=Target.ARCHIVE,
        sessions=(
            PlannedSession(
                session=study.labels.session,
                id=study.uid,
                subject=study.labels.subject,
                to_subject=f"U{seed}",
                to_session=f"U{seed}_MR1",
                study_uid=study.uid,
                fate=Fate.COPY,
                scans=tuple(
                    PlannedScan(
                        id=series.scan,
                        uid=series.uid,
                        files=len(series.files),
                        bytes=sum(file.found.size for file in series.files),
                        listing=series.listing,
                    )
                    for series in study.series
                ),
            ),
        ),
    )
    folder = port.begin(plan)
    killed_and_resumed(port, folder, seed)
    assert port.files("DST", f"U{seed}_MR1") == port.files("SRC", f"00{seed}_MR1")
    assert f"U{seed}_MR1" not in port.waiting("DST")


def test_a_download_that_is_cut_and_refused_on_the_way(port: Harbour, tmp_path: Path) -> None:
    plan = replace(
        port.plan("001_MR1"), road=Road.DOWNLOAD, destination=Endpoint(HERE, str(tmp_path / "backup"))
    )
    folder = port.begin(plan)
    port.server.set_faults(
        [
            {"match": "GET .*/scans/.*/files", "cut_after": 20000, "nth": 2},
            {"match": "GET .*/scans/.*/files", "status": 503, "nth": 3},
            {"match": "GET .*/scans/.*/files", "flip_byte": True, "nth": 4},
        ]
    )
    try:
        assert port.work(folder) == 0
    finally:
        port.server.set_faults([])
    assert told(folder, events.TriedAgain)
    assert {one.verdict for one in told(folder, events.SessionVerified)} == {"proven"}
