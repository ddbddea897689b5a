"""Sessions of a project into files on this machine, and back: what lies there, and what is never lost."""

import json
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.harbour import Harbour, harbour, session_toml, told
from tests.core.making import file_row, plan_of
from tests.core.making import planned as planned_session
from xnat_ferry import events
from xnat_ferry.cli.app import main
from xnat_ferry.dicom.instance import read_passing
from xnat_ferry.local.backup import read_backup
from xnat_ferry.local.naming import paths_of, safe_part
from xnat_ferry.model import FileRow, Level, Where
from xnat_ferry.plan import Plan, Road, read_plan
from xnat_ferry.plan.here import downloading
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.status import read_state
from xnat_ferry.verify.on_disk import verify_downloads
from xnat_ferry.verify.verification import SessionVerification

SCANS = (
    '[{ id = "1", type = "t1 mprage", files = 3, rows = 16, columns = 16 },'
    ' { id = "2", type = "t2", files = 2, rows = 16, columns = 16 }]'
)
SESSIONS = session_toml("001_MR1", scans=SCANS) + session_toml("002_MR1", subject="002")


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harbour]:
    with harbour(tmp_path_factory.mktemp("port"), SESSIONS) as made:
        yield made


@pytest.fixture
def run(port: Harbour, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """One command of the plain face, with a home of its own."""
    for name, value in {
        "XNAT_HOST": port.server.url,
        "XNAT_USER": "ada",
        "XNAT_PASS": "pract1ce-pw",
        "XNAT_FERRY_TRANSFERS": str(tmp_path / "transfers"),
        "XNAT_FERRY_SPOOL": str(tmp_path / "spool"),
    }.items():
        monkeypatch.setenv(name, value)
    return lambda *arguments: main([str(one) for one in arguments])


def planned(run: Callable[..., int], tmp_path: Path, *more: str) -> Plan:
    """A plan for everything in SRC, into the folder ``backup``."""
    path = tmp_path / "plan.toml"
    assert run("download", "SRC", tmp_path / "backup", "-o", path, *more) == 0
    return read_plan(path)


def on_disk(folder: Path) -> dict[str, str]:
    """SOPInstanceUID to pixel digest of all images beneath a folder."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.endswith(".jsonl"):
            with path.open("rb") as file:
                identity = read_passing(file, str(folder)).identity
            assert identity is not None, path
            found[identity.sop_uid] = identity.pixel_md5
    return found


def verified(folder: TransferFolder, tmp_path: Path) -> dict[str, SessionVerification]:
    state = read_state(folder)
    result = verify_downloads(
        folder,
        state,
        state.plan.sessions,
        level=Level.FULL,
        scratch=tmp_path,
        progress=lambda *_: None,
    )
    return {one.source: one for one in result.sessions}


def imports(port: Harbour) -> int:
    return sum(one["path"].endswith("/services/import") for one in port.server.log())


def fetched(folder: TransferFolder) -> int:
    return sum(one.files for one in told(folder, events.UnitFetched))


def test_sessions_lie_as_in_xnats_own_zip_with_a_manifest(
    port: Harbour, run: Callable[..., int], tmp_path: Path
) -> None:
    before = imports(port)
    plan = planned(run, tmp_path)
    assert plan.road == Road.DOWNLOAD
    folder = port.begin(plan)
    assert port.work(folder) == 0
    backup = tmp_path / "backup"
    assert sorted(path.relative_to(backup).as_posix() for path in backup.glob("*/*")) == [
        "001/001_MR1",
        "001/001_MR1.manifest.jsonl",
        "002/002_MR1",
        "002/002_MR1.manifest.jsonl",
    ]
    images = sorted(path.relative_to(backup).as_posix() for path in backup.glob("001/001_MR1/**/*.dcm"))
    assert images[0].startswith("001/001_MR1/scans/1-t1_mprage/resources/DICOM/files/")
    assert on_disk(backup / "001") == port.files("SRC", "001_MR1")
    session, files = read_backup(backup / "001/001_MR1.manifest.jsonl")
    assert (session.subject, session.session, session.files) == ("001", "001_MR1", 5)
    assert {one.sop_uid: one.pixel_md5 for one in files} == port.files("SRC", "001_MR1")
    assert all((backup / "001/001_MR1" / one.path).stat().st_size == one.size for one in files)
    assert {one.where for one in told(folder, events.SessionFinished)} == {Where.FOLDER}
    assert {one.verdict for one in told(folder, events.SessionVerified)} == {"proven"}
    assert imports(port) == before  # nothing is changed at the source


def test_a_zip_a_session(port: Harbour, run: Callable[..., int], tmp_path: Path) -> None:
    folder = port.begin(planned(run, tmp_path, "--zip", "--sessions", "001_MR1"))
    assert port.work(folder) == 0
    names = sorted(path.name for path in (tmp_path / "backup/001").iterdir())
    assert names == ["001_MR1.manifest.jsonl", "001_MR1.zip"]
    with zipfile.ZipFile(tmp_path / "backup/001/001_MR1.zip") as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path / "out")
    assert on_disk(tmp_path / "out") == port.files("SRC", "001_MR1")
    again = port.begin(read_plan(tmp_path / "plan.toml"))
    assert port.work(again) == 0
    assert fetched(again) == 0


@pytest.mark.parametrize("form", [(), ("--zip",)])
def test_a_backup_is_restored_with_every_uid_and_pixel(
    port: Harbour, run: Callable[..., int], tmp_path: Path, form: tuple[str, ...]
) -> None:
    assert port.work(port.begin(planned(run, tmp_path, "--sessions", "001_MR1", *form))) == 0
    backup = tmp_path / "backup"
    labels = ("--labels", f"session.prefix=R{len(form)}_")
    (place,) = [path for path in (backup / "001").iterdir() if not path.name.endswith(".jsonl")]
    path = backup if not form else place
    options = ("--to", "archive", "-o", tmp_path / "up.toml", "--on-conflict", "same-study=rename")
    assert run("upload", path, "DST", *labels, *options) == 0
    plan = read_plan(tmp_path / "up.toml")
    (session,) = plan.sessions
    assert (session.subject, session.session) == ("001", "001_MR1")
    assert port.work(port.begin(plan)) == 0
    assert port.files("DST", session.to_session) == port.files("SRC", "001_MR1")


def test_what_lies_there_and_is_equal_is_not_fetched_again(
    port: Harbour, run: Callable[..., int], tmp_path: Path
) -> None:
    plan = planned(run, tmp_path)
    assert port.work(port.begin(plan)) == 0
    again = port.begin(plan)
    assert port.work(again) == 0
    assert fetched(again) == 0
    assert {one.verdict for one in told(again, events.SessionVerified)} == {"proven"}


def spoil(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-3] ^= 1
    path.write_bytes(content)


def test_what_is_spoilt_or_lost_is_found_and_fetched_again(
    port: Harbour, run: Callable[..., int], tmp_path: Path
) -> None:
    folder = port.begin(planned(run, tmp_path))
    assert port.work(folder) == 0
    first, second, third = sorted((tmp_path / "backup/001/001_MR1").rglob("1-*/**/*.dcm"))[:3]
    spoil(first)
    second.unlink()
    third.with_name("stranger.dcm").write_bytes(b"x")
    found = verified(folder, tmp_path)["001_MR1"]
    assert found.verdict == "differs"
    assert {item.mark for item in found.items} == {"*", "+", "-"}
    third.with_name("stranger.dcm").unlink()
    before = fetched(folder)
    assert port.work(folder) == 0
    assert 0 < fetched(folder) - before <= 5
    assert verified(folder, tmp_path)["001_MR1"].verdict == "proven"
    assert on_disk(tmp_path / "backup/001") == port.files("SRC", "001_MR1")


def test_a_changed_manifest_beside_the_files_proves_nothing(
    port: Harbour, run: Callable[..., int], tmp_path: Path
) -> None:
    folder = port.begin(planned(run, tmp_path, "--sessions", "002_MR1"))
    assert port.work(folder) == 0
    image = next((tmp_path / "backup").rglob("*.dcm"))
    manifest = tmp_path / "backup/002/002_MR1.manifest.jsonl"
    with image.open("rb") as file:
        before = read_passing(file, str(tmp_path)).md5
    spoil(image)
    with image.open("rb") as file:
        after = read_passing(file, str(tmp_path)).md5
    manifest.write_text(manifest.read_text().replace(before, after))
    assert verified(folder, tmp_path)["002_MR1"].verdict == "differs"


def test_a_manifest_that_leads_out_of_the_folder_leads_nowhere(
    port: Harbour, run: Callable[..., int], tmp_path: Path
) -> None:
    folder = port.begin(planned(run, tmp_path, "--sessions", "002_MR1"))
    assert port.work(folder) == 0
    place, manifest = tmp_path / "backup/002/002_MR1", tmp_path / "backup/002/002_MR1.manifest.jsonl"
    image = next(place.rglob("*.dcm"))
    image.rename(tmp_path / "elsewhere.dcm")
    text, own = manifest.read_text(), image.relative_to(place).as_posix()
    for outside in ("../../../elsewhere.dcm", str(tmp_path / "elsewhere.dcm")):
        manifest.write_text(text.replace(own, outside))
        assert verified(folder, tmp_path)["002_MR1"].verdict == "differs"


@pytest.mark.parametrize("kept", [0.3, 1.0], ids=["cut", "spoilt"])
def test_a_damaged_zip_is_found_and_fetched_again(
    port: Harbour, run: Callable[..., int], tmp_path: Path, kept: float
) -> None:
    folder = port.begin(planned(run, tmp_path, "--zip", "--sessions", "002_MR1"))
    assert port.work(folder) == 0
    path = tmp_path / "backup/002/002_MR1.zip"
    content = bytearray(path.read_bytes())
    content[len(content) // 4] ^= 1
    path.write_bytes(content[: int(kept * len(content))])
    assert verified(folder, tmp_path)["002_MR1"].verdict == "differs"
    assert port.work(folder) == 0
    assert verified(folder, tmp_path)["002_MR1"].verdict == "proven"


@pytest.mark.parametrize("form", [(), ("--zip",)], ids=["folder", "zip"])
def test_a_manifest_that_is_lost_is_written_again_where_all_else_is_there(
    port: Harbour, run: Callable[..., int], tmp_path: Path, form: tuple[str, ...]
) -> None:
    folder = port.begin(planned(run, tmp_path, "--sessions", "002_MR1", *form))
    assert port.work(folder) == 0
    manifest, before = tmp_path / "backup/002/002_MR1.manifest.jsonl", fetched(folder)
    written = manifest.read_bytes()
    for spoilt in (b"", written[:-20]):
        manifest.write_bytes(spoilt)
        assert verified(folder, tmp_path)["002_MR1"].verdict == "differs"
        assert port.work(folder) == 0
        assert (manifest.read_bytes(), fetched(folder)) == (written, before)
        assert verified(folder, tmp_path)["002_MR1"].verdict == "proven"


def test_a_file_that_became_a_link_is_fetched_again(
    port: Harbour, run: Callable[..., int], tmp_path: Path
) -> None:
    folder = port.begin(planned(run, tmp_path, "--sessions", "002_MR1"))
    assert port.work(folder) == 0
    image = next((tmp_path / "backup/002/002_MR1").rglob("*.dcm"))
    image.rename(tmp_path / "elsewhere.dcm")
    image.symlink_to(tmp_path / "elsewhere.dcm")
    assert verified(folder, tmp_path)["002_MR1"].verdict == "differs"
    assert port.work(folder) == 0
    assert not image.is_symlink()
    assert (tmp_path / "elsewhere.dcm").is_file()


def test_what_an_earlier_attempt_left_does_not_come_with_it(
    port: Harbour, run: Callable[..., int], tmp_path: Path
) -> None:
    """Of a transfer that was killed, and whose source had another file then."""
    part = tmp_path / "backup/002/.002_MR1.part"
    (part / "scans/9-old").mkdir(parents=True)
    (part / "scans/9-old/1.dcm").write_bytes(b"of another day")
    (part / "link").symlink_to(tmp_path)
    folder = port.begin(planned(run, tmp_path, "--sessions", "002_MR1"))
    assert port.work(folder) == 0
    assert sorted(path.name for path in (tmp_path / "backup/002/002_MR1").iterdir()) == ["scans"]
    assert verified(folder, tmp_path)["002_MR1"].verdict == "proven"
    assert (tmp_path / "backup").is_dir()


def test_no_two_sessions_get_one_folder() -> None:
    """Not by case, by odd characters, by what is cut off, nor by the name that tells another one apart."""
    long = "x" * 105
    labels = ["A", "a", "a_E2", "A.", "A_", f"{long}1", f"{long}2", f"{long}3"]
    sessions = [planned_session(label, id=f"E{number}") for number, label in enumerate(labels, 1)]
    named = [one.to_session for one in downloading(plan_of(*sessions)).sessions]
    assert len({name.casefold() for name in named}) == len(labels)
    assert max(map(len, named)) <= 110
    assert named[:2] == ["A", "a_E2"]


def test_nothing_is_overwritten_that_is_not_this_session(
    port: Harbour, run: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = planned(run, tmp_path)
    place = tmp_path / "backup/002/002_MR1"
    place.mkdir(parents=True)
    (place / "thesis.txt").write_text("years of work")
    assert run("download", "SRC", tmp_path / "backup", "--json", "--yes") == 1
    kinds = {one["kind"] for one in json.loads(capsys.readouterr().out.splitlines()[-1])["findings"]}
    assert "place-taken" in kinds
    folder = port.begin(plan)
    assert port.work(folder) == 1
    assert [one.session for one in told(folder, events.SessionFailed)] == ["002_MR1"]
    assert [path.name for path in place.iterdir()] == ["thesis.txt"]


def test_a_disk_that_cannot_be_written_stops_it_and_a_resume_goes_on(
    port: Harbour, run: Callable[..., int], tmp_path: Path
) -> None:
    folder = port.begin(planned(run, tmp_path, "--sessions", "002_MR1"))
    backup = tmp_path / "backup"
    backup.write_text("in the way")
    assert port.work(folder) == 4
    backup.unlink()
    assert port.work(folder) == 0
    assert on_disk(backup) == port.files("SRC", "002_MR1")


def test_the_command_fetches_and_verifies(
    port: Harbour, run: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("download", "SRC", tmp_path / "backup", "--yes") == 0
    said = capsys.readouterr().err
    assert "written in" in said
    assert "sent in" not in said
    assert run("verify", "--json") == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == "proven"
    shutil.rmtree(tmp_path / "backup/001/001_MR1")
    assert run("verify", "--json") == 1
    assert json.loads(capsys.readouterr().out)["verdict"] == "differs"
    assert run("resume", "--json") == 0
    capsys.readouterr()
    assert run("record") == 0
    assert "download" in capsys.readouterr().out
    assert on_disk(tmp_path / "backup/001") == port.files("SRC", "001_MR1")


ODD = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
HOSTILE = st.sampled_from(["..", ".", "", "/etc/passwd", ".hidden", "a" * 300, "é" * 200, "x\u202ey", "a "])
PARTS = st.one_of(ODD, HOSTILE)


@given(st.lists(st.tuples(PARTS, st.lists(PARTS, min_size=1, max_size=40).map("/".join)), max_size=12), PARTS)
@settings(max_examples=150, deadline=None)
def test_no_name_of_a_server_leaves_its_folder_or_meets_another(
    files: list[tuple[str, str]], kind: str
) -> None:
    rows = {file_row(path=path, scan=scan) for scan, path in files}
    placed = _placed(sorted(rows, key=str), kind)
    assert placed.keys() == rows
    folded = [path.casefold() for path in placed.values()]
    assert len(set(folded)) == len(folded)
    for path in placed.values():
        parts = path.split("/")
        assert parts[0] == "scans"
        assert all(part and not part.startswith(".") and part.isprintable() for part in parts)
        assert max(len(part.encode()) for part in parts) <= 255
        assert len(path.encode()) < 1000
        above = {"/".join(parts[:count]).casefold() for count in range(1, len(parts))}
        assert not above & set(folded)
    assert _placed(sorted(rows, key=str, reverse=True), kind) == placed


@pytest.mark.parametrize("names", [("\u00e9.dcm", "e\u0301.dcm"), ("A.dcm", "a.dcm"), ("a/1.dcm", "A/1.dcm")])
def test_names_that_are_one_on_some_disks_are_two(names: tuple[str, str]) -> None:
    placed = _placed([file_row(path=name) for name in names], "")
    assert len({normalize("NFC", path).casefold() for path in placed.values()}) == 2


def _placed(rows: list[FileRow], kind: str) -> dict[FileRow, str]:
    scans: dict[str, list[FileRow]] = {}
    for row in rows:
        scans.setdefault(row.scan, []).append(row)
    found = paths_of(scans, dict.fromkeys(scans, kind))
    return {one.row: one.path for files in found.values() for one in files}


@given(PARTS)
def test_a_safe_name_is_a_name(text: str) -> None:
    name = safe_part(text)
    assert name == os.path.basename(name)  # noqa: PTH119
    assert name not in ("", ".", "..")
    assert safe_part(name) == name
