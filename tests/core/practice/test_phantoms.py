"""The generated images are images to programs that are not ours."""

import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import numpy as np
import pydicom
import pytest

from xnat_ferry.practice.world.phantoms import Slice, make_slice

needs_dcmtk = pytest.mark.skipif(shutil.which("dcmftest") is None, reason="dcmtk is not installed")


def a_slice(modality: str = "MR", number: int = 3) -> Slice:
    return Slice(
        modality=modality,
        project="P",
        subject="S",
        session="S_1",
        date="2024-03-05",
        patient_name="S",
        study_description="P",
        study_uid="1.2",
        series_uid="1.2.3",
        series_number=4,
        description="t1",
        number=number,
        of=6,
        rows=64,
        columns=48,
    )


@pytest.mark.parametrize("modality", ["MR", "CT", "PT", "OT"])
def test_a_phantom_is_an_image_with_a_place_in_space(modality: str) -> None:
    image = pydicom.dcmread(BytesIO(make_slice(a_slice(modality))))
    assert image.Modality == modality
    assert image.pixel_array.shape == (64, 48)
    assert image.pixel_array.std() > 100
    above = pydicom.dcmread(BytesIO(make_slice(a_slice(modality, 4))))
    assert above.ImagePositionPatient[2] - image.ImagePositionPatient[2] == image.SliceThickness
    assert not np.array_equal(above.pixel_array, image.pixel_array)


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@needs_dcmtk
@pytest.mark.parametrize("modality", ["MR", "CT", "PT", "US", "OT"])
def test_dcmftest_takes_a_phantom_for_a_dicom_file(modality: str, tmp_path: Path) -> None:
    (tmp_path / "a.dcm").write_bytes(make_slice(a_slice(modality)))
    done = run(tmp_path, "dcmftest", "a.dcm")
    assert (done.returncode, done.stdout.strip()) == (0, "yes: a.dcm")


@needs_dcmtk
@pytest.mark.parametrize("modality", ["MR", "CT", "PT", "US", "OT"])
def test_dcmdump_reads_a_phantom_to_its_end_without_a_complaint(modality: str, tmp_path: Path) -> None:
    (tmp_path / "a.dcm").write_bytes(make_slice(a_slice(modality)))
    done = run(tmp_path, "dcmdump", "a.dcm")
    assert (done.returncode, done.stderr) == (0, "")
    assert "(7fe0,0010)" in done.stdout
    assert f"[{modality}]" in done.stdout


@needs_dcmtk
@pytest.mark.parametrize("modality", ["MR", "CT", "PT"])
def test_a_viewer_that_is_not_ours_draws_a_phantom(modality: str, tmp_path: Path) -> None:
    (tmp_path / "a.dcm").write_bytes(make_slice(a_slice(modality)))
    done = run(tmp_path, "dcm2pnm", "+Wm", "a.dcm", "a.pgm")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "a.pgm").read_bytes().startswith(b"P5")
