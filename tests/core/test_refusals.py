"""Whatever is wrong is one clear sentence and the right exit code, and nothing is written over there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.shore import Shore, shore


@pytest.fixture(scope="module")
def sea(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shore]:
    with shore(tmp_path_factory.mktemp("sea")) as made:
        yield made


@pytest.mark.parametrize("command", ["check", "plan"])
@pytest.mark.parametrize(
    ("ends", "login", "code", "words"),
    [
        (("SRC", "NOPE"), {}, 1, "There is no project NOPE"),
        (("NOPE", "DST"), {}, 1, "There is no project NOPE"),
        (("SRC", "DST"), {"XNAT_PASS": "wrong"}, 3, "refused the login of ada"),
        (("SRC", "DST"), {"XNAT_HOST": "http://127.0.0.1:9"}, 3, "does not answer"),
        (("SRC", "DST"), {"XNAT_USER": "", "XNAT_PASS": ""}, 3, "no user name and password"),
        (("SRC", "DST"), {"XNAT_HOST": ""}, 2, "names a project but no server"),
        (("lab:SRC", "DST"), {}, 2, "No server is stored under the alias"),
        (("SRC", "DST"), {"XNAT_USER": "carl"}, 1, "not add sessions"),
    ],
    ids=["destination", "source", "password", "server", "nologin", "nohost", "alias", "collaborator"],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    sea: Shore,
    command: str,
    ends: tuple[str, str],
    login: dict[str, str],
    code: int,
    words: str,
    tmp_path: Path,
) -> None:
    output = ["-o", tmp_path / "plan.toml"] if command == "plan" else []
    done = sea.ferry(command, *ends, *output, **login)
    assert done.returncode == code, done.stdout + done.stderr
    said = done.stdout + done.stderr
    assert words in said
    assert "Traceback" not in said
    assert not (tmp_path / "plan.toml").exists()
    nothing_changed(sea)


def test_a_terminal_that_knows_only_ascii_gets_the_rest_spelled_out(sea: Shore) -> None:
    done = sea.ferry("check", "SRC", "DST", "--sessions", "Кириллица", PYTHONIOENCODING="ascii")
    assert done.returncode == 2
    assert "\\u041a" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("sessions", [["--sessions", "NOPE"], ["--sessions", ""]])
def test_an_empty_selection_is_refused(sea: Shore, sessions: list[str]) -> None:
    done = sea.ferry("check", "SRC", "DST", *sessions)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "no session" in done.stderr
    nothing_changed(sea)


def test_a_project_without_sessions_is_refused(sea: Shore) -> None:
    done = sea.ferry("check", "DST", "SRC")
    assert done.returncode == 2
    assert "no imaging sessions" in done.stderr


def test_a_server_that_is_no_xnat_is_named(sea: Shore, tmp_path: Path) -> None:
    done = sea.ferry("check", f"{sea.server.url}/practice/SRC", "DST")
    assert done.returncode == 3
    assert "not as an XNAT" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "missing.toml"],
        ["status", "nope"],
        ["resume", "nope"],
        ["verify"],
        ["plan", "SRC", "DST", "--on-conflict", "whatever=skip"],
        ["plan", "SRC", "DST", "-o", "/nonexistent/plan.toml"],
        ["record"],
        ["stop"],
        ["watch", "nope"],
        ["login", "a:b", "https://x.example"],
        ["check", "https://ada:secret@x.example/SRC", "DST"],
        ["check", "SRC"],
        ["frobnicate"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_code_two(sea: Shore, arguments: list[str]) -> None:
    done = sea.ferry(*arguments)
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


def test_a_wrong_password_at_the_run_makes_no_transfer(tmp_path: Path) -> None:
    with shore(tmp_path) as sea:
        sea.make_plan()
        done = sea.ferry("run", sea.plan, XNAT_PASS="wrong")
        assert done.returncode == 3
        assert "refused the login" in done.stderr
        assert not sea.transfers.exists()
        nothing_changed(sea)


def test_a_spool_that_cannot_be_written_stops_the_transfer_and_resume_goes_on(tmp_path: Path) -> None:
    with shore(tmp_path) as sea:
        sea.make_plan()
        in_the_way = tmp_path / "file"
        in_the_way.write_text("")
        done = sea.ferry("run", sea.plan, "--spool", in_the_way / "spool")
        assert done.returncode == 4
        assert "Cannot write in" in done.stdout
        assert "--spool" in done.stderr
        nothing_changed(sea)
        assert sea.ferry("resume", "--spool", tmp_path / "spool").returncode == 0
        assert sea.waiting("DST") == sea.archived("SRC")


def test_a_collaborator_cannot_send_even_with_a_plan_of_somebody_elses(tmp_path: Path) -> None:
    with shore(tmp_path) as sea:
        sea.make_plan()
        done = sea.ferry("run", sea.plan, XNAT_USER="carl")
        assert done.returncode == 1
        assert "carl may not create xnat:" in done.stderr
        assert not sea.transfers.exists()
        nothing_changed(sea)


def nothing_changed(sea: Shore) -> None:
    assert sea.archived("DST") == {}
    assert sea.waiting("DST") == {}
    assert sea.imports() == []
