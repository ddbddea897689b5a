"""Where the practice server's data come from: phantoms, real folders, and worlds that make no sense."""

import hashlib
import json
import shutil
import subprocess
from concurrent.futures import Future, ThreadPoolExecutor, wait
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pydicom
import pydicom.data
import pytest
from pydicom.uid import UID, EnhancedMRImageStorage

from tests.core.making import dicom_bytes
from tests.core.shore import USERS, command, shore
from xnat_ferry.practice.errors import PracticeError
from xnat_ferry.practice.process import PracticeServer
from xnat_ferry.practice.site.records import Scan, Session

REAL = Path(pydicom.data.__file__).parent / "test_files"


def test_one_world_gives_the_same_bytes_every_time() -> None:
    states = []
    for _ in range(2):
        with PracticeServer("demo") as server:
            states.append(json.dumps(server.state(), sort_keys=True))
    assert states[0] == states[1]


def awkward_folder(folder: Path) -> Path:
    """Two studies, odd names, a DICOMDIR, a text, compressed, private, multi-frame, no preamble."""
    place = folder / "dicom"
    (place / "sub").mkdir(parents=True)
    one = pydicom.dcmread(REAL / "MR_small.dcm")
    (place / "IM 0001+a").write_bytes((REAL / "MR_small.dcm").read_bytes())
    (place / "readme.txt").write_text("not DICOM")
    shutil.copy(REAL / "dicomdirtests" / "DICOMDIR", place / "DICOMDIR")
    names = ("JPEG2000.dcm", "liver_1frame.dcm", "rtdose.dcm", "SC_rgb_rle_2frame.dcm")
    for number, name in enumerate(names, 1):
        other = pydicom.dcmread(REAL / name)
        other.StudyInstanceUID, other.SeriesNumber = one.StudyInstanceUID, str(10 + number)
        other.save_as(place / "sub" / f"file{number}")
    (place / "sub" / "IM 0001+a").write_bytes(dicom_bytes("9.8.1", "9.8", "9.8.7"))
    whole = dicom_bytes("9.8.2", "9.8", "9.8.7")
    (place / "nopreamble").write_bytes(whole[132:])
    enhanced_multi_frame(one.StudyInstanceUID).save_as(place / "enhanced")
    return place


def enhanced_multi_frame(study_uid: str) -> pydicom.FileDataset:
    """An Enhanced MR image of three frames (PS3.3 A.36.2), each with its own place."""
    image = pydicom.dcmread(REAL / "MR_small.dcm")
    image.SOPClassUID = image.file_meta.MediaStorageSOPClassUID = EnhancedMRImageStorage
    image.SOPInstanceUID = image.file_meta.MediaStorageSOPInstanceUID = UID("1.2.3.77.1")
    image.StudyInstanceUID, image.SeriesInstanceUID, image.SeriesNumber = study_uid, "1.2.3.77", "77"
    image.NumberOfFrames = 3
    image.PixelData = image.PixelData * 3
    frames = []
    for number in range(3):
        place, frame = pydicom.Dataset(), pydicom.Dataset()
        place.ImagePositionPatient = [0, 0, number]
        frame.PlanePositionSequence = [place]
        frames.append(frame)
    image.PerFrameFunctionalGroupsSequence = frames
    return image


def test_any_folder_of_dicom_travels_and_what_is_none_is_named(tmp_path: Path) -> None:
    folder = awkward_folder(tmp_path)
    session = '\n[[sessions]]\nproject = "SRC"\nsubject = "7"\nlabel = "L"\ndicom = "dicom"\n'
    instances = {
        hashlib.md5(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in ("readme.txt", "DICOMDIR")
    }
    with shore(tmp_path, USERS + session) as sea:
        said = sea.server.said()
        assert "readme.txt" in said
        assert "DICOMDIR" in said
        assert "L_2" in said
        (source,) = [one for one in sea.server.state()["projects"] if one["id"] == "SRC"]
        stored = [file["md5"] for one in source["sessions"] for file in files_of(one)]
        assert set(stored) == instances
        assert len(stored) == len(instances)
        # the files of a dozen patients, and some of them named
        sea.make_plan("--to", "archive", "--accept", "identifying-remains,name-in-text,patient-differs")
        done = sea.ferry("run", sea.plan)
        assert done.returncode == 0, done.stdout + done.stderr
        assert sea.archived("DST") == sea.archived("SRC")
        assert set(sea.archived("DST")) == {"L", "L_2"}


def files_of(session: dict[str, Any]) -> list[dict[str, Any]]:
    return [file for scan in session["scans"] for resource in scan["resources"] for file in resource["files"]]


def test_what_is_kept_is_there_after_a_restart(tmp_path: Path) -> None:
    with PracticeServer("demo", data=tmp_path / "data") as server:
        before = server.state()
        assert "was kept" not in server.said()
    with PracticeServer("empty", data=tmp_path / "data") as server:
        assert server.state() == before
        assert "sessions of the world are not added" in server.said()


TWICE = "[[users]]\nlogin='a'\n[[projects]]\nid='P'\n" + "".join(
    f"[[sessions]]\nproject='P'\nsubject='1'\nlabel='{label}'\n" for label in ("l", "L")
)


@pytest.mark.parametrize(
    ("world", "words"),
    [
        (
            "[[users]]\nlogin = 'a'\n[[sessions]]\nproject='X'\nsubject='1'\nlabel='l'\n",
            "names the project X",
        ),
        ("[[projects]]\nid='P'\n", "no users"),
        ("[[users]]\nlogin='a'\nprojects={P='king'}\n[[projects]]\nid='P'\n", "king"),
        ("[[users]]\nlogin='a'\nnonsense=1\n", "nonsense"),
        ("[[users]\n", "makes no sense"),
        ("[server]\nunconfirmed={nonsense=true}\n[[users]]\nlogin='a'\n", "no switch nonsense"),
        (TWICE, "l of P twice"),
        (TWICE.replace("'L'", "'M'\nprearchive='SOMETIMES'"), "SOMETIMES"),
        (TWICE.replace("'L'", "'M'\nshared_into=[{project='Q'}]"), "names the project Q"),
        (
            "[[users]]\nlogin='a'\n[[projects]]\nid='P'\n[[sessions]]\nproject='P'\nsubject='1'\nlabel='l'\ndicom='no'\n",
            "no",
        ),
    ],
)
def test_a_world_that_makes_no_sense_is_one_sentence(world: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "w.toml"
    path.write_text(world)
    with pytest.raises(PracticeError, match=words) as caught:
        PracticeServer(str(path)).start()
    assert "Traceback" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--host", "0.0.0.0"], "0.0.0.0 is refused: use 127.0.0.1"),
        (["--world", "nope.toml"], "The world nope.toml cannot be read"),
        (["--faults", "nope.toml"], "The faults file nope.toml cannot be read"),
        (["--clock", "nan"], "give a number above 0"),
        (["--world", "empty", "--port", "99999"], "choose another"),
    ],
)
def test_what_cannot_be_served_is_usage(options: list[str], words: str) -> None:
    done = subprocess.run(
        command("practice", *options),
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[3] / "core",
        check=False,
    )
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_who_looks_inside_while_it_is_drawn_is_shown_all_of_it(tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as crew:
        looked: list[Future[int]] = []

        def draw(session: Session) -> None:
            looked.append(crew.submit(lambda: len(session.filled().scans)))
            wait(looked, timeout=0.05)  # long enough for one who does not wait
            session.scans["1"] = Scan("1", "1.2.3.1", "t1", "t1", "MR", 1)

        facts = ("E1", "A", "SRC", "S1", "xnat:mrSessionData", "2024-01-01", "1.2.3", tmp_path, "now")
        Session(*facts, fill=draw).filled()
        assert looked[0].result() == 1


def test_a_hundred_thousand_sessions_are_listed_and_drawn_when_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "w.toml"
    path.write_text(USERS + '\n[[many]]\nproject = "SRC"\nsessions = 100000\nscans = 2\nfiles = 2\n')
    with PracticeServer(str(path)) as server:
        login = ("ada", "pract1ce-pw")
        with httpx.Client(base_url=server.url, auth=login, trust_env=False, timeout=60) as ask:
            listed = ask.get("/data/projects/SRC/experiments?columns=ID,label").json()["ResultSet"]["Result"]
            assert len(listed) == 100_000
            last = listed[-1]
            assert last["label"] == "S100000_MR1"
            content = ask.get(
                f"/data/experiments/{last['ID']}/scans/2/resources/DICOM/files/0002.dcm"
            ).content
        assert pydicom.dcmread(BytesIO(content)).PatientID == "S100000_MR1"
