"""A move deletes at the source what is proven and nothing else; the practice server's inventory judges."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from tests.core.harbour import LOGIN, WORLD, E, Harbour, harbour, session_toml, told
from tests.core.losing import losing
from tests.core.making import dicom_bytes
from tests.core.shore import until
from xnat_ferry import events
from xnat_ferry.errors import CopyGone, NotAnAnswer, NotDeletable, SourceDiffers
from xnat_ferry.events import Removal
from xnat_ferry.model import Endpoint
from xnat_ferry.plan import Fate, Target
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.settle.deleting import delete_proven
from xnat_ferry.settle.orders import RemovalOrder, keep_removal_order, take_removal_order
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.journal import read_all
from xnat_ferry.transfer.launch import start_worker
from xnat_ferry.transfer.session_state import Phase
from xnat_ferry.transfer.status import read_state
from xnat_ferry.verify.session import Destination, prove_session
from xnat_ferry.xnat.deletion import Holding, delete_session, delete_subject, unshare_session
from xnat_ferry.xnat.project_settings import read_settings

NAMES = (
    "moved", "second", "extra", "resource", "assessed", "shared_out", "shared_in", "noted", "same_notes",
    "late_file", "copy_gone", "reused", "copy_changed", "forbidden", "silent", "cut", "subject_a",
    "subject_b", "with_sibling", "sibling", "order", "gone", "switched_off", "unshared", "waiting",
    "added_to", "overwritten", "copy_removed", "copy_reused", "copy_damaged", "killed", "crashed", "journal",
    "described", "judged", "fielded", "elsewhere", "worked_on", "worked_off", "work_unknown", "newest",
    "beside", "subject_c", "renamed",
)  # fmt: skip
HEAD = (
    WORLD.replace('DST = "owner" }', 'DST = "owner", COL = "owner" }')
    + """
[[projects]]
id = "COL"

[[users]]
login = "mem"
password = "pract1ce-pw"
projects = { SRC = "member", DST = "member" }

[[users]]
login = "root"
password = "pract1ce-pw"
admin = true
"""
)
ROOT = Credentials("root", "pract1ce-pw")


def _world() -> str:
    made = []
    for name in NAMES:
        more: dict[str, str] = {}
        if name == "resource":
            more["resources"] = '[{ label = "BIDS", files = { "a.json" = "{}" } }]'
        if name == "shared_out":
            more["shared_into"] = '[{ project = "COL", label = "elsewhere" }]'
        if name in ("noted", "same_notes"):
            more["variables"] = '{ handedness = "left" }'
        project = "COL" if name in ("shared_in", "unshared") else "SRC"
        if project == "COL":
            more["shared_into"] = f'[{{ project = "SRC", label = "{name}" }}]'
        subject = "siblings" if "sibling" in name else f"S_{name}"
        made.append(session_toml(name, project=project, subject=subject, **more))
    return "".join(made)


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harbour]:
    with harbour(tmp_path_factory.mktemp("move"), _world(), head=HEAD) as made:
        yield made


@pytest.fixture(scope="module")
def folder(port: Harbour) -> TransferFolder:
    """Everything copied and archived, but for what still waits; each test is about sessions of its own."""
    archived = [name for name in NAMES if name != "waiting"]
    return port.carried(*archived)


@pytest.fixture(autouse=True)
def _calm(port: Harbour) -> Iterator[None]:
    yield
    port.server.set_faults([])


def settle(port: Harbour, folder: TransferFolder, *labels: str, **wishes: bool) -> int:
    """One worker with an order for some sessions."""
    keep_removal_order(folder, RemovalOrder(typed="DST", sessions=labels, **wishes))
    return port.work(folder, settle=True)


def of(folder: TransferFolder, kind: type[E], *labels: str) -> list[E]:
    """The events of one kind about some sessions."""
    return [event for event in told(folder, kind) if getattr(event, "session", None) in labels]


def kept(port: Harbour, folder: TransferFolder, label: str, words: str, **wishes: bool) -> events.SessionKept:
    """Settling keeps the session, says so, and really keeps it."""
    assert settle(port, folder, label, **wishes) == 1
    assert of(folder, events.SessionRemoved, label) == []
    event = of(folder, events.SessionKept, label)[-1]
    assert words in event.message, event.message
    assert event.advice.endswith(".")
    assert label in port.labels("SRC") | port.labels("COL")
    return event


def rest(port: Harbour, method: str, path: str, login: Credentials = LOGIN, **options: Any) -> None:
    """What somebody else does meanwhile."""
    with httpx.Client(base_url=port.server.url, auth=(login.user, login.password)) as client:
        answer = client.request(method, path, **options)
        assert answer.status_code < 400, answer.text


ROOT = Credentials("root", "pract1ce-pw")


def test_what_is_proven_is_gone_there_and_complete_here(port: Harbour, folder: TransferFolder) -> None:
    files, before = port.files("SRC", "moved"), len(read_all(folder.journal))
    assert settle(port, folder, "moved", "second") == 0
    assert not {"moved", "second"} & port.labels("SRC")
    assert port.files("DST", "moved") == files
    state = read_state(folder)
    for label in ("moved", "second"):
        session = state.sessions[label]
        assert session.phase == Phase.DONE
        assert session.removed is not None
        assert session.removed.how == Removal.DELETE
        assert session.settled is not None
        assert (session.settled.gone, session.settled.verdict) == (True, "proven")
    # one at a time, each written down before and after, with what the proof rested on
    order = [type(event) for event in read_all(folder.journal)[before:] if type(event) in STEPS]
    assert order == [events.RemovalOrdered, *STEPS[1:4], *STEPS[1:4], events.SettlingFinished]
    for requested in of(folder, events.RemovalRequested, "moved", "second"):
        assert len(requested.manifest) == len(requested.listing) == 64
        assert requested.destination
        (asked,) = [
            one for one in port.server.log() if one["method"] == "DELETE" and requested.id in one["path"]
        ]
        assert "removeFiles=true" in asked["query"]


STEPS = [
    events.RemovalOrdered,
    events.RemovalRequested,
    events.SessionRemoved,
    events.MoveSettled,
    events.SettlingFinished,
]


def test_an_order_holds_once(port: Harbour, folder: TransferFolder) -> None:
    keep_removal_order(folder, RemovalOrder(typed="DST", sessions=("order",)))
    assert take_removal_order(folder) is not None
    assert take_removal_order(folder) is None
    assert port.work(folder, settle=True) == 0
    port.work(folder)
    assert "order" in port.labels("SRC")


def test_only_what_was_ordered_goes(port: Harbour, folder: TransferFolder) -> None:
    assert settle(port, folder, "with_sibling") == 0
    assert "sibling" in port.labels("SRC")
    assert "siblings" not in read_state(folder).empty_subjects


def test_a_file_that_did_not_travel_keeps_the_session(port: Harbour, folder: TransferFolder) -> None:
    event = kept(port, folder, "resource", "not copied")
    assert "resource BIDS" in event.message
    assert "'xnat-ferry resources' carries it" in event.advice


def test_a_file_that_came_later_keeps_the_session(port: Harbour, folder: TransferFolder) -> None:
    place = (
        "/data/projects/SRC/subjects/S_late_file/experiments/late_file/scans/1/resources/DICOM/files/new.dcm"
    )
    rest(port, "PUT", f"{place}?inbody=true", content=b"new")
    kept(port, folder, "late_file", "not copied")


def test_assessors_keep_the_session(port: Harbour, folder: TransferFolder) -> None:
    place = "/data/projects/SRC/subjects/S_assessed/experiments/assessed/assessors/qc1"
    rest(port, "PUT", f"{place}?xsiType=xnat:qcManualAssessorData")
    kept(port, folder, "assessed", "1 assessors hang on it")


def test_a_session_that_others_see_by_sharing_is_kept(port: Harbour, folder: TransferFolder) -> None:
    kept(port, folder, "shared_out", "shared into COL")


def test_custom_variables_that_the_copy_lacks_keep_the_session(port: Harbour, folder: TransferFolder) -> None:
    event = kept(port, folder, "noted", "custom variables handedness")
    assert "left" not in event.message


@pytest.mark.parametrize(
    ("label", "act", "words"),
    [
        (
            "described",
            lambda port: rest(port, "PUT", source("described", note="by hand")),
            "the session's note",
        ),
        (
            "judged",
            lambda port: rest(port, "PUT", source("judged", "scans", "1", quality="unusable")),
            "quality of",
        ),
        (
            "fielded",
            lambda port: rest(
                port,
                "PUT",
                f"/xapi/custom-fields/experiments/{port.session('SRC', 'fielded')['id']}/fields",
                json={"grade": 3},
            ),
            "custom fields grade",
        ),
    ],
)
def test_what_people_wrote_and_the_copy_lacks_keeps_the_session(
    port: Harbour, folder: TransferFolder, label: str, act: Callable[[Harbour], None], words: str
) -> None:
    act(port)
    event = kept(port, folder, label, words)
    assert "by hand" not in event.message
    assert "unusable" not in event.message


def source(label: str, *more: str, **values: str) -> str:
    kind = "xnat:mrScanData" if more else "xnat:mrSessionData"
    words = "&".join(f"{kind}/{name}={value}" for name, value in values.items())
    place = "/".join([f"/data/projects/SRC/subjects/S_{label}/experiments/{label}", *more])
    return f"{place}?{words}"


def test_custom_variables_that_were_carried_do_not(port: Harbour, folder: TransferFolder) -> None:
    place = "/data/projects/DST/subjects/S_same_notes/experiments/same_notes"
    rest(port, "PUT", place, params={"xnat:mrSessionData/fields/field[name=handedness]/field": "left"})
    assert settle(port, folder, "same_notes") == 0


def test_what_is_merely_shared_in_is_never_deleted(port: Harbour, folder: TransferFolder) -> None:
    event = kept(port, folder, "shared_in", "only shared in from COL")
    assert "--unshare" in event.advice


def test_what_is_shared_in_is_unshared_on_a_wish_of_its_own(port: Harbour, folder: TransferFolder) -> None:
    assert settle(port, folder, "unshared", unshare=True) == 0
    (removed,) = of(folder, events.SessionRemoved, "unshared")
    assert removed.how == Removal.UNSHARE
    assert "unshared" in port.labels("COL")
    (found,) = [
        one for one in port.server.state("COL")["projects"][0]["sessions"] if one["label"] == "unshared"
    ]
    assert "SRC" not in json.dumps(found["shares"])


def test_a_wish_to_unshare_deletes_nothing_that_is_owned(port: Harbour, folder: TransferFolder) -> None:
    assert settle(port, folder, "extra", unshare=True) == 0
    (removed,) = of(folder, events.SessionRemoved, "extra")
    assert removed.how == Removal.DELETE


def test_a_copy_in_the_prearchive_is_no_reason_to_delete(port: Harbour) -> None:
    folder = port.carried("waiting", to=Target.PREARCHIVE)
    event = kept(port, folder, "waiting", "not in the archive")
    assert "archive" in event.advice


def test_a_copy_that_is_gone_keeps_the_source(port: Harbour, folder: TransferFolder) -> None:
    rest(port, "DELETE", "/data/projects/DST/subjects/S_copy_gone/experiments/copy_gone?removeFiles=true")
    kept(port, folder, "copy_gone", "not proven")


def test_a_label_that_means_something_else_now_keeps_the_source(
    port: Harbour, folder: TransferFolder
) -> None:
    rest(port, "PUT", "/data/projects/DST/subjects/S_reused/experiments/reused?label=away")
    rest(
        port,
        "PUT",
        "/data/projects/DST/subjects/S_reused/experiments/reused?xnat:mrSessionData/date=2024-01-01",
    )
    kept(port, folder, "reused", "not proven")


def test_a_file_that_changed_at_the_copy_keeps_the_source(port: Harbour, folder: TransferFolder) -> None:
    place = (
        "/data/projects/DST/subjects/S_copy_changed/experiments/copy_changed/scans/1/resources/DICOM/files"
    )
    name = next(iter(file_names(port, "DST", "copy_changed")))
    rest(port, "PUT", f"{place}/{name}?inbody=true&overwrite=true", content=b"\0" * 4000)
    kept(port, folder, "copy_changed", "not proven")


def file_names(port: Harbour, project: str, label: str) -> set[str]:
    return {
        file["path"].rpartition("/")[2]
        for scan in port.session(project, label)["scans"]
        for resource in scan["resources"]
        for file in resource["files"]
    }


def test_without_the_right_to_delete_nothing_is(port: Harbour, folder: TransferFolder) -> None:
    port.logins = {port.server.url: Credentials("mem", "pract1ce-pw")}
    try:
        event = kept(port, folder, "forbidden", "User cannot delete experiments for project SRC")
    finally:
        port.logins = {port.server.url: LOGIN}
    assert "owners" in event.advice


def test_where_the_site_forbids_deletion_nothing_is_deleted(port: Harbour, folder: TransferFolder) -> None:
    place, text = "/xapi/siteConfig/security.prevent-data-deletion", {"Content-Type": "text/plain"}
    rest(port, "POST", place, ROOT, content="true", headers=text)
    try:
        kept(port, folder, "switched_off", "User account cannot delete experiments")
    finally:
        rest(port, "POST", place, ROOT, content="false", headers=text)


def test_a_yes_without_a_deed_is_not_believed(port: Harbour, folder: TransferFolder) -> None:
    port.server.set_faults([{"match": "DELETE .*/experiments/", "status": 200, "body": ""}])
    kept(port, folder, "silent", "still there")


def test_a_deletion_whose_answer_is_lost_is_looked_up(port: Harbour, folder: TransferFolder) -> None:
    port.server.set_faults([{"match": "DELETE .*/experiments/", "status": 504}])
    event = kept(port, folder, "cut", "did not answer, and it is still there")
    assert "Nothing" in event.advice


def test_what_somebody_else_deleted_is_told_with_whom_to_ask(
    port: Harbour, folder: TransferFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "xnat-ferry").mkdir()
    settings = '[data_loss]\ncontact = "help@xnat.example"\nbackup_days = 60\n'
    (tmp_path / "xnat-ferry" / "settings.toml").write_text(settings)
    rest(port, "DELETE", "/data/projects/SRC/subjects/S_gone/experiments/gone?removeFiles=true")
    assert settle(port, folder, "gone") == 1
    (event,) = of(folder, events.SessionKept, "gone")
    assert "did not remove it" in event.message
    assert event.advice == "Tell help@xnat.example at once: backups are kept for 60 days."


# What a pipeline may still work on


def workflow(port: Harbour, label: str, status: str) -> None:
    item = port.session("SRC", label)["id"]
    fields = {
        "pipeline_name": "mriqc",
        "ID": item,
        "launch_time": "2024-03-05 10:11:12.000",
        "data_type": "xnat:mrSessionData",
        "ExternalID": "SRC",
        "status": status,
    }
    rest(port, "PUT", "/data/workflows", params={f"wrk:workflowData/{name}": v for name, v in fields.items()})


def test_what_a_pipeline_works_on_is_kept_until_it_has_ended(port: Harbour, folder: TransferFolder) -> None:
    workflow(port, "worked_on", "Running")
    event = kept(port, folder, "worked_on", "a workflow is open on it (mriqc (Running))")
    assert "--despite-workflows" in event.advice
    workflow(port, "worked_on", "Failed (Killed)")
    assert settle(port, folder, "worked_on") == 0
    assert of(folder, events.RemovalRequested, "worked_on")[-1].workflows == ""


def test_in_spite_of_a_workflow_is_a_wish_of_its_own(port: Harbour, folder: TransferFolder) -> None:
    workflow(port, "worked_off", "Queued")
    assert settle(port, folder, "worked_off", despite_workflows=True) == 0
    (asked,) = of(folder, events.RemovalRequested, "worked_off")
    assert asked.workflows == "a workflow is open on it: mriqc (Queued)"
    assert "although a workflow is open on it" in folder.record.read_text()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"status": 500}, "failed (500)"),
        ({"status": 403, "body": "<h3>No.</h3>"}, "does not let this account"),
        ({"status": 404, "body": "<h3>Nothing here.</h3>"}, "shows no workflows"),
        ({"status": 200, "body": "{}"}, "something else"),
        ({"status": 200, "body": '{"ResultSet":{"Result":[{"URI":"/x"}]}}'}, "something else"),
        (
            {"status": 200, "body": '{"items":[{"data_fields":{"status":"Complete"},"children":[]}]}'},
            "newest workflow alone",
        ),
    ],
)
def test_where_workflows_cannot_be_read_that_is_told_and_the_session_kept(
    port: Harbour, folder: TransferFolder, answer: dict[str, Any], words: str
) -> None:
    port.server.set_faults([{"match": "GET /data/services/workflows", **answer}])
    event = kept(port, folder, "work_unknown", "whether a workflow is open on it is not known")
    assert words in event.message


def test_the_newest_workflow_alone_keeps_it_too_while_it_is_open(
    port: Harbour, folder: TransferFolder
) -> None:
    body = '{"items":[{"data_fields":{"status":"In Progress","pipeline_name":"x"},"children":[]}]}'
    port.server.set_faults([{"match": "GET /data/services/workflows", "status": 200, "body": body}])
    kept(port, folder, "newest", "a workflow is open on it (x (In Progress))")


def test_a_subject_left_empty_is_offered_and_not_deleted(port: Harbour, folder: TransferFolder) -> None:
    assert settle(port, folder, "subject_a") == 0
    assert read_state(folder).empty_subjects["S_subject_a"] is False
    assert "S_subject_a" in subjects(port)


def test_a_subject_left_empty_goes_on_a_wish_of_its_own(port: Harbour, folder: TransferFolder) -> None:
    assert settle(port, folder, "subject_b") == 0
    # asked again with the wish, it goes
    assert settle(port, folder, "subject_b", subjects=True) == 0
    assert "S_subject_b" not in subjects(port)
    assert read_state(folder).empty_subjects["S_subject_b"] is True


def test_a_subject_goes_only_where_nothing_is_hidden(port: Harbour, folder: TransferFolder) -> None:
    """What a role may not read is in no list (wire-read 2.3), and would go along."""
    rows = [{"id": "SRC", "user_role_2": "Readers of MR", "proj_prearchive_code": "0"}]
    body = json.dumps({"ResultSet": {"Result": rows, "totalRecords": "1"}})
    port.server.set_faults([{"match": "GET /data/projects$", "status": 200, "body": body}])
    assert settle(port, folder, "subject_c", subjects=True) == 0
    assert "S_subject_c" in subjects(port)
    assert read_state(folder).empty_subjects["S_subject_c"] is False
    (event,) = [one for one in told(folder, events.SubjectLeftEmpty) if one.subject == "S_subject_c"]
    assert "only an owner of SRC sees" in event.why


def test_a_subject_on_which_a_moved_session_hangs_is_not_empty(port: Harbour, folder: TransferFolder) -> None:
    """One that another project owns by now is in no list of the source project (wire-write 5.3)."""
    place = "/data/projects/SRC/subjects/S_elsewhere/experiments"
    rest(port, "PUT", f"{place}/stays?xnat:mrSessionData/date=2024-01-01")
    rest(port, "PUT", f"{place}/stays/projects/COL?primary=true")
    assert settle(port, folder, "elsewhere", subjects=True) == 0
    assert "S_elsewhere" in subjects(port)
    assert "S_elsewhere" not in read_state(folder).empty_subjects


def subjects(port: Harbour) -> set[str]:
    return {one["label"] for one in port.server.state("SRC")["projects"][0]["subjects"]}


# Between the proof and the deletion


def put_file(port: Harbour, project: str, label: str, name: str, content: bytes) -> None:
    place = f"/data/projects/{project}/subjects/S_{label}/experiments/{label}/scans/1/resources/DICOM/files"
    rest(port, "PUT", f"{place}/{name}?inbody=true&overwrite=true", content=content)


def a_file(port: Harbour, project: str, label: str) -> str:
    return min(file_names(port, project, label))


def remove_copy(port: Harbour, label: str) -> None:
    rest(port, "DELETE", f"/data/projects/DST/subjects/S_{label}/experiments/{label}?removeFiles=true")


def reuse_label(port: Harbour, label: str) -> None:
    place = f"/data/projects/DST/subjects/S_{label}/experiments"
    rest(port, "PUT", f"{place}/{label}?label={label}_old")
    rest(port, "PUT", f"{place}/{label}?xnat:mrSessionData/date=2024-01-01")


def resource(project: str, label: str) -> str:
    return f"/data/projects/{project}/subjects/S_{label}/experiments/{label}/resources/QC"


SOURCE = "/data/projects/SRC/subjects"
BETWEEN: dict[str, tuple[Callable[[Harbour], None], type[NotDeletable]]] = {
    "added_to": (lambda port: put_file(port, "SRC", "added_to", "z.dcm", b"new"), SourceDiffers),
    "overwritten": (
        lambda port: put_file(port, "SRC", "overwritten", a_file(port, "SRC", "overwritten"), b"new"),
        SourceDiffers,
    ),
    "copy_removed": (lambda port: remove_copy(port, "copy_removed"), CopyGone),
    "copy_reused": (lambda port: reuse_label(port, "copy_reused"), CopyGone),
    "beside": (
        lambda port: rest(port, "DELETE", f"{resource('DST', 'beside')}?removeFiles=true"),
        CopyGone,
    ),
    "copy_damaged": (
        lambda port: rest(
            port, "DELETE", "/data/projects/DST/subjects/S_copy_damaged/experiments/copy_damaged/scans/1"
        ),
        CopyGone,
    ),
    "renamed": (
        lambda port: rest(port, "PUT", f"{SOURCE}/S_renamed/experiments/renamed?label=another"),
        SourceDiffers,
    ),
}


@pytest.mark.parametrize("label", BETWEEN)
def test_what_changes_after_the_proof_forbids_the_deletion(
    port: Harbour, folder: TransferFolder, label: str
) -> None:
    change, expected = BETWEEN[label]
    if label == "beside":
        for project in ("SRC", "DST"):
            rest(port, "PUT", f"{resource(project, label)}/files/a.txt?inbody=true", content=b"same")
    with port.ferry(folder) as ferry:
        plan, settings = ferry.state.plan, read_settings(ferry.destination, "DST")
        (session,) = [one for one in plan.sessions if one.session == label]
        proof = prove_session(
            Destination(ferry.destination, "DST", settings),
            ferry.source,
            folder,
            session,
            ferry.state.sessions[label],
            scratch=ferry.spool,
        )
        change(port)
        with pytest.raises(NotDeletable) as caught:
            delete_proven(ferry, settings, proof)
    assert isinstance(caught.value, expected)
    assert ("another" if label == "renamed" else label) in port.labels("SRC")
    assert of(folder, events.RemovalRequested, label) == []


def test_a_source_without_digests_is_read_again(tmp_path: Path) -> None:
    """A file written over by one of the same size shows in no listing then."""
    head = "[server]\nchecksums = false\n" + WORLD
    with harbour(tmp_path, session_toml("over") + session_toml("same", subject="002"), head=head) as port:
        folder = port.carried()
        (first, *_) = port.on_disk("SRC", "over")
        content = first.read_bytes()
        place = "/data/projects/SRC/subjects/001/experiments/over/scans/1/resources/DICOM/files"
        other = content[:-20] + b"\x55" * 20
        rest(port, "PUT", f"{place}/{first.name}?inbody=true&overwrite=true", content=other)
        assert settle(port, folder, "over", "same") == 1
        assert port.labels("SRC") == {"over"}
        (kept_there,) = of(folder, events.SessionKept, "over")
        assert "changed at the source" in kept_there.message


# A damaged copy


def flip(place: Callable[[bytes], int]) -> Callable[[list[Path]], None]:
    def act(files: list[Path]) -> None:
        content = bytearray(files[-1].read_bytes())
        content[place(bytes(content))] ^= 1
        files[-1].write_bytes(bytes(content))

    return act


def swap(files: list[Path]) -> None:
    first, last = files[0].read_bytes(), files[-1].read_bytes()
    files[0].write_bytes(last)
    files[-1].write_bytes(first)


DAMAGE: dict[str, Callable[[list[Path]], object]] = {
    "a_pixel": flip(lambda content: len(content) - 20),
    "a_header": flip(lambda content: content.index(b"\x08\x00\x70\x00LO") + 8),
    "cut_short": lambda files: files[-1].write_bytes(files[-1].read_bytes()[:-100]),
    "no_dicom": lambda files: files[-1].write_bytes(b"DICM"),
    "lost": lambda files: files[-1].unlink(),
    "swapped": swap,
    "twin": lambda files: files[-1].write_bytes(files[-2].read_bytes()),
    "empty": lambda files: files[0].write_bytes(b""),
}


def _place(label: str, *more: str) -> str:
    return "/".join([f"/data/projects/DST/subjects/S_{label}/experiments/{label}", *more])


def without(*which: int) -> Callable[[Harbour, str, list[Path]], None]:
    """Some of the files are removed, as their owners may do it."""

    def act(port: Harbour, label: str, files: list[Path]) -> None:
        for file in (files[number] for number in which):
            scan = file.parents[1].name
            rest(port, "DELETE", _place(label, "scans", scan, "resources", "DICOM", "files", file.name))

    return act


def putting(name: str, change: Callable[[bytes], bytes]) -> Callable[[Harbour, str, list[Path]], None]:
    """A file is put there, past the importer."""

    def act(port: Harbour, label: str, files: list[Path]) -> None:
        place = _place(label, "scans", "1", "resources", "DICOM", "files", name or files[0].name)
        options = {"inbody": "true", "overwrite": "true"}
        rest(port, "PUT", place, params=options, content=change(files[0].read_bytes()))

    return act


DONE: dict[str, Callable[[Harbour, str, list[Path]], None]] = {
    "a_file_less": without(0),
    "half": without(0, 2),
    "a_scan_less": lambda port, label, files: rest(port, "DELETE", _place(label, "scans", "2")),
    "a_file_more": putting("extra.dcm", lambda _: dicom_bytes()),
    "a_twin_more": putting("twin.dcm", lambda content: content),
    "other_pixels": putting("", lambda content: content[:-20] + b"\x55" * 20),
    "other_subject": lambda port, label, files: rest(
        port, "PUT", f"/data/projects/DST/subjects/S_{label}", params={"label": "elsewhere"}
    ),
}


def test_no_damaged_copy_lets_its_source_be_deleted(tmp_path: Path) -> None:
    scans = (
        '[{ id = "1", type = "t1", files = 2, rows = 16, columns = 16 },'
        ' { id = "2", type = "t2", files = 2, rows = 16, columns = 16 }]'
    )
    damaged = {*DAMAGE, *DONE}
    world = "".join(session_toml(label, scans=scans, subject=f"S_{label}") for label in (*damaged, "whole"))
    with harbour(tmp_path, world) as port:
        folder = port.carried()
        for label, damage in DAMAGE.items():
            damage(port.on_disk("DST", label))
        for label, act in DONE.items():
            act(port, label, port.on_disk("DST", label))
        assert settle(port, folder, *damaged, "whole") == 1
        assert port.labels("SRC") == damaged
        kept_labels = {event.session for event in told(folder, events.SessionKept)}
        assert kept_labels == damaged
        assert {event.session for event in told(folder, events.RemovalRequested)} == {"whole"}


def test_what_was_added_to_a_session_there_can_be_moved_as_well(tmp_path: Path) -> None:
    first = '{ id = "1", type = "t1", files = 2, rows = 16, columns = 16 }'
    second = '{ id = "2", type = "t2", files = 1, rows = 16, columns = 16 }'
    both, other = f"[{first}, {second}]", f"[{first.replace('1', '7', 1)}]"
    world = (
        session_toml("merged", scans=both, study='"m1"')
        + session_toml("merged", project="DST", scans=other, study='"m2"')
        + session_toml("completed", subject="002", scans=both, study='"c"')
        + session_toml("completed", project="DST", subject="002", scans=f"[{first}]", study='"c"')
    )
    fates = {"merged": Fate.MERGE, "completed": Fate.COMPLETE}
    with harbour(tmp_path, world) as port:
        plan = port.plan(to=Target.PREARCHIVE)
        sessions = tuple(replace(one, fate=fates[one.session]) for one in plan.sessions)
        folder = port.begin(replace(plan, sessions=sessions))
        sent = {label: port.files("SRC", label) for label in fates}
        assert port.work(folder) == 0
        assert port.work(folder, archive=True) == 0
        assert settle(port, folder, *fates) == 0
        assert port.labels("SRC") == set()
        for label, files in sent.items():
            assert files.items() <= port.files("DST", label).items()
        assert len(port.files("DST", "merged")) == 5


def test_an_answer_that_is_lost_on_the_way_is_looked_up(tmp_path: Path) -> None:
    with harbour(tmp_path, session_toml("001_MR1")) as port:
        with losing(port.server.url, "DELETE /data/projects/SRC/") as address:
            port.logins[address] = LOGIN
            plan = replace(port.plan(), source=Endpoint(address, "SRC"))
            folder = port.begin(plan)
            assert port.work(folder) == 0
            assert settle(port, folder, "001_MR1") == 0
        (removed,) = told(folder, events.SessionRemoved)
        assert removed.found
        assert port.labels("SRC") == set()
        assert read_state(folder).phase == Phase.DONE


@pytest.mark.parametrize("name", ["", ".", "..", " "])
def test_a_name_that_would_mean_the_project_is_never_deleted(port: Harbour, name: str) -> None:
    before = port.labels("SRC")
    holding = Holding(id=name, label="", owner="SRC", subject=name, shares={}, assessors=0, variables={})
    with port.client() as client:
        with pytest.raises(NotAnAnswer):
            delete_subject(client, "SRC", name)
        with pytest.raises(NotAnAnswer):
            delete_session(client, "SRC", holding)
        with pytest.raises(NotAnAnswer):
            unshare_session(client, "COL", holding)
    assert port.labels("SRC") == before


# Killed


def test_killed_before_it_could_see_what_the_server_did(port: Harbour, folder: TransferFolder) -> None:
    port.server.set_faults([{"match": "DELETE .*/experiments/", "delay": 3.0}])
    keep_removal_order(folder, RemovalOrder(typed="DST", sessions=("killed",)))
    with start_worker(folder, port.logins, spool=port.home / "spool", settle=True) as worker:
        try:
            until(lambda: bool(of(folder, events.RemovalRequested, "killed")))
            port.server.set_faults([{"match": "GET .*", "delay": 60.0}])
            until(lambda: "killed" not in port.labels("SRC"))
        finally:
            worker.kill()
    assert of(folder, events.SessionRemoved, "killed") == []
    port.server.set_faults([])
    port.work(folder)
    (removed,) = of(folder, events.SessionRemoved, "killed")
    assert removed.found
    (settled,) = of(folder, events.MoveSettled, "killed")
    assert (settled.gone, settled.verdict) == (True, "proven")


def test_cut_off_before_the_server_was_asked(port: Harbour, folder: TransferFolder) -> None:
    with port.ferry(folder) as ferry:
        (planned,) = [one for one in ferry.state.plan.sessions if one.session == "crashed"]
        ferry.tell(
            events.RemovalRequested(
                session="crashed", how=Removal.DELETE, id=planned.id, destination="", manifest="", listing=""
            )
        )
    port.work(folder)
    (kept_there,) = of(folder, events.SessionKept, "crashed")
    assert "cut off before" in kept_there.message
    assert "crashed" in port.labels("SRC")
    assert settle(port, folder, "crashed") == 0
    assert "crashed" not in port.labels("SRC")


def test_whatever_the_journal_lost_the_account_is_true(port: Harbour, folder: TransferFolder) -> None:
    """Every prefix of a move's journal that the worker can leave behind, against a source that is further."""
    assert settle(port, folder, "journal") == 0
    lines = folder.journal.read_bytes().splitlines(keepends=True)
    named = [number for number, line in enumerate(lines) if b'"session":"journal"' in line]
    first = next(number for number in named if b"RemovalRequested" in lines[number])
    for end in [number for number in named if number >= first]:
        kept_lines = [line for number, line in enumerate(lines) if number <= end or number not in named]
        twin = TransferFolder(folder.path.with_name(f"{folder.id}-{end}"))
        shutil.copytree(folder.path, twin.path)
        twin.journal.write_bytes(b"".join(kept_lines))
        port.work(twin)
        session = read_state(twin).sessions["journal"]
        assert session.removed is not None
        assert session.settled is not None
        assert (session.settled.gone, session.settled.verdict) == (True, "proven")
