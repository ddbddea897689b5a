"""By C-STORE to a receiver: one that feeds the practice server, and dcmtk's, which only keeps what comes."""

import os
import signal
import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from itertools import count
from multiprocessing import get_context
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec.structs import replace
from pydicom import dcmread, dcmwrite
from pydicom.dataset import Dataset
from pydicom.uid import MRImageStorage, SecondaryCaptureImageStorage
from pynetdicom.events import Event

from tests.core.harbour import LOGIN, Harbour, harbour, session_toml, told
from tests.core.making import dicom_bytes
from tests.core.scp import BIG, IMPLICIT, LITTLE, feed_bytes, feeding, receiver, route_by_description
from tests.core.shore import instances
from xnat_ferry import events
from xnat_ferry.cli.options.receiving import Receiving
from xnat_ferry.errors import UsageError
from xnat_ferry.model import Mark, Road, Where
from xnat_ferry.plan import Plan, Target
from xnat_ferry.plan.receiver import Receiver, parse_receiver
from xnat_ferry.settle.meant import given_up
from xnat_ferry.settle.orders import RemovalOrder, keep_removal_order
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.status import read_state
from xnat_ferry.transfer.units import storing
from xnat_ferry.worker import work

SCANS = (
    '[{ id = "1", type = "t1", files = 3, rows = 16, columns = 16 },'
    ' { id = "2", type = "t2", files = 2, rows = 16, columns = 16 }]'
)
LABELS = [f"{number:03}_MR1" for number in range(1, 14)]
WORLD = "".join(
    session_toml(label, subject=label[:3], scans=SCANS, study_description='"as it was"') for label in LABELS
)
STORED = {
    "rle": "MR_small_RLE.dcm",
    "jpeg2000": "JPEG2000.dcm",
    "implicit": "rtplan.dcm",
    "big": "ExplVR_BigEnd.dcm",
}
"""Files in transfer syntaxes that nobody may change on the way."""
WORLD += "".join(
    f'\n[[sessions]]\nproject = "SRC"\nsubject = "{label}"\nlabel = "{label}"\ndicom = ["pydicom:{name}"]\n'
    for label, name in STORED.items()
)
WORLD += "".join(
    f'\n[[sessions]]\nproject = "SRC"\nsubject = "{label}"\nlabel = "{label}"\ndicom = "{label}"\n'
    for label in ("mixed", "bare", "lying")
)
HEAD = """
[[users]]
login = "ada"
password = "pract1ce-pw"
admin = true
projects = { SRC = "owner", DST = "owner" }

[[projects]]
id = "SRC"

[[projects]]
id = "DST"
"""
PLACES = (Where.PREARCHIVE, Where.ARCHIVE)


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harbour]:
    """A site that routes by what guides have in StudyDescription."""
    home = tmp_path_factory.mktemp("receiver")
    (home / "mixed").mkdir()
    for name, kind in (("image", MRImageStorage), ("capture", SecondaryCaptureImageStorage)):
        data = dicom_bytes(f"1.2.9.1.{len(name)}", "1.2.9", f"1.2.9.{len(name)}", sop_class=kind)
        (home / "mixed" / f"{name}.dcm").write_bytes(data)
    for label, data in (("bare", without_meta()), ("lying", called_implicit())):
        (home / label).mkdir()
        (home / label / "1.dcm").write_bytes(data)
    with harbour(home, WORLD, head=HEAD) as made:
        route_by_description(made)
        yield made


def without_meta() -> bytes:
    """A data set as old archives keep it: no preamble, and nothing says in which transfer syntax it is."""
    content = BytesIO()
    image = dcmread(BytesIO(dicom_bytes("1.2.10.1.1", "1.2.10", "1.2.10.1")))
    dcmwrite(content, Dataset(image), implicit_vr=True, little_endian=True, enforce_file_format=False)
    return content.getvalue()


def called_implicit() -> bytes:
    """One that has VRs and says that it has none."""
    explicit = dicom_bytes("1.2.11.1.1", "1.2.11", "1.2.11.1")
    return explicit.replace(b"UI\x14\x001.2.840.10008.1.2.1\0", b"UI\x14\x001.2.840.10008.1.2\0\0\0", 1)


def by(plan: Plan, there: Receiver) -> Plan:
    return replace(plan, road=Road.RECEIVER, receiver=there)


def test_sessions_are_routed_and_proven_like_any_other(port: Harbour) -> None:
    with receiver(feeding(port)) as (there, sent):
        folder = port.begin(by(port.plan("001_MR1", "002_MR1"), there))
        assert port.work(folder) == 0
        assert len(sent) == len(set(sent)) == 10
        assert port.work(folder) == 0
        assert len(sent) == 10, "what is done is not sent again"
    for label in ("001_MR1", "002_MR1"):
        assert port.files("DST", label) == port.files("SRC", label)
        assert port.session("DST", label)["subject"] == label[:3]
    looks = {(one.session, one.where): one.verdict for one in told(folder, events.SessionVerified)}
    assert looks == {(label, where): "proven" for label in ("001_MR1", "002_MR1") for where in PLACES}
    assert {one.address for one in told(folder, events.HeadersRouted)} == {
        "xnat://DST/001/001_MR1",
        "xnat://DST/002/002_MR1",
    }
    assert "xnat://DST/001/001_MR1" in folder.record.read_text().replace("\\", "")
    originals = [dcmread(path) for path in port.on_disk("SRC", "001_MR1")]
    assert {str(one.StudyDescription) for one in originals} == {"as it was"}


def test_every_transfer_syntax_stays_what_it_is(port: Harbour) -> None:
    originals = {label: dcmread(port.on_disk("SRC", label)[0], force=True) for label in STORED}
    syntaxes = {label: str(one.file_meta.TransferSyntaxUID) for label, one in originals.items()}
    assert len(set(syntaxes.values())) == len(STORED)
    with receiver(feeding(port), tuple(syntaxes.values())) as (there, _):
        folder = port.begin(by(port.plan(*STORED), there))
        assert port.work(folder) == 0, told(folder, events.SessionFailed)
    for label, syntax in syntaxes.items():
        stored = (port.home / "data/archive/DST").glob(f"*/{label}/SCANS/*/*/*")
        (arrived,) = [path for path in stored if path.suffix != ".xml"]
        assert str(dcmread(arrived).file_meta.TransferSyntaxUID) == syntax
        assert port.files("DST", label) == port.files("SRC", label)


def test_an_object_that_cannot_be_sent_as_it_is_ends_its_session_alone(port: Harbour) -> None:
    with receiver(feeding(port), (LITTLE, IMPLICIT)) as (there, _):
        folder = port.begin(by(port.plan("lying", "bare"), there))
        assert port.work(folder) == 1
    (failed,) = told(folder, events.SessionFailed)
    assert (failed.session, failed.kind) == ("lying", "NotStorable")
    assert port.files("DST", "bare") == port.files("SRC", "bare"), "what has no meta information is none"


def test_what_a_receiver_changes_with_a_warning_is_not_called_proven(port: Harbour) -> None:
    """Coercion of data elements, 0xB000 (PS3.4 B.2.3): stored, and one that no script changes is gone."""
    label = "013_MR1"

    def coerce(event: Event) -> int:
        image = event.dataset
        del image.SeriesDescription
        image.file_meta = event.file_meta
        return feed_bytes(port, written(image)) or 0xB000

    with receiver(coerce) as (there, _):
        folder = port.begin(by(port.plan(label), there))
        assert port.work(folder) == 1
    (look,) = told(folder, events.SessionVerified)
    assert (look.where, look.verdict, look.counts[Mark.DIFFERS]) == (Where.PREARCHIVE, "differs", 2)
    assert label not in port.labels("DST")


def test_in_the_prearchive_the_files_themselves_are_the_proof(port: Harbour) -> None:
    with receiver(feeding(port)) as (there, _):
        folder = port.begin(by(port.plan("003_MR1", to=Target.PREARCHIVE), there))
        assert port.work(folder) == 0
    (look,) = told(folder, events.SessionVerified)
    assert (look.verdict, look.level, look.where) == ("proven", "full", "prearchive")
    assert "003_MR1" in port.waiting("DST")
    assert "003_MR1" not in port.labels("DST")


def test_a_receiver_that_stumbles_is_sent_to_again(port: Harbour) -> None:
    """Out of resources, then the association is cut: what it confirmed is not sent again."""
    seen: list[str] = []
    feed = feeding(port)

    def stumble(event: Event) -> int:
        seen.append("")
        if len(seen) == 2:
            return 0xA700
        if len(seen) == 4:
            event.assoc.abort()
        return feed(event)

    with receiver(stumble) as (there, sent):
        folder = port.begin(by(port.plan("004_MR1"), there))
        assert port.work(folder) == 0
    assert port.files("DST", "004_MR1") == port.files("SRC", "004_MR1")
    assert len(told(folder, events.TriedAgain)) == 2
    assert len(sent) == 5 + 2


def _work(folder: Path, server: str, spool: Path) -> None:
    work(TransferFolder(folder), {server: LOGIN}, spool=spool, stop=threading.Event())


@pytest.mark.parametrize(("label", "killed_at", "stored"), [("006_MR1", 2, False), ("007_MR1", 4, True)])
def test_a_killed_worker_is_resumed_to_the_end(
    port: Harbour, label: str, killed_at: int, stored: bool
) -> None:
    """The receiver kills the worker: before it stores the object that it was sent, or before it answers."""
    feed, seen = feeding(port), count(1)

    def kill(event: Event) -> int:
        if next(seen) != killed_at:
            return feed(event)
        if stored:
            feed(event)
        worker.kill()
        wait([worker.sentinel], 60)  # joined by one thread alone, which is told how it ended
        return 0

    with receiver(kill) as (there, sent):
        folder = port.begin(by(port.plan(label), there))
        arguments = (folder.path, port.server.url, port.home / "spool")
        worker = get_context("forkserver").Process(target=_work, args=arguments)
        worker.start()
        worker.join(90)
        assert worker.exitcode == -signal.SIGKILL
        assert label not in port.labels("DST")
        assert port.work(folder) == 0, told(folder, events.SessionFailed)
        assert set(sent) == set(port.files("SRC", label))
    assert instances(port.session("DST", label)) == port.files("SRC", label)
    assert label not in port.waiting("DST")
    assert told(folder, events.SessionVerified)[-1].verdict == "proven"


def test_one_object_that_is_refused_ends_its_session_until_it_is_taken(port: Harbour) -> None:
    feed, seen = feeding(port), count(1)

    def refuse(event: Event) -> int:
        ours = str(event.dataset.StudyDescription).endswith("/008_MR1")
        return 0xA900 if ours and next(seen) == 3 else feed(event)

    with receiver(refuse) as (there, sent):
        folder = port.begin(by(port.plan("008_MR1", "mixed"), there))
        assert port.work(folder) == 1
        (failed,) = told(folder, events.SessionFailed)
        assert "refused an object (status 0xA900)" in failed.message
        assert "008_MR1" not in port.labels("DST")
        assert port.files("DST", "mixed") == port.files("SRC", "mixed"), "the others go on"
        assert port.work(folder) == 0
        assert len(sent) == 3 + 2 + 5
    assert instances(port.session("DST", "008_MR1")) == port.files("SRC", "008_MR1")


def test_what_was_given_up_goes_where_every_file_is_known(port: Harbour) -> None:
    """Names in a row are the receiver's, so each file is fetched back; a stranger's keeps it."""
    labels = ("011_MR1", "012_MR1")
    feed, seen = feeding(port), Counter[str]()

    def refuse(event: Event) -> int:
        address = str(event.dataset.StudyDescription)
        seen[address] += 1
        return 0xA900 if seen[address] == 3 else feed(event)

    with receiver(refuse) as (there, _):
        folder = port.begin(by(port.plan(*labels), there))
        assert port.work(folder) == 1
    assert {one.session for one in given_up(read_state(folder))} == set(labels)
    study = next(one.study_uid for one in folder.read_plan().sessions if one.session == labels[1])
    theirs = dcmread(BytesIO(dicom_bytes("2.25.7.1", study, "2.25.7")))
    theirs.StudyDescription = f"xnat://DST/012/{labels[1]}"
    answer = httpx.post(
        f"{port.server.url}/data/services/import?import-handler=gradual-DICOM&inbody=true",
        content=written(theirs),
        headers={"Content-Type": "application/octet-stream"},
        auth=(LOGIN.user, LOGIN.password),
    )
    assert answer.is_success, answer.text
    assert set(labels) <= port.waiting("DST")
    keep_removal_order(folder, RemovalOrder(typed="DST", sessions=labels, waiting=True))
    assert port.work(folder, settle=True) == 1
    assert [one.session for one in told(folder, events.RowRemoved)] == [labels[0]]
    (kept,) = told(folder, events.RowKept)
    assert (kept.session, "not known to have sent" in kept.message) == (labels[1], True)
    assert port.waiting("DST") & set(labels) == {labels[1]}


def test_one_kind_of_image_that_is_not_taken_is_named(port: Harbour) -> None:
    with receiver(feeding(port), without=SecondaryCaptureImageStorage) as (there, sent):
        plan = by(port.plan("mixed"), there)
        moved = replace(plan.sessions[0], to_session="unmixed")
        folder = port.begin(replace(plan, sessions=(moved,)))
        assert port.work(folder) == 1
    (failed,) = told(folder, events.SessionFailed)
    assert "does not take Secondary Capture Image Storage in Explicit VR Little Endian" in failed.message
    assert len(sent) <= 1
    assert "unmixed" not in port.labels("DST")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"aet": "ELSEWHERE"}, "it does not answer to the title ELSEWHERE"),
        ({"calling": "STRANGER"}, "it does not know the title STRANGER of this side"),
    ],
)
def test_a_title_that_is_not_known_is_told_at_once(port: Harbour, change: dict[str, str], words: str) -> None:
    with receiver(feeding(port), knows="XNATFERRY") as (there, sent):
        folder = port.begin(by(port.plan("010_MR1"), replace(there, **change)))
        assert port.work(folder) == 1
    (failed,) = told(folder, events.SessionFailed)
    assert words in failed.message
    assert "--aet and --calling" in failed.advice
    assert (sent, told(folder, events.TriedAgain)) == ([], [])


def test_its_copies_are_settled_like_any_other(port: Harbour) -> None:
    """The one element that was rewritten on purpose keeps no source; any other does."""
    label = "009_MR1"
    with receiver(feeding(port)) as (there, _):
        folder = port.begin(by(port.plan(label), there))
        assert port.work(folder) == 0, told(folder, events.SessionFailed)
    originals = port.files("SRC", label)
    copy = next((port.home / "data/archive/DST").glob(f"*/{label}/SCANS/1/DICOM/*.dcm"))
    kept, other = copy.read_bytes(), dcmread(copy)
    other.SeriesDescription = "another one"
    for data, code in ((written(other), 1), (kept, 0)):
        copy.write_bytes(data)
        keep_removal_order(folder, RemovalOrder(typed="DST", sessions=(label,)))
        assert port.work(folder, settle=True) == code, told(folder, events.SessionKept)
        assert (label in port.labels("SRC")) == bool(code)
    assert "not proven" in told(folder, events.SessionKept)[-1].message
    assert port.files("DST", label) == originals
    (settled,) = told(folder, events.MoveSettled)
    assert (settled.gone, settled.verdict) == (True, "proven")


def written(dataset: Dataset) -> bytes:
    out = BytesIO()
    dataset.save_as(out)
    return out.getvalue()


def test_what_went_wrong_is_gone_on_with(port: Harbour, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal ends the session, and nothing is re-encoded for a receiver; a resume completes it."""
    folder = port.begin(by(port.plan("005_MR1"), Receiver(host="127.0.0.1", port=9, aet="XNAT")))
    outcomes = [
        (lambda event: 0xC000, (LITTLE,), "refused an object (status 0xC000)"),
        (feeding(port), (BIG,), "does not take MR Image Storage in Explicit VR Little Endian"),
        (lambda event: 0, (LITTLE,), "does not show in the prearchive of DST"),
    ]
    monkeypatch.setattr(storing, "_APPEARING", 0.2)
    for handle, syntaxes, says in outcomes:
        with receiver(handle, syntaxes) as (there, _):
            _aim(folder, there)
            assert port.work(folder) == 1
        assert says in told(folder, events.SessionFailed)[-1].message
    assert "005_MR1" not in port.labels("DST")
    with receiver(feeding(port)) as (there, _):
        _aim(folder, there)
        assert port.work(folder) == 0
    assert port.files("DST", "005_MR1") == port.files("SRC", "005_MR1")


def _aim(folder: Any, there: Receiver) -> None:
    """The same transfer at another port: a receiver that was started anew."""
    from xnat_ferry.plan.file import to_json

    folder.worker_plan.write_bytes(to_json(by(folder.read_plan(), there)))


def test_what_another_implementation_gets_differs_in_one_element(
    port: Harbour, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "_APPEARING", 0.2)
    program = dcmtks_storescp()
    if program is None:
        pytest.skip("dcmtk is not installed")
    kept_in = tmp_path / "kept"
    kept_in.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number = free.getsockname()[1]
    process = subprocess.Popen([program, "+xa", "-aet", "KEEPER", "-od", str(kept_in), str(number)])
    try:
        until_listening(process, number)
        there = Receiver(host="127.0.0.1", port=number, aet="KEEPER")
        folder = port.begin(by(replace(port.plan("001_MR1"), to=Target.PREARCHIVE), there))
        plan = folder.read_plan()
        (session,) = plan.sessions
        moved = replace(session, to_session="elsewhere", to_subject="E")
        _write(folder, replace(plan, sessions=(moved,)))
        assert port.work(folder) == 1  # nobody routes it any further
    finally:
        process.terminate()
        process.wait()
    assert "does not show in the prearchive" in told(folder, events.SessionFailed)[-1].message
    originals = {one.SOPInstanceUID: one for one in map(dcmread, port.on_disk("SRC", "001_MR1"))}
    kept = {one.SOPInstanceUID: one for one in map(dcmread, kept_in.iterdir())}
    numbers = {one.SeriesNumber for one in kept.values()}
    first = {uid for uid, one in originals.items() if one.SeriesNumber in numbers}
    assert kept.keys() == first
    for uid, one in kept.items():
        assert one.StudyDescription == "xnat://DST/E/elsewhere"
        assert one.file_meta.TransferSyntaxUID == originals[uid].file_meta.TransferSyntaxUID
        one.StudyDescription = originals[uid].StudyDescription
        assert one == originals[uid]


def _write(folder: Any, plan: Plan) -> None:
    from xnat_ferry.plan.file import to_json

    folder.worker_plan.write_bytes(to_json(plan))


def dcmtks_storescp() -> Path | None:
    """Not pynetdicom's, which has the same name."""
    for folder in os.get_exec_path():
        program = Path(folder) / "storescp"
        if program.exists():
            said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
            if "dcmtk" in said.stdout:
                return program
    return None


def until_listening(process: subprocess.Popen[bytes], number: int) -> None:
    end = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", number)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("storescp never listened")


@pytest.mark.parametrize("address", ["", "host", "host:", ":104", "host:0", "host:99999", "host:x"])
def test_an_address_is_host_and_port(address: str) -> None:
    with pytest.raises(UsageError, match="HOST:PORT"):
        parse_receiver(address, "XNAT", "US")


@pytest.mark.parametrize("title", ["", " ", "x" * 17, "a\\b", "a\nb"])
def test_a_title_has_sixteen_characters(title: str) -> None:
    with pytest.raises(UsageError, match="AE title"):
        parse_receiver("host:104", title, "US")


@pytest.mark.parametrize(
    ("road", "options"),
    [
        (Road.RECEIVER, Receiving()),
        (Road.RECEIVER, Receiving(receiver="host:104")),
        (Road.COPY, Receiving(receiver="host:104")),
        (Road.SHARE, Receiving(aet="XNAT")),
    ],
)
def test_options_that_do_not_go_together_are_refused(road: Road, options: Receiving) -> None:
    with pytest.raises(UsageError, match="--road receiver"):
        options.to(road)


def test_options_are_repeated_as_they_were() -> None:
    options = Receiving(receiver="[::1]:104", aet="XNAT", calling="US")
    assert options.to(Road.RECEIVER) == Receiver(host="::1", port=104, aet="XNAT", calling="US")
    assert options.again() == ("--receiver", "[::1]:104", "--aet", "XNAT", "--calling", "US")
    assert Receiving().again() == ()
