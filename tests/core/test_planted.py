"""Every problem planted at once: ``check --json`` finds that set, no more and no fewer."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.core.planted import write_world
from tests.core.shore import Shore
from xnat_ferry.practice.process import PracticeServer
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.xnat.client import XnatClient

MAPPED = ("--labels", "session.replace=^S10_map[12]$/S10_map")
"""What makes two chosen sessions become one."""

CONFLICTS = {
    ("same-study", "S02_done"),
    ("same-study", "S03_part"),
    ("other-study", "S04_other"),
    ("other-subject", "S05_subject"),
    ("shared", "S06_shared"),
    ("prearchive", "S07_waits"),
    ("other-study", "S08_case"),
    ("duplicate-study", "S09_twin1"),
    ("duplicate-study", "S09_twin2"),
    ("duplicate-target", "S10_map1"),
    ("duplicate-target", "S10_map2"),
    ("bad-label", "S11 space"),
}
OF_THE_SESSIONS = {
    ("labels", "warn", "labels-unusual", "DST"),
    ("labels", "warn", "subject-there", "DST"),
    ("metadata", "warn", "routing-to-source", "S13_route"),
    ("settings", "warn", "auto-overwrite", "DST"),
    ("settings", "fail", "filter-drops", "S14_secret"),
    ("anonymization", "warn", "profile-deviates", "S12_doe"),
    ("anonymization", "warn", "burned-in", "S16_burned"),
    *(("conflicts", "warn", kind, session) for kind, session in CONFLICTS),
}
WITH_SCRIPT = OF_THE_SESSIONS | {("anonymization", "warn", "identifying-replaced", "S12_doe")}
WITHOUT = OF_THE_SESSIONS | {
    ("anonymization", "fail", "identifying-remains", "S12_doe"),
    ("anonymization", "warn", "no-script", "DST"),
    ("settings", "warn", "no-checksums", "DST"),
}

ROLES: dict[tuple[str, str, str], set[tuple[str, str, str, str]]] = {
    ("ada", "NOWHERE", "DST"): {("access", "fail", "project-hidden", "NOWHERE")},
    ("ada", "HIDDEN", "DST"): {("access", "fail", "project-hidden", "HIDDEN")},
    ("ada", "PROTECTED", "DST"): {("access", "fail", "project-hidden", "PROTECTED")},
    ("ada", "COL_2", "DST"): {("access", "fail", "project-alias", "COL_2")},
    ("ada", "COL", "DST_2"): {("access", "fail", "project-alias", "DST_2")},
    ("ada", "COL", "NOWHERE"): {("access", "fail", "project-hidden", "NOWHERE")},
    ("ada", "COL", "HIDDEN"): {("access", "fail", "project-hidden", "HIDDEN")},
    ("ada", "COL", "PROTECTED"): {("access", "fail", "project-hidden", "PROTECTED")},
    ("ada", "COL", "PUBLIC"): {("access", "fail", "may-not-create", "PUBLIC")},
    ("ada", "COL", "INTO"): set(),
    ("carl", "SRC", "DST"): {("access", "fail", "may-not-create", "DST")},
}


@pytest.fixture(scope="module")
def sea(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shore]:
    with planted(tmp_path_factory.mktemp("scripted"), script=True) as made:
        yield made


@pytest.fixture(scope="module")
def bare_sea(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shore]:
    with planted(tmp_path_factory.mktemp("bare"), script=False) as made:
        yield made


@contextmanager
def planted(folder: Path, *, script: bool) -> Iterator[Shore]:
    world = write_world(folder, site_script=script, checksums=script)
    home = folder / "ferry"
    home.mkdir()
    with PracticeServer(world=str(world)) as server:
        for project, owner in (("COL", "ada"), ("DST", "olga")):
            with XnatClient(server.url, Credentials(owner, "pract1ce-pw")) as client:
                client.send("PUT", f"/data/projects/{project}", params={"alias": f"{project}_2"})
        yield Shore(server, home)


def found(told: dict[str, Any]) -> set[tuple[str, str, str, str]]:
    """All that is not as it should be."""
    findings = [(one["check"], one["verdict"], one["kind"], one["about"]) for one in told["findings"]]
    bad = [one for one in findings if one[1] != "ok"]
    assert len(bad) == len(set(bad)), "a thing is said twice"
    return set(bad)


def checked(sea: Shore, *arguments: str, user: str = "ada") -> tuple[int, dict[str, Any]]:
    done = sea.ferry("check", *arguments, "--json", XNAT_USER=user)
    assert done.returncode in (0, 1), done.stderr
    return done.returncode, json.loads(done.stdout)


def test_what_is_planted_is_what_is_found(sea: Shore) -> None:
    code, told = checked(sea, "SRC", "DST", *MAPPED)
    assert found(told) == WITH_SCRIPT
    assert {(one["class"], one["session"]) for one in told["conflicts"]} == CONFLICTS
    assert (code, told["verdict"]) == (1, "blocked")
    order = list(dict.fromkeys(one["check"] for one in told["findings"]))
    assert order == ["access", "conflicts", "labels", "metadata", "settings", "anonymization", "room"]


def test_without_a_script_and_digests_the_same_world_is_told_differently(bare_sea: Shore) -> None:
    told = checked(bare_sea, "SRC", "DST", *MAPPED)[1]
    assert found(told) == WITHOUT
    assert {(one["class"], one["session"]) for one in told["conflicts"]} == CONFLICTS


def test_sessions_without_a_problem_are_clear(sea: Shore) -> None:
    code, told = checked(sea, "SRC", "INTO", "--sessions", "S01_plain,S15_hostile")
    assert found(told) == set()
    assert (code, told["verdict"]) == (0, "clear")


@pytest.mark.parametrize(("user", "source", "destination"), ROLES)
def test_access_is_told_for_every_role_and_kind_of_project(
    sea: Shore, user: str, source: str, destination: str
) -> None:
    told = checked(sea, source, destination, user=user)[1]
    assert {one for one in found(told) if one[0] == "access"} == ROLES[user, source, destination]


def test_no_value_of_a_patient_and_no_command_to_a_terminal_is_printed(sea: Shore, tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    for arguments in (("check", "SRC", "DST"), ("check", "SRC", "DST", "--json")):
        done = sea.ferry(*arguments)
        assert "JANE" not in done.stdout + done.stderr
        assert "\x1b[31m" not in done.stdout
        assert "\u202e" not in done.stdout
    done = sea.ferry("plan", "SRC", "DST", "-o", plan, "--sessions", "S12_doe,S15_hostile")
    if plan.exists():
        assert "JANE" not in plan.read_text()
