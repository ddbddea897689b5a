"""Somebody else's row of the same study and label is left alone, whatever became of our upload before."""

import io
import threading
import zipfile
from collections.abc import Iterator
from typing import Any

import httpx
import pydicom
import pytest
from pydicom.uid import UID

from tests.core.harbour import LOGIN, WORLD, Harbour, harbour, session_toml, told
from tests.core.making import dicom_bytes
from tests.core.shore import until
from tests.core.test_tail import bare
from xnat_ferry import events
from xnat_ferry.plan import Target
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.settle.meant import given_up
from xnat_ferry.settle.orders import RemovalOrder, keep_removal_order
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.status import read_state
from xnat_ferry.xnat.client import XnatClient
from xnat_ferry.xnat.scan_zips import import_zip

BOB = Credentials("bob", "pract1ce-pw")
HEAD = f'{WORLD}\n[[users]]\nlogin = "bob"\npassword = "{BOB.password}"\nprojects = {{ DST = "owner" }}\n'
IMPORT = "POST /data/services/import"
REFUSED, FAILED = {"match": IMPORT, "status": 403}, {"match": IMPORT, "status": 400}
"""Said before anything is read, and after some of it may have been (wire-write 1.7)."""
NAMES = ("refused", "failed", "earlier", "replaced", "mixed", "between", "arrived", "removed")


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harbour]:
    home = tmp_path_factory.mktemp("whose")
    world = "".join(session_toml(name, subject=f"S_{name}") for name in NAMES)
    world += (
        '\n[[sessions]]\nproject = "SRC"\nsubject = "S_reported"\nlabel = "reported"\ndicom = "reported"\n'
    )
    (home / "reported").mkdir()
    for number, content in enumerate((dicom_bytes(), bare(b"a report")), 1):
        (home / "reported" / f"{number}.dcm").write_bytes(of_series(content, number))
    with harbour(home, world, head=HEAD) as made:
        yield made


def of_series(content: bytes, number: int) -> bytes:
    """An instance of a series of its own."""
    dataset = pydicom.dcmread(io.BytesIO(content))
    dataset.SeriesNumber, dataset.SeriesInstanceUID = number, f"2.25.7{number}"
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = UID(f"2.25.7{number}.1")
    out = io.BytesIO()
    dataset.save_as(out)
    return out.getvalue()


@pytest.fixture(autouse=True)
def _calm(port: Harbour) -> Iterator[None]:
    yield
    port.server.set_faults([])


def failed(port: Harbour, label: str, fault: dict[str, Any]) -> TransferFolder:
    """A transfer to the archive of which no upload came to its end."""
    port.server.set_faults([fault])
    folder = port.begin(port.plan(label, to=Target.ARCHIVE))
    assert port.work(folder) == 1
    port.server.set_faults([])
    return folder


def sends(port: Harbour, who: Credentials, label: str, *, build: bool = True) -> str:
    """What ada has under this label, with other pixels where it is bob who sends it; returns the row."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        for path in port.on_disk("SRC", label):
            whole = path.read_bytes()
            made.writestr(f"scans/1/{path.name}", inverted(whole) if who is BOB else whole)
    size = content.tell()
    content.seek(0)
    with XnatClient(port.server.url, who) as client:
        row = import_zip(
            client,
            content,
            size,
            project="DST",
            subject=f"S_{label}",
            session=label,
            skip_unparsable=False,
            on_bytes=lambda _: None,
        )
    if build:
        answer = httpx.post(f"{port.server.url}/data{row}?action=build", auth=(who.user, who.password))
        assert answer.is_success
    return row


def inverted(content: bytes) -> bytes:
    dataset = pydicom.dcmread(io.BytesIO(content))
    dataset.PixelData = bytes(byte ^ 0xFF for byte in dataset.PixelData)
    out = io.BytesIO()
    dataset.save_as(out, enforce_file_format=True)
    return out.getvalue()


def waiting(port: Harbour, label: str) -> dict[str, dict[str, str]]:
    """Row to SOPInstanceUID to pixel digest, past all XNAT routes."""
    (project,) = port.server.state("DST")["projects"]
    return {
        f"/prearchive/projects/DST/{row['timestamp']}/{row['folder']}": {
            file["sop_instance_uid"]: file["pixel_md5"]
            for scan in row["scans"]
            for resource in scan["resources"]
            for file in resource["files"]
        }
        for row in project["prearchive"]
        if row["name"] == label
    }


def remove(port: Harbour, folder: TransferFolder) -> int:
    (session,) = folder.read_plan().sessions
    keep_removal_order(folder, RemovalOrder(typed="DST", sessions=(session.session,), waiting=True))
    return port.work(folder, settle=True)


def is_left_alone(port: Harbour, folder: TransferFolder, label: str, words: str) -> None:
    """Neither an order to remove nor a resume touches the one row there, and both say why."""
    before = waiting(port, label)
    (row,) = before
    assert before[row] != port.files("SRC", label)
    assert remove(port, folder) == 1
    assert words in told(folder, events.RowKept)[-1].message
    for _ in range(2):  # what the first resume took for its own, the second wrote over
        assert port.work(folder) == 1
        assert row in told(folder, events.SessionFailed)[-1].message
        assert told(folder, events.SessionFailed)[-1].kind == "DestinationTaken"
    assert waiting(port, label) == before
    assert label not in port.labels("DST")


def test_where_our_upload_was_refused_nothing_there_is_ours(port: Harbour) -> None:
    folder = failed(port, "refused", REFUSED)
    assert given_up(read_state(folder)) == ()
    sends(port, BOB, "refused")
    is_left_alone(port, folder, "refused", "may be somebody else's")


def test_where_the_end_of_our_upload_was_not_heard_the_files_tell(port: Harbour) -> None:
    folder = failed(port, "failed", FAILED)
    sends(port, BOB, "failed")
    is_left_alone(port, folder, "failed", "not known to have sent")


def test_a_journal_that_does_not_tell_refusals_counts_them_as_not_heard(port: Harbour) -> None:
    folder = failed(port, "earlier", REFUSED)
    lines = folder.journal.read_bytes().splitlines(keepends=True)
    folder.journal.write_bytes(b"".join(line for line in lines if b'"UnitRefused"' not in line))
    sends(port, BOB, "earlier")
    is_left_alone(port, folder, "earlier", "not known to have sent")


def given_up_unbuilt(port: Harbour, label: str) -> tuple[TransferFolder, str]:
    """A transfer whose upload was taken, and could not be built; its row."""
    folder = failed(port, label, {"match": "POST /data/prearchive/projects/", "status": 500})
    row = read_state(folder).sessions[label].row
    assert waiting(port, label) == {row: port.files("SRC", label)}
    return folder, row


def test_a_row_in_the_place_of_ours_is_not_ours(port: Harbour) -> None:
    folder, row = given_up_unbuilt(port, "replaced")
    assert httpx.delete(f"{port.server.url}/data{row}", auth=(LOGIN.user, LOGIN.password)).is_success
    sends(port, BOB, "replaced")
    is_left_alone(port, folder, "replaced", "nothing of it waits there now")


def test_our_own_row_stays_once_somebody_wrote_over_what_we_sent(port: Harbour) -> None:
    folder, row = given_up_unbuilt(port, "mixed")
    assert sends(port, BOB, "mixed") == row
    before = waiting(port, "mixed")
    assert remove(port, folder) == 1
    assert "not known to have sent (* 2 differ" in told(folder, events.RowKept)[-1].message
    assert waiting(port, "mixed") == before


def test_a_row_that_came_while_an_answer_was_awaited_is_not_taken_for_its_upload(port: Harbour) -> None:
    folder = port.begin(port.plan("between", to=Target.ARCHIVE))
    port.server.set_faults([{"match": IMPORT, "nth": 1, "status": 503, "until_released": True}])
    codes: list[int] = []
    worker = threading.Thread(target=lambda: codes.append(port.work(folder)))
    worker.start()
    until(lambda: any(one["bytes_announced"] > 0 for one in port.server.underway()))
    sends(port, BOB, "between")
    port.server.release()
    worker.join()
    assert codes == [1]
    is_left_alone(port, folder, "between", "not known to have sent")


def test_what_did_arrive_without_a_word_is_ours_once_its_files_are(port: Harbour) -> None:
    folder = failed(port, "arrived", FAILED)
    sends(port, LOGIN, "arrived", build=False)
    port.server.clear_log()
    assert port.work(folder) == 0
    assert [event.there for event in told(folder, events.UnitSent)] == [True]
    assert not [one for one in port.server.log() if one["path"] == "/data/services/import"]
    assert port.files("DST", "arrived") == port.files("SRC", "arrived")


def test_of_what_arrived_so_only_what_has_no_image_is_asked_of_the_source_again(port: Harbour) -> None:
    folder = failed(port, "reported", FAILED)
    sends(port, LOGIN, "reported", build=False)
    port.server.clear_log()
    assert port.work(folder) == 0
    assert [event.there for event in told(folder, events.UnitSent)] == [True]
    asked = [one["path"] for one in port.server.log() if one["path"].startswith("/data/experiments/")]
    whole = [path for path in asked if path.endswith("/resources/DICOM/files")]
    assert [path.rpartition("/scans/")[2] for path in whole] == ["2/resources/DICOM/files"]


def test_and_goes_on_request_though_nobody_may_read_what_rewrote_its_headers(port: Harbour) -> None:
    folder = failed(port, "removed", FAILED)
    row = sends(port, LOGIN, "removed", build=False)
    port.server.set_faults([{"match": "GET /xapi/(siteConfig/values|anonymize)/", "status": 403}])
    assert remove(port, folder) == 0
    assert [event.row for event in told(folder, events.RowRemoved)] == [row]
    assert waiting(port, "removed") == {}
