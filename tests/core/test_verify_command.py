"""``verify`` as people and scripts meet it: lines, JSON, marks, two projects without a transfer."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.quay import Quay, quay
from xnat_ferry.cli import main
from xnat_ferry.cli.telling.differences import difference_lines
from xnat_ferry.model import Level, Mark, Where
from xnat_ferry.verify.verification import Item, SessionVerification, Verification, What, count_marks
from xnat_ferry.xnat import prearchive

WHATS = {"pixel-digest", "size", "uid", "missing", "extra", "header", "unreadable"}
"""The words of the JSON's ``what``; ``detail`` may be finer."""


@pytest.fixture(scope="module")
def shore(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Quay]:
    with quay(tmp_path_factory.mktemp("quay")) as made:
        made.land("P_001_MR1")
        made.land("H_001_MR1")
        (missing, flipped, *_) = [one for one in made.sent if one.scan == "1"]
        made.remove(f"{made.address('H_001_MR1', '1')}/resources/DICOM/files/{missing.name}")
        file = made.file("H_001_MR1", flipped)
        content = bytearray(file.read_bytes())
        content[-20] ^= 1
        file.write_bytes(bytes(content))
        yield made


@pytest.fixture(autouse=True)
def login(shore: Quay, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XNAT_HOST", shore.server.url)
    monkeypatch.setenv("XNAT_USER", "ada")
    monkeypatch.setenv("XNAT_PASS", "pract1ce-pw")
    monkeypatch.setenv("XNAT_FERRY_TRANSFERS", str(tmp_path / "transfers"))
    monkeypatch.setenv("XNAT_FERRY_SPOOL", str(tmp_path / "spool"))


def labelled(prefix: str) -> list[str]:
    return ["--labels", f"session.prefix={prefix}", "subject.template=S1"]


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict]:  # type: ignore[type-arg]
    code = main(["verify", *arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("level", list(Level))
def test_two_projects_are_compared_without_a_transfer(
    capsys: pytest.CaptureFixture[str], level: Level
) -> None:
    code, found = answer(capsys, "SRC", "DST", *labelled("P_"), "--level", level)
    assert (code, found["verdict"], found["level"]) == (0, "proven", level)
    assert found["counts"] == {"=": 0, "~": 5, "+": 0, "-": 0, "*": 0, "!": 0, "?": 0}
    assert found["owners"] is None  # nobody has to be asked
    (session,) = found["sessions"]
    assert (session["source"], session["destination"]) == ("001_MR1", "P_001_MR1")
    assert (session["where"], session["verdict"]) == ("archive", "proven")
    assert found["items"] == []


def test_a_file_that_does_not_come_at_once_is_asked_for_again(
    shore: Quay, capsys: pytest.CaptureFixture[str]
) -> None:
    shore.server.set_faults([{"match": "GET .*/files/.*[.]dcm", "status": 503, "times": 2}])
    code, found = answer(capsys, "SRC", "DST", *labelled("P_"), "--level", "sample")
    assert (code, found["verdict"]) == (0, "proven")
    assert [one["status"] for one in shore.server.log()].count(503) == 2


def test_differences_are_told_as_promised(capsys: pytest.CaptureFixture[str]) -> None:
    code, found = answer(capsys, "SRC", "DST", *labelled("H_"), "--level", "full")
    assert (code, found["verdict"]) == (1, "differs")
    assert found["counts"] == {"=": 0, "~": 3, "+": 1, "-": 0, "*": 1, "!": 0, "?": 0}
    assert {(item["mark"], item["what"]) for item in found["items"]} == {
        ("+", "missing"),
        ("*", "pixel-digest"),
    }
    for item in found["items"]:
        keys = {"mark", "session", "scan", "file", "what", "source", "destination", "likely"}
        assert keys <= item.keys()
        assert item["what"] in WHATS
        assert item["likely"]


def test_items_are_told_by_mark_and_counts_stay(capsys: pytest.CaptureFixture[str]) -> None:
    code, found = answer(capsys, "SRC", "DST", *labelled("H_"), "--level", "full", "--only", "*!")
    assert code == 1
    assert [item["mark"] for item in found["items"]] == ["*"]
    assert found["counts"]["+"] == 1


def test_a_mark_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "SRC", "DST", "--only", "x"]) == 2
    assert "--only" in capsys.readouterr().err


def test_a_session_that_is_nowhere_there_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    code, found = answer(capsys, "SRC", "DST")
    assert (code, found["verdict"], found["counts"]["+"]) == (1, "differs", 5)


@pytest.mark.parametrize("level", [Level.COUNTS, Level.FULL])
def test_a_session_under_another_subject_is_no_copy(capsys: pytest.CaptureFixture[str], level: Level) -> None:
    options = ["--labels", "session.prefix=P_", "--level", level]
    code, found = answer(capsys, "SRC", "DST", *options)
    assert (code, found["verdict"], found["counts"]["*"], found["counts"]["~"]) == (1, "differs", 1, 5)
    (item,) = found["items"]
    assert (item["what"], item["detail"], item["source"]) == ("uid", "subject", "001")
    assert found["owners"]
    assert all("ada" in name for name in found["owners"])


def test_a_copy_that_waits_is_looked_at_where_it_waits(
    shore: Quay, capsys: pytest.CaptureFixture[str]
) -> None:
    row = shore.wait("W_001_MR1")
    code, found = answer(capsys, "SRC", "DST", *labelled("W_"), "--level", "sample")
    strayed = answer(capsys, "SRC", "DST", "--labels", "session.prefix=W_", "subject.prefix=OTHER_")
    assert prearchive.remove(shore.client, row)
    assert (code, found["verdict"], found["sessions"][0]["where"]) == (0, "proven", "prearchive")
    code, found = strayed
    assert (code, found["verdict"], found["counts"]["*"]) == (1, "differs", 1)
    (item,) = found["items"]
    assert (item["what"], item["source"], item["destination"]) == ("uid", "OTHER_001", "S1")
    assert "waits under another subject" in item["likely"]


def test_a_refresh_is_offered_where_it_tells_more_and_run_only_when_asked(
    shore: Quay, capsys: pytest.CaptureFixture[str]
) -> None:
    shore.land("N_001_MR1")
    (one, *_) = [one for one in shore.sent if one.scan == "1"]
    content = shore.file("N_001_MR1", one).read_bytes()
    shore.remove(f"{shore.address('N_001_MR1', '1')}/resources/DICOM/files/{one.name}")
    shore.put(f"{shore.address('N_001_MR1', '1')}/resources/DICOM/files/{one.name}", content)
    shore.server.clear_log()
    code, found = answer(capsys, "SRC", "DST", *labelled("N_"))
    assert (code, found["verdict"], found["counts"]["?"]) == (1, "unknown", 1)
    assert "--refresh" in found["items"][0]["likely"]
    assert main(["verify", "SRC", "DST", *labelled("N_")]) == 1
    assert "--refresh" in capsys.readouterr().out
    assert not [one for one in shore.server.log() if "refresh" in one["path"]]
    code, found = answer(capsys, "SRC", "DST", *labelled("N_"), "--refresh")
    assert (code, found["verdict"], found["counts"]["?"]) == (0, "proven", 0)
    assert [one for one in shore.server.log() if "refresh" in one["path"]]


def test_a_transfer_is_proven_by_every_file_before_and_after_archiving(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    plan = str(tmp_path / "plan.toml")
    options = ["--labels", "prefix=T_", "--to", "archive", "--verify", "full"]
    assert main(["plan", "SRC", "DST", "-o", plan, *options, "--on-conflict", "same-study=rename"]) == 0
    assert main(["run", plan]) == 0, capsys.readouterr().out
    capsys.readouterr()
    for level, more in (("sample", []), ("full", ["--every-header"])):
        code, found = answer(capsys, "--level", level, *more)
        assert (code, found["verdict"], found["level"]) == (0, "proven", level)
        assert found["counts"]["~"] == 5
        assert found["sessions"][0]["where"] == "archive"


def test_people_read_marks_causes_and_sums(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "SRC", "DST", *labelled("H_"), "--level", "full"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    text = " ".join(" ".join(lines).split())
    assert "* 001_MR1 scan 1" in text
    assert "The image is another one than was sent" in text
    assert "001_MR1 -> H_001_MR1 (archive): differs" in text
    assert lines[-1].startswith("verification (full): differs")
    assert "The destination's owners:" not in text  # nothing here is theirs to say
    assert main(["verify", "SRC", "DST", "--labels", "session.prefix=P_"]) == 1
    assert "The destination's owners: " in capsys.readouterr().out


@pytest.mark.parametrize("what", list(What))
def test_every_difference_has_one_of_the_promised_words(what: What) -> None:
    assert what.broad in WHATS


def test_hostile_text_is_shown_and_not_obeyed_and_many_are_counted() -> None:
    item = Item(
        mark=Mark.DIFFERS,
        session="A",
        scan="1\x1b[2J",
        file="x\n* forged",
        what=What.PIXELS,
        source="a" * 32,
        destination="[red]b",
        likely="Send it again.",
    )
    session = SessionVerification(
        source="A",
        destination="B",
        where=Where.ARCHIVE,
        level=Level.FULL,
        counts=count_marks([Mark.DIFFERS] * 50),
        items=(item,) * 50,
    )
    lines = [line.text for line in difference_lines(Verification(level=Level.FULL, sessions=(session,)), 80)]
    assert not any("\x1b" in line or "\n" in line for line in lines)
    assert sum(line.startswith("* A scan 1") for line in lines) == 20
    assert any("and 30 more (all with --json): * 30" in line for line in lines)
    assert max(map(len, lines)) <= 80
