"""Resources and values, carried beside the DICOM: judged by what the server really holds."""

import hashlib
import io
import json
import threading
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.harbour import LOGIN, Harbour, harbour, session_toml, told
from tests.core.making import zip_of
from xnat_ferry import events
from xnat_ferry.belongings import Existing, Level, why_not
from xnat_ferry.belongings.wish import parse_wish
from xnat_ferry.cli import main
from xnat_ferry.events import ResourceCarried, ValuesCarried
from xnat_ferry.labels import KEEP
from xnat_ferry.model import Mark
from xnat_ferry.plan import Plan, Target, read_plan
from xnat_ferry.plan.build import PlanRequest
from xnat_ferry.plan.judged import Judged, judge
from xnat_ferry.plan.resources_only import judge_resources
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.settle.orders import RemovalOrder, keep_removal_order
from xnat_ferry.survey import Depth, Headers, Survey
from xnat_ferry.survey.belongings import with_belongings
from xnat_ferry.survey.take import take_survey
from xnat_ferry.transfer.belongings.resource_job import Job, Place
from xnat_ferry.transfer.belongings.resource_zips import Batch
from xnat_ferry.transfer.belongings.resources import carry_resource
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.pacing.pace import Pace, keep_pace
from xnat_ferry.worker import work
from xnat_ferry.xnat import resources as wire
from xnat_ferry.xnat.answers import children
from xnat_ferry.xnat.client import XnatClient
from xnat_ferry.xnat.zip_stream import BrokenZip, read_zip

MADE = "2026-11-24T10:00:00+00:00"
LABELS = [f"S{number}" for number in range(25)]
WORLD = "".join(session_toml(label, subject=f"P{label}") for label in LABELS)
WORLD += "".join(session_toml(label, subject="TWINS") for label in ("T0", "T1"))
HEAD = """
[[users]]
login = "ada"
password = "pract1ce-pw"
projects = { SRC = "owner", DST = "owner", OTHER = "owner" }
admin = true

[[users]]
login = "carl"
password = "pract1ce-pw"
projects = { SRC = "collaborator", DST = "collaborator" }

[[projects]]
id = "SRC"

[[projects]]
id = "DST"

[[projects]]
id = "OTHER"
"""
ODD = [
    ".hidden",
    "empty",
    "sub-001/anat/T1w.nii.gz",
    "a b/c  d.txt",
    "100%.txt",
    "a%20b",
    "a+b",
    "a#b?c&d=e",
    'quote\'d "name"',
    "ünïcödé/文件",
    "back\\slash",
    "files/resources/x",
    "line\nbreak",
    "inner.zip",
]


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harbour]:
    """One server for all; each test has a session of its own."""
    with harbour(tmp_path_factory.mktemp("resources"), WORLD, head=HEAD) as made:
        yield made


@pytest.fixture(scope="module")
def ada(port: Harbour) -> Iterator[XnatClient]:
    with port.client() as client:
        yield client


def content(name: str) -> bytes:
    return b"" if name.endswith("empty") else f"what {name!r} holds".encode("utf-8", "surrogatepass")


def fill(client: XnatClient, address: str, label: str, names: list[str]) -> None:
    """A resource with these files at the source."""
    zipped = BytesIO()
    with zipfile.ZipFile(zipped, "w") as out:
        for name in names:
            out.writestr(zipfile.ZipInfo(name), content(name))
    client.send("PUT", f"{address}/resources/{label}", accept=(200, 409))
    if names:
        wire.put_zip(client, address, label, zipped, zipped.seek(0, 2), replace=True, on_bytes=lambda _: None)


def put(client: XnatClient, address: str, label: str, name: str, data: bytes) -> None:
    wire.put_file(
        client, address, label, name, io.BytesIO(data), len(data), replace=True, on_bytes=lambda _: None
    )


def source(port: Harbour, label: str) -> str:
    return wire.of_session(port.session("SRC", label)["id"])


def surveyed(
    port: Harbour, label: str, words: tuple[str, ...], existing: Existing | None, login: Credentials
) -> Survey:
    """The survey as the commands take it."""
    with port.client(login) as client:
        survey = take_survey(
            (client, port.source),
            (client, port.destination),
            [label],
            depth=Depth(headers=Headers.NONE, files=True),
        )
        return with_belongings(client, client, survey, parse_wish(words), existing, KEEP)


def planned(port: Harbour, label: str, *words: str, to: Target = Target.ARCHIVE) -> Plan:
    """A copy with what else belongs to the session."""
    survey = surveyed(port, label, words, None, LOGIN)
    plan = judge(survey, PlanRequest(made=MADE, to=to)).planned
    assert plan.belongings.any
    return plan


def judged_again(
    port: Harbour,
    label: str,
    *words: str,
    existing: Existing | None = None,
    login: Credentials = LOGIN,
) -> Judged:
    """What belongs to a session that is there already."""
    survey = surveyed(port, label, words, existing, login)
    return judge_resources(survey, PlanRequest(made=MADE))


def follow_up(
    port: Harbour,
    label: str,
    *words: str,
    existing: Existing | None = None,
    login: Credentials = LOGIN,
) -> Plan:
    """Its plan."""
    plan = judged_again(port, label, *words, existing=existing, login=login).planned
    assert plan.belongings.any
    assert plan.travelling
    return plan


def held(of: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Path to MD5 of every file, by the resource's label."""
    return {
        one["label"]: {file["path"]: file["md5"] for file in one["files"]}
        for one in of["resources"]
        if one["label"] != "DICOM"
    }


def project(port: Harbour, name: str) -> dict[str, Any]:
    found: dict[str, Any]
    (found,) = [one for one in port.server.state()["projects"] if one["id"] == name]
    return found


def test_every_level_arrives_with_the_oddest_names(port: Harbour, ada: XnatClient) -> None:
    label = "S0"
    places = [
        source(port, label),
        f"{source(port, label)}/scans/1",
        wire.of_subject("SRC", "PS0"),
        wire.of_project("SRC"),
    ]
    for place in places:
        fill(ada, place, "ODD", ODD)
        fill(ada, place, "NONE", [])
    before = port.server.log()[-1]["n"] if port.server.log() else 0
    folder = port.begin(planned(port, label, "resources"))
    assert port.work(folder) == 0
    here, there = project(port, "SRC"), project(port, "DST")
    session = port.session("DST", label)
    for found in (session, session["scans"][0], there):
        assert held(found)["ODD"] == held(here)["ODD"]
        assert set(held(found)["ODD"]) == set(ODD)
        assert held(found)["NONE"] == {}
    (subject,) = [one for one in there["subjects"] if one["label"] == "PS0"]
    assert held(subject)["ODD"] == held(here)["ODD"]
    told_of = told(folder, ResourceCarried)
    assert "| ODD | scan 1 of S0 | 14 |" in folder.record.read_text()
    assert {(one.level, one.verdict, one.resource) for one in told_of} == {
        (level, "proven", name)
        for level in (Level.SESSION, Level.SCAN, Level.SUBJECT, Level.PROJECT)
        for name in ("ODD", "NONE")
    }
    asked = [call for call in port.server.log() if call["n"] > before]
    single = [call for call in asked if "/resources/" in call["path"] and "line" in call["path"]]
    assert not single, "names went by zip, not by address"
    assert port.work(folder) == 0
    assert told(folder, ResourceCarried) == told_of, "what is proven is not looked at again"


def test_what_stays_is_named(port: Harbour, ada: XnatClient) -> None:
    """Assessors always, with what would not survive; resources unless they travel."""
    label, here = "S14", source(port, "S14")
    for name in ("GOES", "STAYS"):
        fill(ada, here, name, ["a"])
        fill(ada, f"{here}/scans/1", name, ["a"])
    seen = wire.of_subject("SRC", f"P{label}") + f"/experiments/{label}"
    ada.send(
        "PUT", f"{seen}/assessors/QC1", params={"xsiType": "xnat:qcManualAssessorData"}, accept=(200, 201)
    )
    plan = planned(port, label, "resources=GOES")
    (session,) = plan.sessions
    *resources, assessor = session.left_behind
    assert resources == ["resource STAYS of scan 1", "resource STAYS"]
    assert assessor.startswith("assessor QC1 (xnat:qcManualAssessorData): its ID, its links")
    assert [(one.scan, one.label) for one in plan.belongings.resources] == [("", "GOES"), ("1", "GOES")]


def test_two_thousand_odd_names(port: Harbour, ada: XnatClient) -> None:
    letters = " %+#?&'\"é文~()[]{};=@!$,"
    pairs = [(letters[n % len(letters)], letters[(n * 7) % len(letters)]) for n in range(2000)]
    names = [f"d{n % 7}/{first}{n:04d}{last}x" for n, (first, last) in enumerate(pairs)]
    here = source(port, "S1")
    fill(ada, here, "MANY", names)
    folder = port.begin(planned(port, "S1", "resources=session:MANY"))
    keep_pace(folder.pace, Pace(spool_size=300_000))  # it goes in as many zips as that takes
    before = len(port.server.log())
    assert port.work(folder) == 0
    (carried,) = told(folder, ResourceCarried)
    assert (carried.files, carried.sent, carried.verdict) == (2000, 2000, "proven")
    assert sum("/files" in call["path"] for call in port.server.log()[before:]) < 20
    # looked at where they lie: the server's own account would open each of them as DICOM
    (there,) = port.home.glob("data/archive/DST/*/S1/RESOURCES/MANY")
    arrived = {path.relative_to(there).as_posix(): path for path in there.rglob("*") if path.is_file()}
    assert {name: path.read_bytes() for name, path in arrived.items()} == {
        name: content(name) for name in names
    }
    for address in (here, wire.of_subject("DST", "PS1") + "/experiments/S1"):
        ada.send("DELETE", f"{address}/resources/MANY")


NAMES = st.text(
    st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="/"), min_size=1, max_size=12
).filter(lambda name: not why_not(name) and name.strip() == name and len(name.encode()) < 200)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(NAMES, NAMES).map("/".join), min_size=1, max_size=30, unique_by=str.casefold))
def test_any_name_arrives(port: Harbour, ada: XnatClient, names: list[str]) -> None:
    here, there = wire.of_project("OTHER"), wire.of_project("DST")
    for address in (here, there):
        ada.send("DELETE", f"{address}/resources/ANY", accept=(200, 404))
    fill(ada, here, "ANY", names)
    (resource,) = wire.list_resources(ada, here, Level.PROJECT)
    with port.ferry(port.begin(Plan(source=port.source, destination=port.destination))) as ferry:
        job = Job(
            session="",
            holder="OTHER",
            resource=resource,
            source=Place(ada, here),
            destination=Place(ada, there),
            existing=None,
            key="any",
        )
        carry_resource(ferry, job, None)
    assert held(project(port, "DST"))["ANY"] == held(project(port, "OTHER"))["ANY"]


def test_names_that_the_zip_cannot_tell_apart_go_one_by_one(port: Harbour, ada: XnatClient) -> None:
    names = ["a/b", "a/files/b", "a/resources/b", "empty", "files/empty"]
    fill(ada, source(port, "S2"), "TWINS", names)
    folder = port.begin(planned(port, "S2", "resources=TWINS"))
    assert port.work(folder) == 0
    assert held(port.session("DST", "S2"))["TWINS"] == held(port.session("SRC", "S2"))["TWINS"]


def copied(port: Harbour, label: str) -> str:
    """The session at the destination, archived before its resources travel; its address."""
    port.carried(label)
    return wire.of_session(port.session("DST", label)["id"])


@pytest.mark.parametrize(
    ("label", "existing", "code", "left", "verdict"),
    [
        ("S3", None, 1, b"there", None),
        ("S4", Existing.KEEP, 0, b"there", "differs"),
        ("S5", Existing.REPLACE, 0, b"here", "proven"),
    ],
)
def test_another_file_there_is_written_over_by_a_persons_word_alone(
    port: Harbour,
    ada: XnatClient,
    label: str,
    existing: Existing | None,
    code: int,
    left: bytes,
    verdict: str | None,
) -> None:
    fill(ada, source(port, label), "R", ["same", "new"])
    put(ada, source(port, label), "R", "other", b"here")
    copy = copied(port, label)
    plan = follow_up(port, label, "resources=R", existing=existing)
    fill(ada, copy, "R", ["same", "theirs"])
    put(ada, copy, "R", "other", b"there")
    judged = judged_again(port, label, "resources=R", existing=existing)
    assert (judged.checklist.verdict == "blocked") == (existing is None)
    folder = port.begin(plan)
    assert port.work(folder) == code
    files = held(port.session("DST", label))["R"]
    assert files["other"] == hashlib.md5(left).hexdigest()
    assert set(files) == {"same", "other", "theirs"} | (set() if existing is None else {"new"})
    carried = told(folder, ResourceCarried)
    assert [one.verdict for one in carried] == ([verdict] if verdict else [])
    if existing is None:
        (failed,) = told(folder, events.SessionFailed)
        assert "has 1 file with other content at the destination" in failed.message
        assert "--existing" in failed.advice


def test_what_was_cut_off_is_completed_and_nothing_sent_twice(port: Harbour, ada: XnatClient) -> None:
    label = "S6"
    fill(ada, source(port, label), "A", ["one", "two"])
    fill(ada, source(port, label), "B", ["three"])
    copied(port, label)
    plan = follow_up(port, label, "resources=session:")
    folder = port.begin(plan)
    port.server.set_faults([{"match": "PUT .*/resources/B/files/.*", "status": 403}])
    try:
        assert port.work(folder) == 1
    finally:
        port.server.set_faults([])
    assert held(port.session("DST", label)) == {"A": held(port.session("SRC", label))["A"], "B": {}}
    assert port.work(folder) == 0
    assert held(port.session("DST", label)) == held(port.session("SRC", label))
    sent = [(one.resource, one.files) for one in told(folder, events.ResourceSending)]
    assert sent == [("A", 2), ("B", 1), ("B", 1)]


def test_what_we_brought_and_was_damaged_is_sent_again(port: Harbour, ada: XnatClient) -> None:
    """It is ours, so it needs no answer; a flipped byte is never called proven."""
    label = "S7"
    fill(ada, source(port, label), "A", ["one", "two"])
    copied(port, label)
    folder = port.begin(follow_up(port, label, "resources=session:A"))
    port.server.set_faults([{"match": "PUT .*/resources/A/files/.*", "nth": 1, "flip_byte": True}])
    try:
        first = port.work(folder)
    finally:
        port.server.set_faults([])
    assert (first, port.work(folder)) in ((1, 0), (0, 0))
    assert held(port.session("DST", label)) == held(port.session("SRC", label))
    assert told(folder, ResourceCarried)[-1].verdict == "proven"


def test_what_comes_damaged_is_fetched_again(port: Harbour, ada: XnatClient) -> None:
    label = "S24"
    fill(ada, source(port, label), "A", ["n" * 200])  # so that the middle of the zip is of its content
    copied(port, label)
    folder = port.begin(follow_up(port, label, "resources=session:A"))
    port.server.set_faults([{"match": r"GET .*/resources/\d+/files", "times": 1, "flip_byte": True}])
    try:
        assert port.work(folder) == 0
    finally:
        port.server.set_faults([])
    assert told(folder, events.TriedAgain)
    assert held(port.session("DST", label)) == held(port.session("SRC", label))


def test_what_is_far_larger_than_it_is_listed_fills_no_disk() -> None:
    batch = Batch(BytesIO(), 1000)
    entry = next(read_zip([zip_of({"a": b"x" * 2_000_000}).getvalue()]))
    with pytest.raises(BrokenZip, match="larger"):
        batch.add("a", entry, 300_000)
    batch.drop()


def test_a_200_that_stored_nothing_is_no_success(port: Harbour, ada: XnatClient) -> None:
    label = "S8"
    fill(ada, source(port, label), "A", ["one"])
    copied(port, label)
    folder = port.begin(follow_up(port, label, "resources=session:A"))
    port.server.set_faults([{"match": "PUT .*/resources/A/files/.*", "status": 200, "body": ""}])
    try:
        assert port.work(folder) == 1
    finally:
        port.server.set_faults([])
    (failed,) = told(folder, events.SessionFailed)
    assert "stored nothing" in failed.message
    assert "Member" in failed.advice


def test_who_may_not_write_is_told(port: Harbour, ada: XnatClient) -> None:
    label = "S13"
    fill(ada, source(port, label), "A", ["one"])
    copied(port, label)
    carl = Credentials("carl", "pract1ce-pw")
    folder = port.begin(follow_up(port, label, "resources=session:A", login=carl))
    code = work(folder, {port.server.url: carl}, spool=port.home / "spool", stop=threading.Event())
    assert code == 1
    (failed,) = told(folder, events.SessionFailed)
    assert "403" in failed.message or "does not let this account" in failed.message
    assert not held(port.session("DST", label))


def settled(port: Harbour, folder: TransferFolder, label: str) -> events.SessionKept | None:
    """A move's last step for one session: None where it is gone from the source, else why it was kept."""
    keep_removal_order(folder, RemovalOrder(typed="DST", sessions=(label,)))
    code = port.work(folder, settle=True)
    assert (code == 0) == (label not in port.labels("SRC"))
    return None if code == 0 else told(folder, events.SessionKept)[-1]


def test_what_was_carried_and_is_the_same_keeps_no_source(port: Harbour, ada: XnatClient) -> None:
    label = "S16"
    here = source(port, label)
    fill(ada, here, "A", ["one", "empty", "sub/two"])
    fill(ada, f"{here}/scans/1", "EYES", ["three"])
    folder = port.begin(planned(port, label, "resources"))
    assert port.work(folder) == 0
    there = wire.of_session(port.session("DST", label)["id"])
    put(ada, there, "A", "one", b"somebody else's")
    kept = settled(port, folder, label)
    assert kept is not None
    assert "another one at the destination, in resource A of the session itself" in kept.message
    assert "'xnat-ferry resources' carries it with --existing replace" in kept.advice
    put(ada, there, "A", "one", content("one"))
    put(ada, f"{here}/scans/1", "EYES", "late", b"late")
    kept = settled(port, folder, label)
    assert kept is not None
    assert "that was not copied, in resource EYES of scan 1" in kept.message
    put(ada, f"{there}/scans/1", "EYES", "late", b"late")
    assert settled(port, folder, label) is None
    assert set(held(port.session("DST", label))["A"]) == {"one", "empty", "sub/two"}


def test_what_has_no_digest_keeps_the_source(port: Harbour, ada: XnatClient) -> None:
    label = "S17"
    checksums(ada, on=False)
    try:
        fill(ada, source(port, label), "A", ["one"])
    finally:
        checksums(ada, on=True)
    folder = port.begin(planned(port, label, "resources"))
    assert port.work(folder) == 0
    kept = settled(port, folder, label)
    assert kept is not None
    assert "not known whether the destination has the same" in kept.message
    assert "checksums" in kept.advice


def log_in(port: Harbour, monkeypatch: pytest.MonkeyPatch) -> None:
    """For the commands, which have a home of their own."""
    for name, value in (("HOST", port.server.url), ("USER", LOGIN.user), ("PASS", LOGIN.password)):
        monkeypatch.setenv(f"XNAT_{name}", value)


def looked_at(
    port: Harbour, folder: TransferFolder, capsys: pytest.CaptureFixture[str], *options: str
) -> tuple[int, dict[tuple[str, str, str], tuple[str, list[tuple[str, str]]]]]:
    """What ``verify --json`` says of what was carried: by level, scan and name its verdict and items."""
    code = main(["verify", folder.id, "--transfers", str(folder.path.parent), "--json", *options])
    found = json.loads(capsys.readouterr().out)
    return code, {
        (one["level"], one["scan"], one["name"]): (
            one["verdict"],
            [(item["mark"], item["file"]) for item in one["items"]],
        )
        for one in found["carried"]
    }


def test_what_was_carried_is_verified_again(
    port: Harbour, ada: XnatClient, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    log_in(port, monkeypatch)
    label, subject = "S18", wire.of_subject("SRC", "PS18")
    here = source(port, label)
    fill(ada, here, "A", ["one", "two", "empty"])
    fill(ada, f"{here}/scans/1", "EYES", ["three"])
    fill(ada, subject, "LATER", ["four"])
    ada.send("PUT", here, params={"xnat:mrSessionData/note": "quiet"})
    words = "resources=session:A,scan:EYES,subject:LATER", "notes", "demographics"
    folder = port.begin(planned(port, label, *words))
    assert port.work(folder) == 0
    code, found = looked_at(port, folder, capsys)
    assert code == 0
    assert found == {
        ("session", "", "A"): ("proven", []),
        ("scan", "1", "EYES"): ("proven", []),
        ("session", "", "notes"): ("proven", []),
        ("subject", "", "LATER"): ("proven", []),
    }
    there = wire.of_session(port.session("DST", label)["id"])
    put(ada, there, "A", "one", b"somebody else's")
    put(ada, there, "A", "theirs", b"more")
    ada.send("DELETE", f"{there}/resources/A/files/two")
    ada.send("DELETE", f"{wire.of_subject('DST', 'PS18')}/resources/LATER")
    ada.send("PUT", there, params={"xnat:mrSessionData/note": "loud"})
    code, found = looked_at(port, folder, capsys)
    assert code == 1
    assert found == {
        ("session", "", "A"): ("differs", [("*", "A/one"), ("+", "A/two")]),
        ("scan", "1", "EYES"): ("proven", []),
        ("session", "", "notes"): ("differs", [("*", "note")]),
        ("subject", "", "LATER"): ("differs", [("+", "LATER")]),
    }
    assert main(["verify", folder.id, "--transfers", str(folder.path.parent)]) == 1
    shown = " ".join(capsys.readouterr().out.split())
    for line in (
        "* S18 A/one: digest",
        "+ S18 A/two: missing",
        "* S18 note: value",
        "EYES of scan 1 of S18: proven",
        "notes of session S18: differs",
        "LATER of subject PS18: differs",
    ):
        assert line in shown, shown
    assert "loud" not in shown
    assert "quiet" not in shown


def test_what_cannot_travel_yet_and_what_is_there_already_is_said(
    port: Harbour,
    ada: XnatClient,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    log_in(port, monkeypatch)
    label = "S23"
    fill(ada, source(port, label), "A", ["one"])
    words = ["resources", "SRC", "DST", "--sessions", label, "--with", "resources=A"]
    words += ["--transfers", str(tmp_path), "--spool", str(tmp_path)]
    assert main([*words, "--yes"]) == 1
    shown = capsys.readouterr()
    assert "Plan: nothing\n" in shown.out
    assert "none of these sessions of SRC is in DST's archive yet" in shown.err
    folder = port.begin(planned(port, label, "resources"))
    assert port.work(folder) == 0
    assert main([word.replace("=A", "=ABSENT") for word in words]) == 0
    shown = capsys.readouterr()
    assert "Plan: nothing\n" in shown.out
    assert "There is nothing of what was asked for." in shown.err
    assert main([*words, "-o", str(tmp_path / "plan.toml"), "--json"]) == 0
    (said,) = [one for one in json.loads(capsys.readouterr().out)["findings"] if one["check"] == "belongings"]
    assert (said["verdict"], said["kind"]) == ("ok", "resource-there")
    plan = read_plan(tmp_path / "plan.toml")
    edited = port.begin(replace(plan, sessions=(replace(plan.sessions[0], subject="another"),)))
    assert port.work(edited) == 1
    assert f"its subject is called P{label}" in told(edited, events.SessionFailed)[0].message
    follow = port.begin(plan)
    assert port.work(follow) == 0
    assert main(["verify", follow.id, "--transfers", str(follow.path.parent)]) == 0
    assert "verification: proven = 1 same" in " ".join(capsys.readouterr().out.split())


def test_a_subject_that_becomes_two_leaves_its_own_with_both(
    port: Harbour,
    ada: XnatClient,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    log_in(port, monkeypatch)
    fill(ada, wire.of_subject("SRC", "TWINS"), "CONSENT", ["form", "empty"])
    ada.send("PUT", wire.of_subject("SRC", "TWINS"), params={"gender": "female"})
    table, path = tmp_path / "labels.csv", tmp_path / "plan.toml"
    options = ["--sessions", "T0,T1", "--headers", "none", "--transfers", str(tmp_path)]
    assert main(["check", "SRC", "DST", *options, "--write-labels", str(table)]) == 1  # no header was read
    table.write_text(table.read_text().replace("TWINS,T1\n", "OTHER,T1\n"))
    options += ["--labels", str(table), "--with", "resources=subject:CONSENT", "demographics"]
    main(["plan", "SRC", "DST", *options, "--to", "archive", "-o", str(path)])
    shown = " ".join(capsys.readouterr().out.split())
    assert "TWINS becomes 2 subjects, OTHER, TWINS: each of them gets" in shown, shown
    assert "2 resources, 4 files" in shown
    folder = port.begin(read_plan(path))
    assert port.work(folder) == 0
    there = {one["label"]: one for one in project(port, "DST")["subjects"]}
    for name in ("TWINS", "OTHER"):
        assert held(there[name])["CONSENT"].keys() == {"form", "empty"}
        assert there[name]["fields"] == {"demographics/gender": "female"}
    assert {one.to for one in told(folder, ResourceCarried)} == {"TWINS", "OTHER"}
    assert '"to":"OTHER"' in folder.record.with_suffix(".json").read_text().replace(" ", "")
    ada.send("DELETE", f"{wire.of_subject('DST', 'OTHER')}/resources/CONSENT")
    where = ["--transfers", str(folder.path.parent)]
    assert main(["verify", folder.id, *where]) == 1
    shown = capsys.readouterr().out
    assert "CONSENT of subject TWINS: proven" in shown
    assert "CONSENT of subject TWINS -> OTHER: differs" in shown
    assert "demographics of subject TWINS -> OTHER: proven" in shown


def test_what_the_source_shows_no_more_is_known_as_a_whole_alone(
    port: Harbour, ada: XnatClient, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a move: what was sent is what is there, or it is not known which file is not."""
    log_in(port, monkeypatch)
    label = "S19"
    copied(port, label)
    fill(ada, source(port, label), "A", ["one", "two"])
    folder = port.begin(follow_up(port, label, "resources=session:A"))
    assert port.work(folder) == 0
    ada.send("DELETE", f"{source(port, label)}/resources/A", params={"removeFiles": "true"})
    assert looked_at(port, folder, capsys) == (0, {("session", "", "A"): ("proven", [])})
    there = wire.of_session(port.session("DST", label)["id"])
    put(ada, there, "A", "one", b"somebody else's")
    assert looked_at(port, folder, capsys) == (1, {("session", "", "A"): ("unknown", [("?", "A")])})


def an_assessor(ada: XnatClient, session: str, label: str, **values: str) -> str:
    """A quality check by hand at a session's address; its address."""
    kind = "xnat:qcManualAssessorData"
    given = {"xsiType": kind} | {f"{kind}/{name}": value for name, value in values.items()}
    ada.send("PUT", f"{session}/assessors/{label}", params=given, accept=(200, 201))
    return f"{session}/assessors/{label}"


def assessor(port: Harbour, project: str, label: str) -> dict[str, Any]:
    """The one assessor of a session, past all XNAT routes."""
    found: dict[str, Any]
    (found,) = port.session(project, label)["assessors"]
    return found


def test_assessors_are_made_anew_where_somebody_asks(
    port: Harbour, ada: XnatClient, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    log_in(port, monkeypatch)
    label = "S20"
    here = an_assessor(ada, source(port, label), "QC1", date="2024-03-05", note="grainy")
    fill(ada, f"{here}/out", "REPORT", ["a b%.txt", "deep/empty", "c"])
    judged = judge(
        surveyed(port, label, ("assessors",), None, LOGIN), PlanRequest(made=MADE, to=Target.ARCHIVE)
    )
    kinds = {one.kind for one in judged.checklist.findings}
    assert {"assessor-travels", "resource-travels"} <= kinds
    assert judged.planned.sessions[0].left_behind == ()
    folder = port.begin(judged.planned)
    assert port.work(folder) == 0, told(folder, events.SessionFailed)
    (made,) = told(folder, events.AssessorCarried)
    assert (made.assessor, made.created, made.fields, made.lost) == ("QC1", True, 2, ())
    (carried,) = told(folder, ResourceCarried)
    assert (carried.level, carried.scan, carried.resource) == (Level.ASSESSOR, "QC1", "REPORT")
    assert carried.verdict == "proven"
    ours, theirs = assessor(port, "SRC", label), assessor(port, "DST", label)
    assert held(theirs) == held(ours)
    assert theirs["id"] != ours["id"]
    text = folder.journal.read_text() + folder.record.read_text()
    assert "grainy" not in text
    assert "assessor QC1 of S20" in text
    assert port.work(folder) == 0
    assert len(told(folder, events.AssessorCarried)) == 1, "what is there is not made again"
    code, found = looked_at(port, folder, capsys)
    assert (code, {verdict for verdict, _ in found.values()}) == (0, {"proven"})
    assert set(found) == {("assessor", "", "QC1"), ("assessor", "QC1", "REPORT")}
    session = wire.of_session(port.session("DST", label)["id"])
    there = an_assessor(ada, session, "QC1", note="fine")
    put(ada, f"{there}/out", "REPORT", "c", b"somebody else's")
    code, found = looked_at(port, folder, capsys)
    assert code == 1
    assert found["assessor", "", "QC1"] == ("differs", [("*", "note")])
    assert found["assessor", "QC1", "REPORT"] == ("differs", [("*", "REPORT/c")])
    kept = settled(port, folder, label)
    assert kept is not None, "a move goes on refusing: not all of it survives"


def test_what_a_server_does_not_take_of_an_assessor_is_told(port: Harbour, ada: XnatClient) -> None:
    label = "S21"
    an_assessor(ada, source(port, label), "QC1", date="2024-03-05", note="grainy")
    folder = port.begin(planned(port, label, "assessors"))
    port.server.set_faults([{"match": "PUT .*/assessors/QC1", "status": 500, "times": 1}])
    try:
        assert port.work(folder) == 0, told(folder, events.SessionFailed)
    finally:
        port.server.set_faults([])
    (made,) = told(folder, events.AssessorCarried)
    assert (made.created, made.fields, set(made.lost), made.verdict) == (True, 0, {"date", "note"}, "differs")


def test_another_kind_under_its_label_is_never_touched(port: Harbour, ada: XnatClient) -> None:
    label, kind = "S22", "xnat:qcAssessmentData"
    an_assessor(ada, source(port, label), "QC1")
    session = copied(port, label)
    ada.send("PUT", f"{session}/assessors/QC1", params={"xsiType": kind}, accept=(200, 201))
    judged = judged_again(port, label, "assessors")
    assert "assessor-differs" in {one.kind for one in judged.checklist.findings}
    folder = port.begin(judged.planned)
    assert port.work(folder) == 1
    assert "another kind of assessor called QC1" in told(folder, events.SessionFailed)[0].message
    assert assessor(port, "DST", label)["type"] == kind


def test_an_empty_digest_is_not_known_until_the_server_computes_it(port: Harbour, ada: XnatClient) -> None:
    label = "S9"
    fill(ada, source(port, label), "A", ["one", "empty"])
    copied(port, label)
    folder = port.begin(follow_up(port, label, "resources=session:A"))
    checksums(ada, on=False)
    port.server.set_faults([{"match": "POST /data/services/refresh/catalog", "status": 403}])
    try:
        assert port.work(folder) == 0
    finally:
        port.server.set_faults([])
        checksums(ada, on=True)
    (carried,) = told(folder, ResourceCarried)
    assert (carried.verdict, carried.counts) == ("unknown", {Mark.UNKNOWN: 2})
    again = port.begin(follow_up(port, label, "resources=session:A"))
    assert port.work(again) == 0
    (carried,) = told(again, ResourceCarried)
    assert (carried.verdict, carried.sent) == ("proven", 0)


def checksums(client: XnatClient, *, on: bool) -> None:
    body = str(on).lower().encode()
    headers = {"Content-Type": "text/plain", "Content-Length": str(len(body))}
    client.send("POST", "/xapi/siteConfig/checksums", headers=headers, body=lambda: iter([body]))


def test_the_prearchive_takes_none_and_says_so(port: Harbour, ada: XnatClient) -> None:
    label = "S10"
    fill(ada, source(port, label), "A", ["one"])
    folder = port.begin(planned(port, label, "resources=session:A", to=Target.PREARCHIVE))
    assert port.work(folder) == 0
    assert [one.session for one in told(folder, events.BelongingsWait)] == [label]
    assert not told(folder, ResourceCarried)
    assert port.work(folder, archive=True) == 0
    assert held(port.session("DST", label)) == held(port.session("SRC", label))


def test_values_arrive_and_stand_nowhere_else(port: Harbour, ada: XnatClient) -> None:
    label = "S11"
    # a year in four digits stands in many a port and digest by chance
    secret = ["femalexyz", "sadly & <so>", "motion-of-jane", "1975197519"]
    gender, year = secret[0], secret[3]
    ada.send(
        "PUT",
        "/data/projects/SRC/subjects/PS11",
        params={"gender": gender, "yob": year, "group": "g"},
    )
    ada.send("PUT", "/data/projects/SRC/subjects/PS11", params=variable("xnat:subjectData", "arm", "a+b"))
    ada.send("PUT", source(port, label), params={"xnat:mrSessionData/note": secret[1]})
    ada.send("PUT", source(port, label), params=variable("xnat:mrSessionData", "how", "so & so"))
    ada.send(
        "PUT",
        f"{source(port, label)}/scans/1",
        params={"xnat:mrScanData/quality": "questionable", "xnat:mrScanData/note": secret[2]},
    )
    custom = b'{"k": [1, {"two": "x"}]}'
    fields = source(port, label).replace("/data/", "/xapi/custom-fields/") + "/fields"
    headers = {"Content-Type": "application/json", "Content-Length": str(len(custom))}
    ada.send("PUT", fields, headers=headers, body=lambda: iter([custom]))
    folder = port.begin(planned(port, label, "demographics,fields,quality,notes"))
    assert port.work(folder) == 0
    here, there = port.session("SRC", label), port.session("DST", label)
    assert there["fields"]["note"] == here["fields"]["note"]
    (scan,) = there["scans"]
    assert (scan["quality"], scan["note"]) == ("questionable", secret[2])
    (subject,) = [one for one in project(port, "DST")["subjects"] if one["label"] == "PS11"]
    assert subject["fields"] == {
        "demographics/gender": secret[0],
        "demographics/yob": secret[3],
        "group": "g",
    }
    copy = wire.of_session(there["id"])
    assert ada.json(copy.replace("/data/", "/xapi/custom-fields/") + "/fields") == {"k": [1, {"two": "x"}]}
    assert [(one["name"], one["field"]) for one in variables(ada, copy)] == [("how", "so &amp; so")]
    carried = told(folder, ValuesCarried)
    assert {(one.kind, one.level) for one in carried} == {
        ("demographics", "subject"),
        ("fields", "subject"),
        ("fields", "session"),
        ("notes", "session"),
        ("quality", "session"),
    }
    assert not any(one.refused or one.differing for one in carried)
    assert "| notes | session S11 | note | date |" in folder.record.read_text()
    kept = b"".join(path.read_bytes() for path in folder.path.rglob("*") if path.is_file()).decode()
    assert not [value for value in secret if value in kept]


def variable(kind: str, name: str, value: str) -> dict[str, str]:
    return {f"{kind}/fields/field[name={name}]/field": value}


def variables(client: XnatClient, address: str) -> list[dict[str, Any]]:
    return [one["data_fields"] for one in children(client.item(address), "fields/field")]


def test_somebodys_value_there_is_left_alone(port: Harbour, ada: XnatClient) -> None:
    label, copy = "S12", copied(port, "S12")
    ada.send("PUT", source(port, label), params={"xnat:mrSessionData/note": "ours"})
    ada.send("PUT", copy, params={"xnat:mrSessionData/note": "theirs"})
    assert judged_again(port, label, "notes").checklist.verdict == "blocked"
    folder = port.begin(follow_up(port, label, "notes"))
    assert port.work(folder) == 1
    assert port.session("DST", label)["fields"]["note"] == "theirs"
    (failed,) = told(folder, events.SessionFailed)
    assert "note" in failed.message
    assert "theirs" not in failed.message
    for existing, left in ((Existing.KEEP, "theirs"), (Existing.REPLACE, "ours")):
        folder = port.begin(follow_up(port, label, "notes", existing=existing))
        assert port.work(folder) == 0
        assert port.session("DST", label)["fields"]["note"] == left
    ada.send("PUT", copy, params={"xnat:mrSessionData/note": "corrected"})
    assert port.work(folder) == 0
    assert port.session("DST", label)["fields"]["note"] == "corrected", "what was done is not done again"
