"""What a transfer gave up in a prearchive goes on request, and nothing that is not its own goes with it."""

import io
import json
import tarfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from tests.core.harbour import LOGIN, WORLD, E, Harbour, harbour, session_toml, told
from tests.core.making import dicom_bytes
from xnat_ferry import events
from xnat_ferry.cli import main
from xnat_ferry.model import Endpoint, Instance, Where
from xnat_ferry.plan import Fate, PlannedSession, Road, Target, read_plan
from xnat_ferry.settle.meant import given_up
from xnat_ferry.settle.orders import RemovalOrder, keep_removal_order
from xnat_ferry.settle.source_files import SourceFiles, source_files
from xnat_ferry.transfer.ferry import Ferry
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.journal import read_all
from xnat_ferry.transfer.session_state import Phase
from xnat_ferry.transfer.status import read_state
from xnat_ferry.xnat.listings import find_session
from xnat_ferry.xnat.prearchive import find_row, list_prearchive
from xnat_ferry.xnat.scan_zips import import_zip, open_scans

NAMES = (
    "goes", "annotated", "stranger", "replaced", "twice", "source_gone", "source_changed", "source_hidden",
    "silent", "moving", "cut_off", "cut_gone", "command", "unnamed", "in_between",
)  # fmt: skip
TWICE = ("late", "heard", "foreign", "before")
"""Sessions that arrive, and a row of which comes after them."""
HEAD = "[server]\nsite_anonymization = false\n" + WORLD


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harbour]:
    world = "".join(
        session_toml(name, subject=f"S_{name}")
        for name in (*NAMES, "done", "itself", "seen", "unseen", "here", *TWICE)
    )
    with harbour(tmp_path_factory.mktemp("waiting"), world, head=HEAD) as made:
        yield made


@pytest.fixture(scope="module")
def folder(port: Harbour) -> TransferFolder:
    """Everything was sent and nothing could be built, so that it was given up."""
    port.server.set_faults([{"match": "POST /data/prearchive/projects/", "status": 500}])
    made = port.begin(port.plan(*NAMES, to=Target.PREARCHIVE))
    assert port.work(made) == 1
    port.server.set_faults([])
    assert port.waiting("DST") >= set(NAMES)
    assert {one.session for one in given_up(read_state(made))} == set(NAMES)
    return made


@pytest.fixture(autouse=True)
def _calm(port: Harbour) -> Iterator[None]:
    yield
    port.server.set_faults([])


def remove(port: Harbour, folder: TransferFolder, label: str, typed: str = "DST") -> int:
    """One worker with an order for the row of one session."""
    keep_removal_order(folder, RemovalOrder(typed=typed, sessions=(label,), waiting=True))
    return port.work(folder, settle=True)


def log_in(port: Harbour, monkeypatch: pytest.MonkeyPatch) -> None:
    """For the commands."""
    for name, value in (("HOST", port.server.url), ("USER", LOGIN.user), ("PASS", LOGIN.password)):
        monkeypatch.setenv(f"XNAT_{name}", value)


def of(folder: TransferFolder, kind: type[E], label: str) -> list[E]:
    return [event for event in told(folder, kind) if getattr(event, "session", None) == label]


def kept(port: Harbour, folder: TransferFolder, label: str, words: str) -> None:
    """It is told why the row stays, and it stays."""
    before = rows(port, label)
    assert remove(port, folder, label) == 1
    assert of(folder, events.RowRemoved, label) == []
    event = of(folder, events.RowKept, label)[-1]
    assert words in event.message, event.message
    assert rows(port, label) == before


def rows(port: Harbour, label: str) -> set[str]:
    with port.client() as client:
        return {row.path for row in list_prearchive(client, "DST") if row.name == label}


def rest(port: Harbour, method: str, path: str, **options: Any) -> None:
    with httpx.Client(base_url=port.server.url, auth=(LOGIN.user, LOGIN.password)) as client:
        answer = client.request(method, path, **options)
        assert answer.status_code < 400, answer.text


def zipped(study_uid: str) -> bytes:
    """A file of somebody else's."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        made.writestr("theirs.dcm", dicom_bytes(study_uid=study_uid, series_uid="2.25.9", sop_uid="2.25.9.1"))
    return content.getvalue()


def send(port: Harbour, label: str, study_uid: str) -> str:
    """A file of somebody else's under the same label; returns its row."""
    content = zipped(study_uid)
    with port.client() as client:
        return import_zip(
            client,
            io.BytesIO(content),
            len(content),
            project="DST",
            subject=f"S_{label}",
            session=label,
            skip_unparsable=False,
            on_bytes=lambda _: None,
        )


def source(label: str) -> str:
    return f"/data/projects/SRC/subjects/S_{label}/experiments/{label}"


def row_of(folder: TransferFolder, label: str) -> str:
    return read_state(folder).sessions[label].row


def test_what_was_given_up_goes_and_nothing_else(port: Harbour, folder: TransferFolder) -> None:
    others, row = port.waiting("DST") - {"goes"}, row_of(folder, "goes")
    assert row
    assert remove(port, folder, "goes") == 0
    assert port.waiting("DST") == others
    assert "goes" in port.labels("SRC")
    (asked,) = of(folder, events.RowRemovalRequested, "goes")
    (removed,) = of(folder, events.RowRemoved, "goes")
    assert asked.row == removed.row == row
    assert f'"{row}: removed, ' in folder.record.with_suffix(".json").read_text()
    assert "in the prearchive" in folder.record.read_text()
    state = read_state(folder)
    assert (state.sessions["goes"].row, state.sessions["goes"].phase) == ("", Phase.FAILED)
    assert "goes" not in {one.session for one in given_up(state)}


def test_a_row_with_somebody_elses_files_stays(port: Harbour, folder: TransferFolder) -> None:
    study = next(one.study_uid for one in folder.read_plan().sessions if one.session == "stranger")
    assert send(port, "stranger", study) == row_of(folder, "stranger")
    kept(port, folder, "stranger", "not known to have sent (- 1 only there)")


def test_a_row_to_which_somebody_added_notes_stays(port: Harbour, folder: TransferFolder) -> None:
    row = row_of(folder, "annotated")
    rest(port, "POST", f"/data{row}?action=build")
    rest(port, "PUT", f"/data{row}/resources/NOTES/files/a.txt?inbody=true", content=b"mine")
    kept(port, folder, "annotated", "somebody put NOTES there")


def test_a_row_that_is_another_one_stays(port: Harbour, folder: TransferFolder) -> None:
    rest(port, "DELETE", f"/data{row_of(folder, 'replaced')}")
    send(port, "replaced", "2.25.7")
    kept(port, folder, "replaced", "nothing of it waits there now")


def test_a_second_row_of_that_label_stays(port: Harbour, folder: TransferFolder) -> None:
    other = send(port, "twice", "2.25.8")
    assert remove(port, folder, "twice") == 0
    assert rows(port, "twice") == {other}


def test_a_row_that_takes_its_place_while_it_is_looked_at_stays(
    port: Harbour, folder: TransferFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    label, row = "in_between", row_of(folder, "in_between")
    study = next(one.study_uid for one in folder.read_plan().sessions if one.session == label)

    @contextmanager
    def while_it_is_looked_at(ferry: Ferry) -> Iterator[SourceFiles]:
        with source_files(ferry) as files:
            yield Meddled(files)

    class Meddled:
        def __init__(self, files: SourceFiles) -> None:
            self.originals, self._files = files.originals, files

        def refuse_unless_there(self, session: PlannedSession, instances: Sequence[Instance]) -> None:
            self._files.refuse_unless_there(session, instances)
            rest(port, "DELETE", f"/data{row}")
            where = f"dest={row}&subject=S_{label}&session={label}"
            address = f"/data/services/import?import-handler=DICOM-zip&inbody=true&{where}"
            headers = {"Content-Type": "application/zip"}
            rest(port, "POST", address, content=zipped(study), headers=headers)

    monkeypatch.setattr("xnat_ferry.settle.waiting.source_files", while_it_is_looked_at)
    assert remove(port, folder, label) == 1
    assert "another one took its place" in of(folder, events.RowKept, label)[-1].message
    with port.client() as client:
        found = find_row(client, row)
    assert found is not None
    assert (found.status, found.name, found.study_uid) == ("READY", label, study)


def test_what_the_source_no_longer_has_stays(port: Harbour, folder: TransferFolder) -> None:
    rest(port, "DELETE", f"{source('source_gone')}?removeFiles=true")
    kept(port, folder, "source_gone", "does not hold every file")


def test_what_the_source_has_changed_stays(port: Harbour, folder: TransferFolder) -> None:
    scan = port.session("SRC", "source_changed")["scans"][0]
    name = scan["resources"][0]["files"][0]["path"].rpartition("/")[2]
    place = f"{source('source_changed')}/scans/1/resources/DICOM/files/{name}"
    rest(port, "PUT", f"{place}?inbody=true&overwrite=true", content=b"other")
    kept(port, folder, "source_changed", "does not hold every file")


def test_where_the_source_cannot_be_asked_it_stays(port: Harbour, folder: TransferFolder) -> None:
    port.server.set_faults([{"match": "GET /data/experiments/.*/files", "status": 500}])
    kept(port, folder, "source_hidden", "is not known")


def test_a_row_that_is_in_use_stays(port: Harbour, folder: TransferFolder) -> None:
    row = row_of(folder, "moving")
    rest(port, "POST", f"/data{row}?action=set-status&status=MOVING")
    kept(port, folder, "moving", "it is MOVING now")


def test_a_yes_without_a_deed_is_not_believed(port: Harbour, folder: TransferFolder) -> None:
    port.server.set_faults([{"match": "DELETE /data/prearchive/", "status": 200, "body": ""}])
    kept(port, folder, "silent", "did not remove it")


@pytest.mark.parametrize("label", ["cut_off", "cut_gone"])
def test_a_removal_that_was_cut_off_is_told_as_it_is(
    port: Harbour, folder: TransferFolder, label: str
) -> None:
    row = row_of(folder, label)
    with port.ferry(folder) as ferry:
        ferry.tell(events.RowRemovalRequested(session=label, row=row))
    if label == "cut_gone":
        rest(port, "DELETE", f"/data{row}")
    port.server.set_faults([{"match": "DELETE .*", "status": 500}])
    assert port.work(folder, settle=True) == 0  # without an order nothing is removed
    found = [type(event) for event in read_all(folder.journal) if getattr(event, "row", "") == row][-1]
    assert found == (events.RowRemoved if label == "cut_gone" else events.RowKept)
    assert (label in port.waiting("DST")) == (label == "cut_off")


def test_an_order_without_the_right_name_removes_nothing(port: Harbour, folder: TransferFolder) -> None:
    for typed in ("SRC", ""):
        assert remove(port, folder, "unnamed", typed=typed) == 4
    keep_removal_order(folder, RemovalOrder(typed="OTHER", sessions=("unnamed",)))
    assert port.work(folder, settle=True) == 4
    assert "unnamed" in port.waiting("DST") & port.labels("SRC")


def test_what_is_complete_and_waits_was_not_given_up(port: Harbour) -> None:
    folder = port.carried("done", to=Target.PREARCHIVE)
    assert given_up(read_state(folder)) == ()
    kept(port, folder, "done", "nothing of it was given up")


def test_the_command_asks_for_the_destination(
    port: Harbour, folder: TransferFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    log_in(port, monkeypatch)
    words = ["settle", folder.id, "--remove-waiting", "--sessions", "command"]
    words += ["--transfers", str(folder.path.parent), "--spool", str(port.home / "spool")]
    assert main([*words, "--yes-delete-from", "SRC"]) == 2
    assert main([*words, "--yes-delete-from", "DST", "--unshare"]) == 2
    assert main(words) == 2
    assert "add --yes-delete-from DST" in capsys.readouterr().err.replace("\n", " ")
    assert "command" in port.waiting("DST")
    assert main([*words, "--yes-delete-from", "DST", "--json"]) == 0
    shown = capsys.readouterr()
    assert '"event":"RowRemoved"' in shown.out
    assert "To be removed from the prearchive of DST" in shown.err
    assert "command" not in port.waiting("DST")


def test_what_an_upload_gave_up_goes_while_its_files_are_here(
    port: Harbour, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_in(port, monkeypatch)
    packed = tmp_path / "files.tar.gz"
    with tarfile.open(packed, "w:gz") as archive:
        for path in port.on_disk("SRC", "here"):
            archive.add(path, path.name)
    main(["upload", str(packed), "DST", "-o", str(tmp_path / "plan.toml")])
    folder = port.begin(read_plan(tmp_path / "plan.toml"))
    (session,) = folder.read_plan().sessions
    port.server.set_faults([{"match": "POST /data/prearchive/projects/", "status": 500}])
    assert port.work(folder) == 1
    port.server.set_faults([])
    packed.rename(tmp_path / "away.tar.gz")
    kept(port, folder, session.session, "is not known")
    (tmp_path / "away.tar.gz").rename(packed)
    assert remove(port, folder, session.session) == 0
    assert session.to_session not in port.waiting("DST")
    assert not list((port.home / "spool").rglob("*"))


# What a server carries out only after its client has gone and sent it again


def send_again(port: Harbour, label: str) -> str:
    """All of a session as it is at the source, as a client sent it that died meanwhile; returns its row."""
    with port.client() as client:
        detail = find_session(client, "SRC", label)
        assert detail is not None
        content = io.BytesIO()
        with open_scans(client, detail.id, ["1"], ["DICOM"]) as pieces:
            content.writelines(pieces)
        size = content.tell()
        content.seek(0)
        return import_zip(
            client,
            content,
            size,
            project="DST",
            subject=f"S_{label}",
            session=label,
            skip_unparsable=False,
            on_bytes=lambda _: None,
        )


@pytest.fixture(scope="module")
def twice(port: Harbour) -> TransferFolder:
    """All arrived and were archived by hand; then a second row of each came."""
    made = port.begin(port.plan(*TWICE, to=Target.PREARCHIVE))
    with port.ferry(made) as ferry:
        for label in ("late", "foreign"):  # as after a kill while its zip was on its way
            ferry.tell(events.UnitSending(session=label, unit="1"))
    assert port.work(made) == 0
    for label in TWICE:
        assert rest_archived(port, row_of(made, label))
    study = next(one.study_uid for one in made.read_plan().sessions if one.session == "foreign")
    rest(port, "POST", f"/data{send(port, 'foreign', study)}?action=build")
    for label in TWICE[:2]:
        rest(port, "POST", f"/data{send_again(port, label)}?action=build")
    assert port.work(made, archive=True) == 0
    return made


def rest_archived(port: Harbour, row: str) -> bool:
    rest(port, "POST", "/data/services/archive", params={"src": row, "auto-archive": "false"})
    return not rows(port, row.rpartition("/")[2])


def test_a_row_beside_what_was_proven_is_told_and_goes_if_it_is_ours(
    port: Harbour, twice: TransferFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = {one.session: one.row for one in told(twice, events.RowBeside)}
    assert {label: {row} for label, row in seen.items()} == {
        label: rows(port, label) for label in ("late", "heard", "foreign")
    }
    assert f"late: ANOTHER row of it waits in the prearchive, {seen['late']}" in (
        twice.record.read_text().replace("\\_", "_")
    )
    late = send_again(port, "before")
    log_in(port, monkeypatch)
    where = ["--transfers", str(twice.path.parent)]
    assert main(["verify", twice.id, *where, "--json"]) == 0, "what is proven is proven"
    found = {one["source"]: one["beside"] for one in json.loads(capsys.readouterr().out)["sessions"]}
    assert found == {label: [row] for label, row in {**seen, "before": late}.items()}
    assert main(["verify", twice.id, *where]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert f"Another row of it waits in the prearchive and was not compared: {late}." in shown
    assert "'xnat-ferry settle --remove-waiting' removes it" in shown

    words = ["settle", twice.id, "--remove-waiting", "--yes-delete-from", "DST"]
    words += ["--transfers", str(twice.path.parent), "--spool", str(port.home / "spool")]
    assert main(words) == 1
    shown = capsys.readouterr().err
    assert "late: /prearchive/projects/DST/" in shown
    kept = {one.session: one.message for one in told(twice, events.RowKept)}
    assert {one.row for one in told(twice, events.RowKept)} == {seen["heard"], seen["foreign"], late}
    assert "may still come" in kept["before"]
    assert "may be somebody else's" in kept["heard"]
    assert "not known to have sent" in kept["foreign"]
    assert port.waiting("DST") & set(TWICE) >= {"heard", "foreign"}
    assert "late" not in port.waiting("DST")
    assert port.files("DST", "late") == port.files("SRC", "late")
    assert set(TWICE) <= port.labels("DST") & port.labels("SRC")
    state = read_state(twice)
    assert (state.sessions["late"].phase, state.sessions["late"].beside) == (Phase.DONE, {})
    assert "late: ANOTHER" not in twice.record.read_text()


# The same server has the last word on what a copy is


def test_a_session_that_was_added_to_itself_is_not_its_own_copy(port: Harbour) -> None:
    plan = port.plan("itself", to=Target.PREARCHIVE)
    sessions = tuple(replace(one, fate=Fate.MERGE) for one in plan.sessions)
    folder = port.begin(replace(plan, destination=Endpoint(port.server.url, "SRC"), sessions=sessions))
    assert port.work(folder) == 0
    assert port.work(folder, archive=True) == 0
    keep_removal_order(folder, RemovalOrder(typed="SRC", sessions=("itself",)))
    assert port.work(folder, settle=True) == 1
    assert "the session itself" in of(folder, events.SessionKept, "itself")[-1].message
    assert "itself" in port.labels("SRC")


def test_only_a_copy_can_be_settled(port: Harbour, tmp_path: Path) -> None:
    folder = port.begin(replace(port.plan("done"), road=Road.SHARE))
    with port.ferry(folder) as ferry:
        ferry.tell(events.SessionFinished(session="done", where=Where.ARCHIVE))
        keep_removal_order(folder, RemovalOrder(typed="DST", sessions=("done",)))
        from xnat_ferry.settle.moving import settle_transfer

        assert settle_transfer(ferry) == 1
    assert "only copies" in of(folder, events.SessionKept, "done")[-1].message
    assert "done" in port.labels("SRC")


def test_a_last_look_for_rows_that_fails_is_no_fault_of_what_arrived(port: Harbour) -> None:
    """Not even where the login lapsed just then and no other is had."""
    listing = r"GET /data/prearchive/projects/DST(\?.*)?$"
    port.server.clear_log()
    port.carried("seen", to=Target.PREARCHIVE)
    looks = [one["path"] for one in port.server.log()].count("/data/prearchive/projects/DST")
    folder = port.begin(port.plan("unseen", to=Target.PREARCHIVE))
    lapses = {"match": listing, "nth": looks, "expire_login": True}
    port.server.set_faults([lapses, {"match": "GET /data/auth", "nth": 2, "status": 401}])
    port.server.clear_log()
    assert port.work(folder) == 0
    assert read_state(folder).phase == Phase.DONE
    assert [one["path"] for one in port.server.log()].count("/data/auth") == 2
