"""From a folder or an archive file on this machine into a project: what arrives, and what is refused."""

import json
import os
import re
import shutil
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from msgspec.structs import replace
from pydicom import dcmread
from pydicom.uid import generate_uid

from tests.core.harbour import Harbour, harbour, session_toml, told
from tests.core.making import dicom_bytes, plan_of
from tests.core.making import planned as planned_session
from tests.core.test_tail import behind
from xnat_ferry import events
from xnat_ferry.checks.finding import ConflictClass
from xnat_ferry.cli.app import main
from xnat_ferry.model import Where
from xnat_ferry.plan import Fate, Plan, Road, read_plan
from xnat_ferry.plan.model import PlannedConflict
from xnat_ferry.plan.nameless import nameless
from xnat_ferry.transfer.folder import find_all
from xnat_ferry.transfer.local_origin import LocalOrigin

SESSIONS = session_toml(
    "001_MR1",
    scans='[{ id = "1", type = "t1", files = 3, rows = 16, columns = 16 },'
    ' { id = "2", type = "t2", files = 2, rows = 16, columns = 16 }]',
) + session_toml("002_MR1", subject="002")


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


def saved(port: Harbour, label: str, base: Path) -> Path:
    """The files of a session in a folder, as a person has them: a study that no other test sends."""
    study = generate_uid(entropy_srcs=[str(base), label])
    root = base / "data" / label
    for number, path in enumerate(port.on_disk("SRC", label)):
        place = root / path.parent.parent.name / f"deep {number % 2}"
        place.mkdir(parents=True, exist_ok=True)
        image = dcmread(path)
        image.StudyInstanceUID = study
        image.save_as(place / path.name)
    return root


def zipped(root: Path) -> Path:
    path = root.with_suffix(".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(root.rglob("*.dcm")):
            archive.write(file, file.relative_to(root))
    return path


def packed(root: Path) -> Path:
    path = root.with_name(f"{root.name}.tar.gz")
    with tarfile.open(path, "w:gz") as archive:
        archive.add(root, "everything")
    return path


def as_it_is(root: Path) -> Path:
    return root


def planned(run: Callable[..., int], path: Path, tmp_path: Path, prefix: str, *more: str) -> Plan:
    """A plan for the archive, under labels of its own."""
    labels = ("--labels", f"prefix={prefix}")
    run("upload", path, "DST", "-o", tmp_path / "plan.toml", *labels, "--to", "archive", *more)
    return read_plan(tmp_path / "plan.toml")


@pytest.mark.parametrize("form", [as_it_is, zipped, packed])
def test_every_image_arrives_and_is_proven(
    port: Harbour, run: Callable[..., int], tmp_path: Path, form: Callable[[Path], Path]
) -> None:
    path = form(saved(port, "001_MR1", tmp_path))
    plan = planned(run, path, tmp_path, f"{form.__name__[0]}_")
    assert plan.road == Road.UPLOAD
    assert plan.source.local
    folder = port.begin(plan)
    assert port.work(folder) == 0
    (session,) = plan.sessions
    assert port.files("DST", session.to_session) == port.files("SRC", "001_MR1")
    assert [one.verdict for one in told(folder, events.SessionVerified)] == ["proven", "proven"]
    assert [one.where for one in told(folder, events.SessionFinished)] == [Where.ARCHIVE]
    before = len(told(folder, events.UnitSent))
    assert port.work(folder) == 0
    assert len(told(folder, events.UnitSent)) == before  # done is done
    assert not list((port.home / "spool").glob("*"))


def test_labels_are_those_of_the_headers(port: Harbour, run: Callable[..., int], tmp_path: Path) -> None:
    saved(port, "001_MR1", tmp_path)
    saved(port, "002_MR1", tmp_path)
    plan = planned(run, tmp_path / "data", tmp_path, "L_")
    assert {(one.to_subject, one.to_session) for one in plan.sessions} == {
        ("L_001", "L_001_MR1"),
        ("L_002", "L_002_MR1"),
    }
    assert {len(one.scans) for one in plan.sessions} == {1, 2}


def test_the_command_carries_and_proves(
    port: Harbour, run: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = saved(port, "002_MR1", tmp_path)
    assert run("upload", path, "DST", "--labels", "prefix=C_", "--yes", "--json") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines[0]["left_out"] == []
    assert lines[-1]["state"] == "done"
    assert "C_002_MR1" in port.waiting("DST")
    (folder,) = find_all(tmp_path / "transfers")
    assert run("verify", folder.id, "--json") == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == "proven"
    assert run("status", "--json") == 0
    assert run("record", "--json") == 0
    assert "002_MR1" in capsys.readouterr().out


def test_a_sample_of_headers_is_compared_with_the_files_here(
    port: Harbour, run: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = saved(port, "002_MR1", tmp_path)
    plan = planned(run, root, tmp_path, "H_", "--verify", "sample")
    folder = port.begin(plan)
    assert port.work(folder) == 0, told(folder, events.SessionFailed)
    where = ("--transfers", folder.path.parent, "--json")

    def verified(level: str, *more: str) -> tuple[str, list[str], str]:
        capsys.readouterr()
        run("verify", folder.id, "--level", level, *more, *where)
        found = json.loads(capsys.readouterr().out)
        return found["verdict"], [one["what"] for one in found["items"]], found["sessions"][0]["note"]

    assert verified("sample") == (
        "proven",
        [],
        "Pixels and headers were looked at in one file a scan; level full compares all pixels.",
    )
    full = ("full", "--every-header")
    assert verified(*full) == ("proven", [], "Images and headers were compared in every file.")
    for copy in port.on_disk("DST", "H_002_MR1"):
        image = dcmread(copy)
        image.SeriesDescription = "another one"
        image.save_as(copy)
    assert verified("sample")[:2] == ("differs", ["header"])
    assert verified(*full)[:2] == ("differs", ["header", "header"])
    touched(root)
    verdict, found, note = verified("sample")
    assert (verdict, found) == ("proven", [])
    assert "headers in none" in note, "what is not what was sent is no original"


def test_an_original_that_was_damaged_since_ends_no_comparison(
    port: Harbour, run: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "packed.zip"
    with zipfile.ZipFile(root, "w") as packed:
        packed.writestr("1.dcm", dicom_bytes() + behind(b"\7" * 4_000_000))
    folder = port.begin(planned(run, root, tmp_path, "D_"))
    assert port.work(folder) == 0, told(folder, events.SessionFailed)
    content = bytearray(root.read_bytes())
    content[3_900_000] ^= 1
    root.write_bytes(content)
    capsys.readouterr()
    assert run("verify", folder.id, "--level", "full", "--transfers", folder.path.parent, "--json") == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == "proven", "by what was seen in transit"


def test_other_files_stop_it_until_somebody_says_so(
    port: Harbour, run: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = saved(port, "001_MR1", tmp_path)
    (root / "notes.txt").write_text("scan 2 was noisy " * 30)
    assert run("upload", root, "DST", "-o", tmp_path / "plan.toml") == 1
    told_of = capsys.readouterr()
    assert "notes.txt: it is no DICOM file" in told_of.out
    assert "--leave-out-others" in told_of.err
    assert not (tmp_path / "plan.toml").exists()
    plan = planned(run, root, tmp_path, "O_", "--leave-out-others")
    assert plan.left_out == ("1 file: it is no DICOM file",)
    folder = port.begin(plan)
    assert port.work(folder) == 0
    assert port.files("DST", "O_001_MR1") == port.files("SRC", "001_MR1")
    assert "1 file: it is no DICOM file" in folder.record.read_text()


def touched(root: Path) -> None:
    file = next(iter(sorted(root.rglob("*.dcm"))))
    os.utime(file, (1, 1))


def added(root: Path) -> None:
    file = next(iter(sorted(root.rglob("*.dcm"))))
    image = dicom_bytes("1.9.9", "1.9", "1.9.1")
    (file.parent / "new.dcm").write_bytes(image)
    shutil.copy(file, file.with_name("again.dcm"))
    file.unlink()


def removed(root: Path) -> None:
    next(iter(sorted(root.rglob("*.dcm")))).unlink()


@pytest.mark.parametrize("change", [touched, added, removed])
def test_what_has_changed_since_the_plan_is_not_sent(
    port: Harbour, run: Callable[..., int], tmp_path: Path, change: Callable[[Path], None]
) -> None:
    root = saved(port, "001_MR1", tmp_path)
    folder = port.begin(planned(run, root, tmp_path, f"{change.__name__}_"))
    change(root)
    assert port.work(folder) == 1
    (failed,) = told(folder, events.SessionFailed)
    assert "changed at the source" in failed.message
    assert not told(folder, events.UnitSending)
    assert f"{change.__name__}_001_MR1" not in port.labels("DST") | port.waiting("DST")


def test_a_place_that_is_gone_is_told_of(port: Harbour, run: Callable[..., int], tmp_path: Path) -> None:
    root = saved(port, "001_MR1", tmp_path)
    folder = port.begin(planned(run, root, tmp_path, "G_"))
    shutil.rmtree(root)
    assert port.work(folder) == 1
    assert "cannot be read" in told(folder, events.SessionFailed)[0].message


def test_a_session_that_is_there_is_a_conflict(
    port: Harbour, run: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = saved(port, "001_MR1", tmp_path)
    assert port.work(port.begin(planned(run, root, tmp_path, "T_"))) == 0
    capsys.readouterr()
    assert run("upload", root, "DST", "--labels", "prefix=T_", "--json", "--yes") == 1
    found = json.loads(capsys.readouterr().out.splitlines()[0])
    assert "same-study" in {one["class"] for one in found["conflicts"]}


def test_what_a_session_there_lacks_is_completed(
    port: Harbour, run: Callable[..., int], tmp_path: Path
) -> None:
    root = saved(port, "001_MR1", tmp_path)
    whole = root.with_name("whole")
    shutil.copytree(root, whole, copy_function=shutil.copy2)
    for file in sorted(root.rglob("*.dcm"))[1:]:
        file.unlink()
    assert port.work(port.begin(planned(run, root, tmp_path, "M_"))) == 0
    (tmp_path / "plan.toml").unlink()
    plan = planned(run, whole, tmp_path, "M_", "--on-conflict", "same-study=complete")
    folder = port.begin(plan)
    assert port.work(folder) == 0
    assert port.files("DST", "M_001_MR1") == port.files("SRC", "001_MR1")
    assert sum(one.files for one in told(folder, events.UnitSent)) == 4


def named(base: Path) -> Path:
    """An image of somebody whose name stands in it."""
    image = dcmread(BytesIO(dicom_bytes("5.1.1", "5", "5.1")))
    image.PatientName, image.PatientID, image.Modality = "Malade^Imogen", "88-12345", "MR"
    image.SeriesDescription = "t1 of I. Malade"
    root = base / "named"
    (root / "MALADE^IMOGEN").mkdir(parents=True)
    image.save_as(root / "MALADE^IMOGEN/88-12345 Malade_Imogen.dcm")
    return root


def test_nobody_becomes_a_label_unawares(
    port: Harbour,
    run: Callable[..., int],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root = named(tmp_path)
    table = tmp_path / "labels.csv"
    command = ("upload", root, "DST", "--to", "archive", "-o", tmp_path / "plan.toml")
    assert run(*command, "--write-labels", table, "--json") == 1
    found = json.loads(capsys.readouterr().out)
    assert "label-identifies" in {one["kind"] for one in found["findings"]}
    assert not (tmp_path / "plan.toml").exists()
    table.write_text(table.read_text().replace("Malade_Imogen,88-12345\n", "N1,N1_MR1\n"))
    assert "N1_MR1" in table.read_text()
    run(*command, "--labels", table, "--accept", "name-in-text", "--scans", "t1 of I. Malade")
    plan = read_plan(tmp_path / "plan.toml")
    assert [(one.to_subject, one.to_session) for one in plan.sessions] == [("N1", "N1_MR1")]
    folder = port.begin(plan)
    image = next(root.rglob("*.dcm"))
    before = image.stat()
    os.utime(image, (1, 1))
    assert port.work(folder) == 1, "it was changed since the plan"
    os.utime(image, ns=(before.st_atime_ns, before.st_mtime_ns))
    monkeypatch.setattr(LocalOrigin, "fetch", once_touched(image, LocalOrigin.fetch))
    assert port.work(folder) == 1
    assert "5.1.1.dcm is not the file" in told(folder, events.SessionFailed)[-1].message
    os.utime(image, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert port.work(folder) == 0
    assert [path.name for path in port.on_disk("DST", "N1_MR1")] == ["5.1.1.dcm"]
    kept = [path for path in folder.path.rglob("*") if path.is_file()]
    assert folder.record in kept
    assert [path for path in kept if re.search(rb"malade|imogen|88-?12345", path.read_bytes().lower())] == []


def test_a_plan_calls_nobody_by_a_label_that_tells() -> None:
    """Not in what is answered or met either, and no two sessions alike."""
    met = PlannedConflict(
        kind=ConflictClass.DUPLICATE_TARGET, message="88-1, 88-10 and 77-2 would all be B", there="88-10"
    )
    sessions = [
        planned_session("88-1", id="1.1", subject="Malade_I", to_session="A", conflicts=(met,)),
        planned_session("77-2", id="1.2", subject="Malade_I", to_session="B", fate=Fate.SKIP),
        planned_session("B", id="1.3", subject="S3", to_session="B"),
        planned_session("88-10", id="1.4", subject="Malade_M", to_session="C"),
    ]
    plan = replace(plan_of(*sessions), answers={"77-2": "skip", "same-study": "skip"})
    told = nameless(plan, {"1.1", "1.2", "1.4"})
    assert [one.session for one in told.sessions] == ["A", "1.2", "B", "C"]
    (met,) = told.sessions[0].conflicts
    assert (met.message, met.there) == ("A, C and 1.2 would all be B", "C")
    assert not re.search("88-1|77-2|Malade", repr(told))
    assert told.answers == {"1.2": "skip", "same-study": "skip"}
    assert nameless(plan, ()) == plan


def once_touched(image: Path, fetch: Callable[..., None]) -> Callable[..., None]:
    """A file that is written to between the look at it and its sending, the first time."""
    times = iter([1])

    def touched_first(*arguments: object) -> None:
        if next(times, 0):
            os.utime(image, (1, 1))
        fetch(*arguments)

    return touched_first


def test_nobody_there_to_say_yes_begins_nothing(
    port: Harbour, run: Callable[..., int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO())
    assert run("upload", saved(port, "002_MR1", tmp_path), "DST", "--labels", "prefix=Y_") == 2
    assert not (tmp_path / "transfers").exists()
