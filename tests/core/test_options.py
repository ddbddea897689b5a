"""Every option of a command means something to it; what would change nothing is refused or not there."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.harbour import LOGIN, Harbour, harbour, session_toml
from tests.core.making import DESTINATION, SOURCE, dicom_bytes, plan_of, planned
from xnat_ferry.belongings import Existing, Kind
from xnat_ferry.checks import Option
from xnat_ferry.cli import main
from xnat_ferry.cli.app import app_for
from xnat_ferry.cli.options.surveying import Adding, Choosing, Fetching, Giving, Sending, Surveying
from xnat_ferry.model import HERE, ZIPS_HERE, Endpoint, Level, Road
from xnat_ferry.plan import Target, write_plan
from xnat_ferry.plan.draft import Draft
from xnat_ferry.plan.receiver import Receiver
from xnat_ferry.transfer import folder as folders

LOOKS: dict[str, type[Choosing]] = {
    "check": Surveying,
    "plan": Surveying,
    "upload": Sending,
    "download": Fetching,
    "share": Giving,
    "relocate": Giving,
    "resources": Adding,
}


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harbour]:
    world = session_toml("A") + session_toml("A", project="DST", study='"a"')
    with harbour(tmp_path_factory.mktemp("options"), world) as made:
        yield made


@pytest.fixture
def command(port: Harbour, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[str]]:
    """What a command is given to look at both ends and write a plan."""
    for name, value in (("HOST", port.server.url), ("USER", LOGIN.user), ("PASS", LOGIN.password)):
        monkeypatch.setenv(f"XNAT_{name}", value)
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "1.dcm").write_bytes(dicom_bytes())

    def arguments(name: str) -> list[str]:
        ends = ["SRC", "DST"]
        if name == "upload":
            ends[0] = str(tmp_path / "here")
        if name == "download":
            ends[1] = str(tmp_path / "there")
        return [name, *ends, *([] if name == "check" else ["-o", str(tmp_path / "plan.toml")]), "--json"]

    return arguments


@pytest.mark.parametrize("name", LOOKS)
def test_a_command_looks_at_each_of_its_options(
    name: str, command: Callable[[str], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at = set[str]()

    def watched(self: Surveying, field: str) -> Any:
        # saying the options again is no use of them
        if sys._getframe(1).f_code.co_name != "again":
            looked_at.add(field)
        return object.__getattribute__(self, field)

    monkeypatch.setattr(Surveying, "__getattribute__", watched)
    assert main(command(name)) in (0, 1)
    assert {one.name for one in fields(LOOKS[name])} - looked_at == set()


def test_what_is_undecided_is_told_with_the_answers_that_are_suggested(
    command: Callable[[str], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["share", "SRC", "DST", "--labels", "subject.prefix=P_", "--yes"]
    command("share")
    assert main([*words, "--on-conflict", "same-study=skip"]) == 1
    shown = " ".join(capsys.readouterr().out.replace("\\\n", " ").split())
    assert "Plan: nothing yet; what is undecided waits for an answer" in shown
    given = shown.partition("Then again: xnat-ferry ")[2].split()
    place = given.index("--on-conflict")
    assert {"same-study=skip", "other-subject=skip"} == set(given[place + 1 : place + 3])
    assert main(given) == 0, "then nothing is left to carry"


@pytest.mark.parametrize("name", LOOKS)
def test_a_command_has_the_options_that_it_looks_at(name: str) -> None:
    taken = app_for(name)[name].assemble_argument_collection()
    has = {argument.name for argument in taken}
    named = {"also": "--with"}
    every = {named.get(one.name, "--" + one.name.replace("_", "-")) for one in fields(Surveying)}
    meant = {named.get(one.name, "--" + one.name.replace("_", "-")) for one in fields(LOOKS[name])}
    assert has & every == meant


@pytest.mark.parametrize(
    "arguments",
    [
        "plan SRC DST --road share --to archive",
        "plan SRC DST --road share --scans 1",
        "plan SRC DST --road relocate --with notes",
        "plan SRC DST --road share --move",
        "plan SRC DST --road share --verify full",
        "plan SRC DST --existing keep",
        "plan SRC DST --scans ,",
        "check SRC DST --existing keep",
        "plan SRC DST --calling ME",
        "share SRC DST --verify full",
        "share SRC DST --to archive",
        "share SRC DST --spool-size 1G",
        "upload . DST --with notes",
        "download SRC . --to archive",
        "download SRC . --on-conflict same-study=skip",
        "resources SRC DST --scans 1",
        "record --html --json",
        "check SRC DST --quick --scans 1",
        "check SRC DST --quick --keep dates",
        "check SRC DST --quick --with notes",
        "plan SRC DST --headers none --keep dates",
        "verify SRC DST --transfers .",
        "verify SRC DST --every-header",
        "verify SRC DST --level sample --every-header",
        "share SRC DST -o p.toml --yes",
        "relocate SRC DST -o p.toml --at-once 3",
        "upload . DST -o p.toml --detach",
        "download SRC . -o p.toml --spool-size 1G",
        "resources SRC DST -o p.toml --bytes-per-second 1M",
    ],
)
def test_what_would_change_nothing_is_refused(
    arguments: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XNAT_HOST", "http://127.0.0.1:9")
    assert main(arguments.split()) == 2
    assert capsys.readouterr().err


# What a road has no use for, though the command takes it: it is said once the plan or the transfer is read
IDLE = {
    Road.DOWNLOAD: (
        "verify --refresh", "verify --level counts", "verify --every-header", "archive", "settle",
    ),
    Road.SHARE: (
        "run --bytes-per-second 1M", "submit --bytes-per-second 1M", "resume --spool-size 1G",
        "verify --level full --every-header", "archive", "settle --remove-waiting",
    ),
    Road.RELOCATE: ("resume --bytes-per-second 1M", "archive", "settle --unshare"),
    Road.RESOURCES: (
        "run --spool-size 1G", "resume --spool-size 1G", "verify --level full", "verify --every-header",
        "archive", "settle", "undo --yes",
    ),
    Road.UPLOAD: ("verify --every-header", "resume --tasks 3", "settle --empty-subjects", "undo --yes"),
    Road.COPY: (
        "verify --level sample --every-header", "verify --labels prefix=P_", "resume --cpus 2", "undo",
    ),
    Road.RECEIVER: ("verify --every-header", "undo --yes"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("road", "arguments"), [(road, words) for road, every in IDLE.items() for words in every]
)
def test_what_a_road_has_no_use_for_is_refused(
    road: Road,
    arguments: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("XNAT_HOST", "http://127.0.0.1:9")
    plan = replace(plan_of(planned()), road=road)
    if road == Road.DOWNLOAD:
        plan = replace(plan, destination=Endpoint(HERE, str(tmp_path / "there")))
    command, *options = arguments.split()
    if command in ("run", "submit"):
        write_plan(plan, tmp_path / "plan.toml")
        options.insert(0, str(tmp_path / "plan.toml"))
    else:
        folders.create(tmp_path, plan)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert main([command, *options, "--transfers", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert said.startswith("xnat-ferry: ")
    assert "Nothing is chosen" not in said, "the option is not what was refused"
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


here = st.sampled_from([HERE, ZIPS_HERE]).map(lambda server: Endpoint(server, "/data"))
drafts = st.builds(
    Draft,
    source=st.just(SOURCE),
    destination=st.just(DESTINATION),
    sessions=st.sampled_from([(), ("XNAT_1",)]),
    scans=st.sampled_from([(), ("1", "t1")]),
    labels=st.sampled_from([(), ("prefix=P_",)]),
    keep=st.sampled_from([(), tuple(Option)]),
    accepted=st.sampled_from([(), ("burned-in",)]),
    to=st.sampled_from(Target),
    verify=st.sampled_from(Level),
    move=st.booleans(),
    also=st.sampled_from([(), tuple(Kind), (Kind.NOTES,)]),
    resources=st.sampled_from([(), ("BIDS", "session:QC")]),
    existing=st.sampled_from([None, *Existing]),
)
somewhere = Receiver(host="here", port=104, aet="XNAT", calling="ME")
everywhere = st.one_of(
    drafts,
    st.builds(lambda draft, road: draft.over(road), drafts, st.sampled_from([Road.SHARE, Road.RELOCATE])),
    drafts.map(lambda draft: draft.by(somewhere)),
    st.builds(lambda draft, end: replace(draft, source=end), drafts, here),
    st.builds(lambda draft, end: replace(draft, destination=end), drafts, here),
)


APP = app_for()


@settings(max_examples=25)
@given(everywhere)
def test_the_command_that_the_screen_tells_is_understood(draft: Draft) -> None:
    ends = draft.source.project, draft.destination.project
    words = draft.arguments(ends, "labels.csv")
    function, bound, _ = APP.parse_args(words, exit_on_error=False, print_error=False)
    assert function.__name__ == words[0]
    assert tuple(map(str, bound.args)) == ends
