"""Objects to send and ways to send them, for the tests of imports."""

import itertools
import tarfile
from io import BytesIO
from typing import Any
from zipfile import ZIP_STORED, ZipFile

import httpx
import pydicom
from pydicom.dataset import Dataset

from tests.contract.wire.conftest import Xnat
from tests.core.making import dicom_bytes

IMPORT = "/data/services/import"
ZIP = {"Content-Type": "application/zip"}
_STUDIES = itertools.count(1)


def new_study() -> str:
    """A StudyInstanceUID that no other test has."""
    return f"1.2.840.99.{next(_STUDIES)}"


def image(study: str, number: int = 1, series: int = 1, /, **tags: object) -> bytes:
    """An MR image; ``tags`` are keywords, None takes one away."""
    series_uid = f"{study}.{series}"
    dataset = pydicom.dcmread(BytesIO(dicom_bytes(f"{series_uid}.{number}", study, series_uid)))
    dataset.Modality, dataset.SeriesNumber, dataset.InstanceNumber = "MR", str(series), str(number)
    dataset.StudyDate, dataset.StudyTime = "20240305", "101112"
    for keyword, value in tags.items():
        if value is None:
            delattr(dataset, keyword)
        else:
            setattr(dataset, keyword, value)
    out = BytesIO()
    dataset.save_as(out, enforce_file_format=False)
    return out.getvalue()


def zipped(files: dict[str, bytes], compression: int = ZIP_STORED) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def tarred(files: dict[str, bytes], mode: str = "w") -> bytes:
    out = BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, BytesIO(content))
    return out.getvalue()


def send(xnat: Xnat, files: dict[str, bytes], query: str = "", user: str = "ada") -> httpx.Response:
    """A zip for the DICOM-zip importer, which the query may change."""
    named = "" if "import-handler=" in query else "import-handler=DICOM-zip&"
    return xnat.post(f"{IMPORT}?{named}{query}", user, content=zipped(files), headers=ZIP)


def lines(answer: httpx.Response) -> list[str]:
    """The addresses of a successful answer, each of which ends with CRLF."""
    assert answer.status_code == 200, answer.text
    if not answer.content:
        return []
    assert answer.headers["content-type"].startswith("text/uri-list")
    *found, end = answer.text.split("\r\n")
    assert end == ""
    return found


def row_at(xnat: Xnat, address: str) -> dict[str, Any]:
    """The prearchive row of an address, past all XNAT routes."""
    _, _, _, _, project, timestamp, folder = address.split("/")
    state = xnat.server.state()
    rows = state["unassigned"] + [row for one in state["projects"] for row in one["prearchive"]]
    assert project
    (found,) = [row for row in rows if (row["timestamp"], row["folder"]) == (timestamp, folder)]
    return dict(found)


def files_at(xnat: Xnat, address: str) -> list[dict[str, Any]]:
    """All files of a prearchive row."""
    return [
        file for scan in row_at(xnat, address)["scans"] for one in scan["resources"] for file in one["files"]
    ]


def header_at(xnat: Xnat, address: str, name: str = "1.dcm", scan: str = "1") -> Dataset:
    """A stored file, read through the prearchive of a row that is built for it."""
    root = "root"
    assert xnat.post(f"{address}?action=build", root).status_code == 200
    answer = xnat.get(f"{address}/scans/{scan}/resources/DICOM/files/{name}", root)
    assert answer.status_code == 200, answer.text
    return pydicom.dcmread(BytesIO(answer.content))


def last_log(xnat: Xnat, address: str) -> str:
    """What a row's log says last."""
    return xnat.get(f"{address}/logs/last", "root").text
