"""pyxnat's ``sessionmirror.py`` copies a session, checked by what then lies on the server's disk."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.facts import fact
from tests.contract.judges.conftest import Truth
from xnat_ferry.practice.process import PracticeServer

pytest.importorskip("nibabel", reason="pyxnat needs it without saying so")
pytest.importorskip("pandas", reason="pyxnat needs it without saying so")

WORLD = """
[[users]]
login = "ada"
projects = { SRC = "owner", DST = "owner" }

[[users]]
login = "root"
admin = true

[[projects]]
id = "SRC"

[[projects]]
id = "DST"

[[sessions]]
project = "SRC"
subject = "001"
label = "mirrored_MR1"
scans = [
  { id = "ferry-mirror-1", type = "localizer", files = 2, rows = 16, columns = 16 },
  { id = "ferry-mirror-2", type = "t1 mprage", description = "T1w", files = 3, rows = 16, columns = 16 },
]
resources = [{ label = "FERRY-MIRROR", files = { "deep/er/T1w.json" = "{}", "plain.txt" = "1" } }]
"""
_LEFT_BEHIND = ("sess.xml", "ferry-mirror-1", "ferry-mirror-2", "FERRY-MIRROR")
"""What the script leaves in /tmp, which is where it always works."""


@pytest.fixture(scope="module")
def server(no_proxy: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeServer]:
    """A world whose scans and resources have names that nobody else's files in /tmp will have."""
    path = tmp_path_factory.mktemp("world") / "world.toml"
    path.write_text(WORLD)
    with PracticeServer(str(path)) as running:
        yield running


@pytest.fixture
def swept() -> Iterator[None]:
    """The script's rubbish is removed."""
    yield
    for name in _LEFT_BEHIND:
        path = Path("/tmp") / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


@fact("read 9", "sessionmirror.py copies a session: its scans, images and resources")
@pytest.mark.usefixtures("swept")
def test_mirroring_a_session(server: PracticeServer, truth: Truth, tmp_path: Path) -> None:
    config = tmp_path / "login.json"
    config.write_text(json.dumps({"server": server.url, "user": "ada", "password": "practice"}))
    source = truth.session("SRC", "mirrored_MR1")
    script = Path(sys.executable).with_name("sessionmirror.py")
    done = subprocess.run(
        [
            *(sys.executable, str(script), "--h1", str(config), "--h2", str(config)),
            *("-e", source["id"], "-p", "DST"),
        ],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        timeout=100,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "failed" not in done.stdout

    target = truth.session("DST", "mirrored_MR1")
    assert target["subject"] == "001"
    assert target["modality"] == "MR"
    assert (target["date"], target["study_uid"]) == (source["date"], source["study_uid"])
    for scan in source["scans"]:
        there = Truth.scan(target, scan["id"])
        assert (there["uid"], there["type"]) == (scan["uid"], scan["type"])
        assert there["series_description"] == scan["series_description"]
        assert sorted(file["md5"] for file in Truth.files(there, "DICOM").values()) == sorted(
            file["md5"] for file in Truth.files(scan, "DICOM").values()
        )
    assert sorted(file["md5"] for file in Truth.files(target, "FERRY-MIRROR").values()) == sorted(
        file["md5"] for file in Truth.files(source, "FERRY-MIRROR").values()
    )
