"""Each road with the accounts that may not: one clear sentence, and nothing half done."""

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tests.core.harbour import Harbour, harbour, session_toml, told
from xnat_ferry import events
from xnat_ferry.belongings import Level
from xnat_ferry.cli import main
from xnat_ferry.local.scanning import open_place, scan
from xnat_ferry.model import HERE, Endpoint, Road
from xnat_ferry.plan import Fate, Plan, PlannedScan, PlannedSession, Target
from xnat_ferry.plan.belongings import Belongings, PlannedResource
from xnat_ferry.plan.receiver import Receiver
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.worker import Errand, work

USERS = {
    "stranger": {},
    "reader": {"SRC": "collaborator", "DST": "collaborator"},
    "giver": {"SRC": "owner", "DST": "collaborator"},
    "taker": {"DST": "owner"},
    "member": {"SRC": "member", "DST": "member", "SHUT": "member"},
    "ada": {"SRC": "owner", "DST": "owner", "SHUT": "owner"},
}
"""Who has which role in which project."""


def _user(login: str, projects: dict[str, str]) -> str:
    roles = ", ".join(f'{project} = "{role}"' for project, role in projects.items())
    return f'\n[[users]]\nlogin = "{login}"\npassword = "pract1ce-pw"\nprojects = {{ {roles} }}\n'


HEAD = "".join(_user(*one) for one in USERS.items())
HEAD += (
    '\n[[projects]]\nid = "SRC"\n\n[[projects]]\nid = "DST"\n\n[[projects]]\nid = "SHUT"\nsharing = false\n'
)
RESOURCES = '[{ label = "BIDS", files = { "a.json" = "{}" } }]'
WORLD = (
    session_toml("ONE", subject="P1")
    + session_toml("THERE", subject="P2", resources=RESOURCES)
    + session_toml("SHUT_IN", subject="P3", project="SHUT")
)


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harbour]:
    """One server for all, since nobody here changes anything; THERE was copied before."""
    with harbour(tmp_path_factory.mktemp("roles"), WORLD, head=HEAD) as made:
        made.carried("THERE")
        yield made


def on_server(road: Road) -> Callable[[Harbour, Path], Plan]:
    return lambda port, _: replace(port.plan("ONE"), road=road)


def from_shut(road: Road) -> Callable[[Harbour, Path], Plan]:
    """From a project in which the feature of sharing is switched off."""

    def made(port: Harbour, home: Path) -> Plan:
        found = port.session("SHUT", "SHUT_IN")
        plan = port.plan("ONE")
        session = replace(
            plan.sessions[0],
            session="SHUT_IN",
            id=found["id"],
            study_uid=found["study_uid"],
            subject="P3",
            to_subject="P3",
            to_session="SHUT_IN",
        )
        return replace(plan, road=road, source=Endpoint(port.server.url, "SHUT"), sessions=(session,))

    return made


def downloaded(port: Harbour, home: Path) -> Plan:
    return replace(port.plan("ONE"), road=Road.DOWNLOAD, destination=Endpoint(HERE, str(home / "backup")))


def received(port: Harbour, _: Path) -> Plan:
    return replace(
        port.plan("ONE"), road=Road.RECEIVER, receiver=Receiver(host="127.0.0.1", port=9, aet="XNAT")
    )


def resources(port: Harbour, _: Path) -> Plan:
    plan = port.plan("THERE")
    one = PlannedResource(level=Level.SESSION, session=plan.sessions[0].id, label="BIDS")
    return replace(plan, road=Road.RESOURCES, belongings=Belongings(resources=(one,)))


def uploaded(port: Harbour, _: Path) -> Plan:
    root = port.on_disk("SRC", "ONE")[0].parents[2]
    (study,) = scan(open_place(root)).studies
    scans = tuple(
        PlannedScan(id=one.scan, uid=one.uid, files=len(one.files), bytes=0, listing=one.listing)
        for one in study.series
    )
    session = PlannedSession(
        session="ONE",
        id=study.uid,
        subject="P1",
        to_subject="P1",
        to_session="ONE",
        study_uid=study.uid,
        fate=Fate.COPY,
        scans=scans,
    )
    return Plan(
        source=Endpoint(HERE, str(root)),
        destination=port.destination,
        road=Road.UPLOAD,
        to=Target.ARCHIVE,
        sessions=(session,),
    )


HIDDEN, NO_WAITING = (
    "or hides it from this account",
    "does not let this account do that (GET /data/prearchive",
)
NO_SUBJECT = "insufficient create privileges for subjects in the DST project"
NO_EDIT = "User account doesn't have permission to modify this session"
NO_DELETE = "it may not delete in SRC, which giving away takes"
SHUT = "does not allow its data to be shared"
MAY_NOT: list[tuple[Callable[[Harbour, Path], Plan], str, str]] = [
    (on_server(Road.COPY), "taker", HIDDEN),
    *((on_server(Road.COPY), who, NO_WAITING) for who in ("stranger", "reader", "giver")),
    (received, "taker", HIDDEN),
    *((received, who, NO_WAITING) for who in ("stranger", "reader", "giver")),
    (uploaded, "stranger", NO_WAITING),
    (uploaded, "reader", NO_WAITING),
    *((downloaded, who, HIDDEN) for who in ("stranger", "taker")),
    *((on_server(Road.SHARE), who, HIDDEN) for who in ("stranger", "taker")),
    *((on_server(Road.SHARE), who, NO_SUBJECT) for who in ("reader", "giver")),
    (from_shut(Road.SHARE), "ada", SHUT),
    *((on_server(Road.RELOCATE), who, HIDDEN) for who in ("stranger", "taker")),
    (on_server(Road.RELOCATE), "reader", NO_DELETE),
    (on_server(Road.RELOCATE), "giver", NO_SUBJECT),
    (on_server(Road.RELOCATE), "member", NO_DELETE),
    (from_shut(Road.RELOCATE), "ada", SHUT),
    (resources, "stranger", "it is not there, or hidden from this account"),
    (resources, "taker", HIDDEN),
    *((resources, who, NO_EDIT) for who in ("reader", "giver")),
]


@pytest.mark.parametrize(("make", "who", "words"), MAY_NOT)
def test_who_may_not_is_told_why_and_nothing_is_half_done(
    port: Harbour, tmp_path: Path, make: Callable[[Harbour, Path], Plan], who: str, words: str
) -> None:
    """With a plan that somebody else made: what the checklist would have said is no help then."""
    folder = port.begin(make(port, tmp_path))
    before = port.server.state()
    assert run(port, folder, who) == 1
    (failed,) = told(folder, events.SessionFailed)
    assert words in failed.message
    assert failed.message.count("\n") == 0
    assert failed.advice.endswith(".")
    assert port.server.state() == before
    assert not (tmp_path / "backup").exists() or not list((tmp_path / "backup").rglob("*.dcm"))


def run(port: Harbour, folder: Any, who: str, **options: Any) -> int:
    login = {port.server.url: Credentials(who, "pract1ce-pw")}
    return work(folder, login, Errand(**options), spool=port.home / "spool", stop=threading.Event())


COMMANDS = {
    "copy": ("check", "SRC", "DST"),
    "share": ("share", "SRC", "DST", "--yes"),
    "relocate": ("relocate", "SRC", "DST", "--yes"),
    "download": ("download", "SRC", "backup", "--yes"),
    "resources": ("resources", "SRC", "DST", "--yes"),
    "upload": ("upload", "originals", "DST", "--yes"),
}
SAID_BEFORE = [
    *((road, "stranger") for road in COMMANDS),
    *((road, "reader") for road in COMMANDS if road != "download"),
    ("relocate", "member"),
]


@pytest.mark.parametrize(("road", "who"), SAID_BEFORE)
def test_the_checklist_says_it_before(
    port: Harbour,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    road: str,
    who: str,
) -> None:
    """Whoever may not hears it from the command that would begin, and nothing is begun."""
    for name, value in (("HOST", port.server.url), ("USER", who), ("PASS", "pract1ce-pw")):
        monkeypatch.setenv(f"XNAT_{name}", value)
    monkeypatch.chdir(tmp_path)
    shutil.copytree(port.on_disk("SRC", "ONE")[0].parents[2], tmp_path / "originals")
    before = port.server.state()
    code = main([*COMMANDS[road], "--json"])
    said = capsys.readouterr()
    assert code == 1, said
    (answer, *_) = [json.loads(line) for line in said.out.splitlines()]
    against = [one for one in answer["findings"] if one["verdict"] == "fail"]
    assert against
    assert all(one["message"] and one["advice"].endswith(".") for one in against)
    assert port.server.state() == before
    assert not (tmp_path / "transfers").exists()
