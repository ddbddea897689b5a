"""The other roads on the screen, at 80x24: what the last step adds, and what is taken back by name."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import httpx
import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from tests.contract.wire.sending import ZIP, image, zipped
from tests.core.harbour import LOGIN, WORLD, Harbour, harbour, session_toml
from tests.core.making import dicom_bytes
from tests.core.scp import feeding, receiver, route_by_description
from tests.core.slurm_stand_in import stand_in
from tests.tui.hand import Hand
from tests.tui.looking import screen_text, until, until_shown, until_told
from xnat_ferry.model import Road
from xnat_ferry.plan import Plan, Target
from xnat_ferry.plan.draft_file import read_draft
from xnat_ferry.settle.orders import read_answers
from xnat_ferry.transfer import folder as folders
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.pacing.pace import read_pace
from xnat_ferry.transfer.slurm.job import read_job
from xnat_ferry.xnat import resources as wire
from xnat_ferry_tui.app import FerryApp
from xnat_ferry_tui.desk import Desk

pytestmark = pytest.mark.xdist_group("roads")

LABELS = ("BESIDE", "SHARED", "GIVEN_UP", "SENT", "LEFT", "LACKING", "OTHER", "ARRAY", "CARRIED")
SHOWN = session_toml(
    "SHOWN", project="THIRD", subject="PSHOWN", shared_into='[{ project = "SRC", label = "SHOWN" }]'
)
HEAD = (
    WORLD.replace('DST = "owner" }', 'DST = "owner", THIRD = "owner" }\nadmin = true')
    + '\n[[projects]]\nid = "THIRD"\n'
)
SIZE = (80, 24)


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harbour]:
    """One server for all; each test has a session of its own."""
    sessions = "".join(session_toml(label, subject=f"P{label}") for label in LABELS)
    with harbour(tmp_path_factory.mktemp("roads"), sessions + SHOWN, head=HEAD) as made:
        route_by_description(made)
        yield made


@pytest.fixture
def desk(port: Harbour, tmp_path: Path) -> Iterator[Desk]:
    """A desk with both projects on it, which keeps its draft."""
    made = Desk(
        transfers=tmp_path / "transfers",
        spool=tmp_path / "spool",
        find=lambda _: LOGIN,
        draft_file=tmp_path / "draft.json",
    )
    made.ends = (port.source, port.destination)
    yield made
    made.conversation.close()


def held(session: dict[str, Any]) -> dict[str, set[str]]:
    """The names of the files of each of a session's own resources."""
    return {one["label"]: {file["path"] for file in one["files"]} for one in session["resources"]}


def put_resources(port: Harbour, session: str, name: str, *labels: str) -> None:
    """A file of this name in each of these resources of a session of the source."""
    with port.client() as client:
        address = wire.of_session(port.session("SRC", session)["id"])
        for label in labels:
            client.send("PUT", f"{address}/resources/{label}", accept=(200,))
            wire.put_file(
                client, address, label, name, BytesIO(b"seen"), 4, replace=True, on_bytes=lambda _: None
            )


async def choose(pilot: Pilot[None], desk: Desk, label: str) -> None:
    """One session marked in step 6, and nothing under way."""
    await until_shown(pilot, "None marked: ")
    await pilot.press("slash", *label, "enter", "space")
    await until_shown(pilot, "1 of ")
    await until(pilot, lambda: not desk.busy)


async def test_what_else_belongs_to_a_session_is_ticked_in_the_last_step(
    port: Harbour, desk: Desk, tmp_path: Path
) -> None:
    put_resources(port, "BESIDE", "a b.txt", "QC", "KEPT")
    async with FerryApp(desk).run_test(size=SIZE) as pilot:
        await choose(pilot, desk, "BESIDE")
        await pilot.press("7")
        await until_shown(pilot, "1 session surveyed")
        await until(pilot, lambda: not desk.busy)
        await pilot.press("0")
        await until_shown(pilot, "e Beside")
        await pilot.press("e")
        await until_shown(pilot, "What else of the sessions shall", "exact version", "[ ] resources")
        await pilot.press("space", "enter")
        await until_shown(pilot, "Which resources? The sessions have KEPT, QC.")
        await pilot.press(*"session:QC", "enter")
        await until_shown(pilot, "What of it is there already, and differs?", "it is written over")
        await pilot.press("enter")
        await until_shown(pilot, "With     1 resource, 1 file, 4 B.")
        await pilot.press("t")
        await until_shown(pilot, "the archive of")
        await until(pilot, lambda: not desk.drafting.must_judge and not desk.busy)
        desk.drafting.keeper.wait()
        kept = read_draft(tmp_path / "draft.json")
        assert kept is not None
        assert (kept.also, kept.resources) == (("resources",), ("session:QC",))
        await pilot.press("7", "G")
        await until_shown(pilot, "Resources and values", "Resource QC of BESIDE travels as well")
        await pilot.press("0", "c")
        await until_shown(pilot, "Copy 1 session")
        await pilot.press("y")
        await until_shown(pilot, "3 TRANSFER", "DONE", "1 of 1 session done", seconds=60)
        await until(pilot, lambda: desk.watched and not desk.watched.alive and not desk.busy)
    assert held(port.session("DST", "BESIDE")) == {"QC": {"a b.txt"}}


async def test_resources_alone_follow_a_session_from_the_browser(port: Harbour, desk: Desk) -> None:
    begun(port, desk, port.plan("CARRIED"))
    put_resources(port, "CARRIED", "c.txt", "LATER")
    async with FerryApp(desk).run_test(size=SIZE) as pilot:
        await pilot.press("2")
        await until(pilot, lambda: desk.source is not None and not desk.busy)
        await pilot.press("slash", *"CARRIED", "enter", "a", "R")
        await until_shown(pilot, "How shall the sessions get there?", "resources  no images")
        await pilot.press("G", "k", "enter")
        await until_shown(pilot, "1 CHECKS", "1 session surveyed", "Resource LATER")
        await until(pilot, lambda: not desk.busy)
        await pilot.press("0")
        await until_shown(pilot, "1 resource, 1 file, 4 B of 1 session", "where these sessions are in DST")
        await until_shown(pilot, "xnat-ferry resources")
        await pilot.press("m")
        await until_shown(pilot, "No image travels on this road")
        await pilot.press("enter", "c")
        await until_shown(pilot, "Carry 1 resource, 1 file, 4 B of 1 session")
        await pilot.press("y")
        await until_shown(pilot, "3 TRANSFER", "DONE", "1 of 1 session done", seconds=60)
        await until(pilot, lambda: desk.watched and not desk.watched.alive and not desk.busy)
    assert held(port.session("DST", "CARRIED")) == {"LATER": {"c.txt"}}
    assert held(port.session("SRC", "CARRIED")) == {"LATER": {"c.txt"}}


def lines_of(pilot: Pilot[None]) -> list[str]:
    return screen_text(pilot.app).splitlines()


def is_only_here(line: str, label: str) -> bool:
    """Whether the line of the panes says so of this session."""
    here = line.split("|")[0]
    return f"> {label}" in here and here.split()[-1] == "+"


def begun(port: Harbour, desk: Desk, plan: Plan) -> TransferFolder:
    """A transfer that the screen will find, carried out by a worker in this process."""
    folder = folders.create(desk.transfers, plan)
    port.work(folder)
    return folder


async def test_what_was_shared_is_taken_back_once_the_name_is_typed(port: Harbour, desk: Desk) -> None:
    begun(port, desk, replace(port.plan("SHARED"), road=Road.SHARE))
    assert [one["project"] for one in port.session("SRC", "SHARED")["shares"]] == ["DST"]
    async with FerryApp(desk).run_test(size=SIZE) as pilot:
        await pilot.press("3")
        await until_shown(pilot, "DONE", "1 of 1 session done")
        await until(pilot, lambda: not desk.busy)
        await pilot.press("U")
        await until_shown(pilot, "Take 1 session out of DST", "SRC still owns them.")
        await pilot.press(*"SRC", "enter")
        await until_shown(pilot, "That is not the name", "Nothing was taken")
        assert port.session("SRC", "SHARED")["shares"] != []
        await pilot.press(*["backspace"] * 3, *"DST", "enter")
        await until_shown(pilot, "finished: 1 taken back")
        await until(pilot, lambda: desk.watched and not desk.watched.alive and not desk.busy)
        await until_shown(pilot, "1 of 1 session; nothing travels", "1 session taken back")
        await pilot.press("2", "slash", *"SHARED", "enter")
        await until(pilot, lambda: any(is_only_here(line, "SHARED") for line in lines_of(pilot)))
        await pilot.press("4", "U")
        await until_shown(pilot, "gave nothing to another project")
        await pilot.press("enter")
        await until_shown(pilot, "TAKEN BACK, before that PROVEN")
    assert port.session("SRC", "SHARED")["shares"] == []


async def test_what_was_given_up_is_removed_from_the_prearchive(port: Harbour, desk: Desk) -> None:
    plan = port.plan("GIVEN_UP")
    port.server.set_faults([{"match": "POST /data/prearchive/projects/", "status": 500}])
    begun(port, desk, plan)
    port.server.set_faults([])
    assert "GIVEN_UP" in port.waiting("DST")
    async with FerryApp(desk).run_test(size=SIZE) as pilot:
        await pilot.press("4")
        await until_shown(pilot, "Not verified yet")
        await until(pilot, lambda: not desk.busy)
        await pilot.press("W")
        await until_shown(pilot, "Remove what was sent of 1 session", "Nothing is deleted at the source.")
        await pilot.press(*"DST", "enter")
        await until_shown(pilot, "3 TRANSFER", "removed")
        await until(pilot, lambda: desk.watched and not desk.watched.alive and not desk.busy)
    assert "GIVEN_UP" not in port.waiting("DST")
    assert "GIVEN_UP" in port.labels("SRC")


async def test_what_is_only_shared_in_is_unshared_at_the_end_of_a_move(port: Harbour, desk: Desk) -> None:
    begun(port, desk, port.plan("SHOWN"))
    async with FerryApp(desk).run_test(size=SIZE) as pilot:
        await pilot.press("4")
        await until_shown(pilot, "PROVEN   1 session")
        await until(pilot, lambda: not desk.busy)
        await pilot.press("H")
        await until_shown(pilot, "Delete 1 session", "only shared into SRC is taken out of it")
        await pilot.press(*"DST", "enter")
        await until_shown(pilot, "3 TRANSFER", "settled: 1 removed, 0 kept", seconds=60)
        await until(pilot, lambda: desk.watched and not desk.watched.alive and not desk.busy)
    assert port.session("THIRD", "SHOWN")["shares"] == []
    assert "SHOWN" in port.labels("DST")


async def test_a_session_goes_by_a_dicom_receiver(port: Harbour, desk: Desk) -> None:
    with receiver(feeding(port), knows="KNOWN") as (there, sent):
        async with FerryApp(desk).run_test(size=SIZE) as pilot:
            hand = Hand(pilot)
            await hand.see("None marked: ")
            await hand.stand_on("SENT")
            await hand.press("space")
            await hand.see("1 of ")
            await hand.press("o")
            await hand.see("How shall the sessions get there?", "receiver   by C-STORE")
            await hand.press("G", "enter")
            await hand.see("Which DICOM receiver?")
            await hand.try_out(*"nowhere", "enter", *"XNAT", "enter", "enter")
            await hand.see("is no HOST:PORT")
            await hand.try_out(*["backspace"] * len("nowhere"))
            await hand.type(f"127.0.0.1:{there.port}")
            await hand.press("enter", "enter")
            await hand.try_out(*["backspace"] * len("XNATFERRY"), *"KNOWN")
            await hand.press("enter")
            await hand.see("1 of ", "Receiver.")
            await hand.press("7")
            await hand.see("1 session surveyed")
            await hand.press("0")
            await hand.try_out("v")
            await hand.see(f"By       the DICOM receiver XNAT at 127.0.0.1:{there.port}", "sample: ")
            await until(pilot, lambda: not desk.drafting.must_judge)
            await hand.try_out("m")
            await hand.see("The source is deleted later: once all")
            await hand.try_out("m")
            await hand.see("Nothing at the source changes.")
            await until(pilot, lambda: not desk.drafting.must_judge)
            await hand.press("c")
            await hand.see("Send 1 session", "y Yes")
            await hand.press("y")
            await hand.see("3 TRANSFER", "DONE", "1 of 1 session done")
            await until(pilot, lambda: desk.watched and not desk.watched.alive)
            await hand.told("a session by a DICOM receiver")
    assert len(sent) == 2
    assert "SENT" in port.waiting("DST")


async def test_a_folder_on_this_machine_is_uploaded(port: Harbour, desk: Desk, tmp_path: Path) -> None:
    place = tmp_path / "data"
    place.mkdir()
    for number in "12":
        image = dicom_bytes(f"1.2.840.99.{number}", "1.2.840.99", "1.2.840.99.5")
        (place / f"image{number}").write_bytes(image)
    (place / "notes.txt").write_text("not an image")
    async with FerryApp(desk).run_test(size=SIZE) as pilot:
        await until_shown(pilot, "None marked: ")
        await until(pilot, lambda: not desk.busy)
        await pilot.press("f", *str(place), "enter")
        await until_told(pilot, "1 file that cannot be carried", "notes.txt", "Leave them out, and take")
        await pilot.press("y")
        await until_shown(pilot, "6 CHOOSE ok", "None marked: the one session", "dicom_upload")
        await until(pilot, lambda: not desk.busy)
        await pilot.press("o")
        await until_shown(pilot, "there is no other road")
        await pilot.press("enter", "9")
        await pilot.press("l", *"session.template=HERE", "enter")
        await until(pilot, lambda: desk.drafting.draft and desk.drafting.draft.labels and not desk.busy)
        await pilot.press("7")
        await until_shown(pilot, "1 session surveyed")
        await until(pilot, lambda: not desk.busy and not desk.drafting.must_judge)
        await pilot.press("0")
        await until_shown(pilot, "1 session, 1 scan, 2 files", "c Go: start the transfer")
        await pilot.press("c")
        await until_shown(pilot, "Upload 1 session", "Left out: 1 file", "y Yes")
        await pilot.press("y")
        await until_shown(pilot, "3 TRANSFER", "DONE", "1 of 1 session done", seconds=60)
        await until(pilot, lambda: desk.watched and not desk.watched.alive and not desk.busy)
    assert "HERE" in port.waiting("DST")


async def test_a_session_is_downloaded_into_a_folder(port: Harbour, desk: Desk, tmp_path: Path) -> None:
    place = tmp_path / "kept"
    async with FerryApp(desk).run_test(size=SIZE) as pilot:
        await until_shown(pilot, "None marked: ")
        await until(pilot, lambda: not desk.busy)
        await pilot.press("F", *str(place), "enter")
        await until_told(pilot, "What shall each session become in", "a folder")
        await pilot.press("enter")
        await until(pilot, lambda: desk.ends and desk.ends[1].local and desk.destination and not desk.busy)
        await choose(pilot, desk, "SENT")
        await pilot.press("7")
        await until_shown(pilot, "1 session surveyed")
        await until(pilot, lambda: not desk.busy and not desk.drafting.must_judge)
        await pilot.press("0", "t")
        await until_shown(pilot, "Sessions become files on this machine")
        await pilot.press("enter")
        await until_told(pilot, "a manifest that", "c Go: start the transfer")
        await pilot.press("c")
        await until_shown(pilot, "Download 1 session", "y Yes")
        await pilot.press("y")
        await until_shown(pilot, "3 TRANSFER", "DONE", "1 of 1 session done", seconds=60)
        await until(pilot, lambda: desk.watched and not desk.watched.alive and not desk.busy)
    assert len(list(place.glob("PSENT/SENT/**/*.dcm"))) == 2
    assert (place / "PSENT" / "SENT.manifest.jsonl").exists()


async def test_a_session_is_downloaded_into_a_zip(port: Harbour, desk: Desk, tmp_path: Path) -> None:
    place = tmp_path / "kept"
    async with FerryApp(desk).run_test(size=SIZE) as pilot:
        hand = Hand(pilot)
        await hand.see("None marked: ")
        await hand.press("F")
        await hand.type(str(place))
        await hand.press("enter")
        await hand.read("What shall each session become in", "a ZIP")
        await hand.press("j", "enter")
        await until(pilot, lambda: desk.ends and desk.ends[1].local and desk.destination and not desk.busy)
        await hand.see("None marked: ")
        await hand.stand_on("SENT")
        await hand.press("space")
        await hand.see("1 of ")
        await hand.press("7")
        await hand.see("1 session surveyed")
        await until(pilot, lambda: not desk.busy and not desk.drafting.must_judge)
        await hand.press("0")
        await hand.read("a ZIP of each session", "c Go: start the transfer")
        await hand.try_out("G")
        await hand.see("--zip")
        await hand.press("c")
        await hand.see("Download 1 session", "y Yes")
        await hand.press("y")
        await hand.see("3 TRANSFER", "DONE", "1 of 1 session done")
        await until(pilot, lambda: desk.watched and not desk.watched.alive)
        await hand.told("a session into a ZIP on this machine")
    with ZipFile(place / "PSENT" / "SENT.zip") as kept:
        assert len([name for name in kept.namelist() if name.endswith(".dcm")]) == 2
        assert kept.testzip() is None


def somebody_archives(port: Harbour, name: str, study: str) -> None:
    """A scan of a study arrives in the archive of DST under a label, past this program."""
    answer = httpx.post(
        f"{port.server.url}/data/services/import?import-handler=DICOM-zip"
        f"&dest=/archive/projects/DST/subjects/P{name}/experiments/{name}",
        content=zipped({"9.dcm": image(study, 1, 9)}),
        headers=ZIP,
        auth=(LOGIN.user, LOGIN.password),
    )
    assert answer.is_success, answer.text


async def test_what_archiving_would_add_to_is_answered_session_by_session(port: Harbour, desk: Desk) -> None:
    names = ("LACKING", "LEFT", "OTHER")
    folder = begun(port, desk, port.plan(*names, to=Target.PREARCHIVE))
    for number, name in enumerate(names):
        somebody_archives(port, name, f"1.2.840.7.{number}")
    async with FerryApp(desk).run_test(size=SIZE) as pilot:
        await pilot.press("4")
        await until_shown(pilot, "PROVEN   3 sessions")
        await until(pilot, lambda: not desk.busy)
        await pilot.press("A")
        await until_shown(pilot, "(3 sessions)?", "y Yes")
        await pilot.press("y")
        await until_shown(pilot, "0 of 3 archived, 3 refused", "press A in area 4", seconds=60)
        await until(pilot, lambda: desk.watched and not desk.watched.alive and not desk.busy)
        assert port.waiting("DST") >= set(names)
        await pilot.press("A")
        await until_shown(pilot, "leave    LACKING", "leave    LEFT", "Archiving LACKING would add to")
        await pilot.press("M", "s", "escape")  # nothing was said
        await until(pilot, lambda: len(pilot.app.screen_stack) == 1)
        await pilot.press("A")
        await until_shown(pilot, "leave    OTHER")
        await pilot.press("m", "j", "i")
        await until_shown(pilot, "complete LACKING", "leave    LEFT", "merge    OTHER")
        await pilot.press("enter")
        await until_shown(pilot, "OTHER is merged into OTHER, which is there.", "1 session without an answer")
        await pilot.press("enter")  # no
        await until(pilot, lambda: len(pilot.app.screen_stack) == 1)
        assert port.waiting("DST") >= set(names)
        hand = Hand(pilot)
        await hand.press("A")
        await hand.see("leave    OTHER")
        await hand.press("m", "j", "i", "enter")
        await hand.see("y Yes")
        await hand.press("y")
        await hand.see("1 of 3 archived, 2 refused")
        await hand.told("archiving what would be added to sessions that are there, three answers")
        await until(pilot, lambda: desk.watched and not desk.watched.alive and not desk.busy)
    # another study is nothing that completes a session
    assert set(names) & port.waiting("DST") == {"LACKING", "LEFT"}
    assert read_answers(folder) == {"LACKING": "complete", "OTHER": "merge"}
    assert len(port.files("DST", "OTHER")) == 3
    assert port.files("SRC", "OTHER").items() <= port.files("DST", "OTHER").items()


async def test_an_array_of_slurms_carries_the_plan_and_goes_on_as_another(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with FerryApp(desk).run_test(size=SIZE) as pilot:
        await choose(pilot, desk, "ARRAY")
        await pilot.press("7")
        await until_shown(pilot, "1 session surveyed")
        await until(pilot, lambda: not desk.busy)
        await pilot.press("0", "p")
        await until_shown(pilot, "How much of servers", "Bytes a second", "as 20M, up and down", "F5 Take")
        await pilot.press(*"x", "f5")
        await until_shown(pilot, "'x' is no number.")
        await pilot.press("backspace", "3", "down", "down", "down", *"20M", "f5")
        await until_shown(pilot, "3 sessions at once, 4 connections to each server, at most 20.0 MB a")
        slurm = stand_in(tmp_path / "slurm", monkeypatch)
        (slurm / "squeue.says").write_text("0|PENDING|Priority|\n")
        await pilot.press("s")
        await until_shown(pilot, "How shall the array run?", "More for sbatch", "as --qos=long")
        await pilot.press(*["down"] * 5, *"long", "f5")
        await until_shown(pilot, "1 session, 1 scan", "The tasks of a Slurm array do it.", "y Yes")
        assert not folders.find_all(desk.transfers)
        await pilot.press("y")
        await until_shown(pilot, "Slurm's job 4711: 1 waiting (Priority).")
        folder = folders.find_all(desk.transfers)[0]
        job = read_job(folder)
        assert job is not None
        assert (job.options.tasks, job.options.partition) == (4, "long")
        assert (read_pace(folder.pace).at_once, read_pace(folder.pace).bytes_per_second) == (3, 20_000_000)
        assert "#SBATCH --partition=long" in (folder.path / "job.sh").read_text()

        await until(pilot, lambda: desk.watched and desk.watched.folder.id == folder.id and not desk.busy)
        (slurm / "sbatch.complains").write_text("error: Socket timed out on send/recv operation")
        await pilot.press("s")
        await until_shown(pilot, "How shall it go on?", "one more array", "by a worker on this machine")
        await pilot.press("enter")
        await until_shown(pilot, "y Yes")
        await pilot.press("y")
        told = "has not said yet that it took it. Do not submit it again", "s in area 3 asks Slurm"
        await until_told(pilot, *told)
        await pilot.press("escape")
        await until(pilot, lambda: (slurm / "asked").read_text().count("--parsable") == 2 and not desk.busy)
        (slurm / "squeue.says").write_text(f"4712|{folder.path}\n")
        await pilot.press("x")
        await until_shown(pilot, "y Yes")
        await pilot.press("y")
        await until(pilot, lambda: "--state=PENDING 4712" in (slurm / "asked").read_text())


async def test_without_slurm_nothing_is_made_for_it(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    async with FerryApp(desk).run_test(size=SIZE) as pilot:
        await choose(pilot, desk, "ARRAY")
        await pilot.press("7")
        await until_shown(pilot, "1 session surveyed")
        await until(pilot, lambda: not desk.busy)
        await pilot.press("0", "s")
        await until_shown(pilot, "There is no Slurm here")
        assert not folders.find_all(desk.transfers)
