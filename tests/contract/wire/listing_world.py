"""A world with something in every column, for the tests of listings and items."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.contract.wire.conftest import WORLD, Xnat, serving

MORE = """
[[users]]
login = "dan"
all_data = "access"

[[users]]
login = "dora"
all_data = "admin"

[[users]]
login = "sid"
admin = true
all_data = "none"

[[sessions]]
project = "SRC"
subject = "002"
label = "002_CT1"
modality = "CT"
date = "2023-11-30"
scans = [{ id = "4", type = "abdomen", files = 1, rows = 16, columns = 16 }]
variables = { pain = "no" }
"""
_SRC = "/data/projects/SRC"
_PUTS = (
    f"{_SRC}/subjects/F1?gender=female&yob=1970&handedness=left&group=A&pi_lastname=Who",
    f"{_SRC}/subjects/F2?gender=male&yob=1985&group=B",
    f"{_SRC}/subjects/F1/experiments/F1_PET?xsiType=xnat:petSessionData&date=2020-01-31&note=hello"
    "&xnat:petSessionData/tracer/name=FDG&xnat:petSessionData/tracer/dose=370"
    "&xnat:petSessionData/scanner=Biograph&xnat:petSessionData/scanner/manufacturer=SIEMENS"
    "&UID=1.2.3&pi_lastname=Who",
    f"{_SRC}/subjects/F1/experiments/F1_PET/scans/7?xsiType=xnat:petScanData&type=PET&quality=questionable",
    f"{_SRC}/subjects/F1/experiments/F1_PET/assessors/F1_QC?xsiType=xnat:qcManualAssessorData",
    f"{_SRC}?name=Sourcing&description=all+of+it&pi_firstname=Ann&pi_lastname=Boss&alias=SRCALIAS&note=mine",
    f"{_SRC}/subjects/F1/projects/DST?label=F1_in_DST",
    f"{_SRC}/subjects/F1/experiments/F1_PET/projects/DST?label=PET_in_DST",
)


@contextmanager
def stocked(folder: Path) -> Iterator[Xnat]:
    """A server with that world, to which the rest was added by PUT."""
    with serving(folder, WORLD + MORE) as xnat:
        for address in _PUTS:
            answer = xnat.put(address)
            assert answer.status_code in (200, 201), (address, xnat.headline(answer))
        yield xnat
