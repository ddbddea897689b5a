"""``demo``: the whole street once, on a practice server, with real DICOM and nobody's patients."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from xnat_ferry import moment, wording
from xnat_ferry.cli.commands.verify import print_verification
from xnat_ferry.cli.common import Spool, Transfers, say
from xnat_ferry.cli.telling import following
from xnat_ferry.cli.telling.checklist import checklist_lines
from xnat_ferry.cli.telling.page import page_width, show
from xnat_ferry.cli.telling.planned import plan_lines
from xnat_ferry.errors import UsageError
from xnat_ferry.model import Endpoint
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.settings.paths import spool_folder, transfers_folder
from xnat_ferry.settings.room import read_room
from xnat_ferry.transfer import folder as transfer_folders
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.journal import read_all
from xnat_ferry.transfer.launch import follow, start_worker
from xnat_ferry.transfer.status import read_state, status_of


def demo(
    *,
    headless: Annotated[
        bool, Parameter(negative=(), show_default=False, help="Plain lines instead of the screen.")
    ] = False,
    transfers: Transfers = None,
    spool: Spool = None,
) -> int:
    """Carry a few sessions between two projects of a practice server, and prove it."""
    if not headless:
        raise UsageError(
            what="The demo's screen is opened by 'xnat-ferry demo'; here there is only --headless."
        )
    from xnat_ferry.practice.process import PracticeServer

    began = time.monotonic()
    with PracticeServer(world="demo") as server:
        source, destination = (Endpoint(server.url, project) for project in server.projects[:2])
        say(f"practice server at {server.url} with the projects {source.project} and {destination.project}")
        logins = {server.url: Credentials(server.user, server.password)}
        folder = _prepare(source, destination, logins, transfers_folder(transfers), spool_folder(spool))
        if folder is None:
            return 1
        for step, archive in (("transfer", False), ("archiving", True)):
            with _step(step):
                _work(folder, logins, spool_folder(spool), archive)
        proven = _prove(folder) and _agrees_with(server.state(), source, destination)
    print(f"record: {folder.record}")
    print(f"demo: {'everything arrived and is proven' if proven else 'NOT everything is proven'}", end="")
    print(f", in {wording.duration(time.monotonic() - began)}")
    return 0 if proven else 1


def _prepare(
    source: Endpoint, destination: Endpoint, logins: dict[str, Credentials], transfers: Path, spool: Path
) -> TransferFolder | None:
    """Survey, checks and plan; None when a check forbids going on."""
    from xnat_ferry.checks import Answer
    from xnat_ferry.plan.answers import same_for_all
    from xnat_ferry.plan.build import PlanRequest
    from xnat_ferry.plan.judged import judge
    from xnat_ferry.survey import Depth
    from xnat_ferry.survey.take import take_survey
    from xnat_ferry.xnat.pair import open_pair

    with _step("survey"), open_pair(source, destination, logins.__getitem__) as (from_client, to_client):
        survey = take_survey(
            (from_client, source),
            (to_client, destination),
            depth=Depth(files=True),
            rooms=(read_room("spool", spool), read_room("transfers", transfers)),
        )
        files = sum(len(one.detail.files or ()) for one in survey.chosen if one.detail)
        sessions = wording.plural(len(survey.chosen), "session")
        print(f"{sessions} and {wording.plural(files, 'file')} seen in {from_client.requests} requests")
    with _step("checks"):
        judged = judge(survey, PlanRequest(made=moment.now(), answers=same_for_all(Answer.SKIP)))
        show(checklist_lines(judged, page_width()))
    if judged.checklist.verdict == "blocked":
        return None
    with _step("plan"):
        folder = transfer_folders.create(transfers, judged.planned)
        show(plan_lines(judged.planned, page_width()))
        print(f"written to {folder.plan_file}")
    return folder


def _work(folder: TransferFolder, logins: dict[str, Credentials], spool: Path, archive: bool) -> None:
    before = len(read_all(folder.journal))
    worker = start_worker(folder, logins, spool=spool, archive=archive)
    for event in follow(folder, worker, skip=before):
        line = following.line_of(event)
        if line:
            print(line, flush=True)
    following.print_status(status_of(folder))


def _prove(folder: TransferFolder) -> bool:
    from xnat_ferry.verify.kept import read_verification

    with _step("verification"):
        result = read_verification(folder, read_state(folder).plan)
        if result is None:
            print("nothing was verified")
            return False
        print_verification(result)
    return result.verdict == "proven"


def _agrees_with(state: dict[str, Any], source: Endpoint, destination: Endpoint) -> bool:
    """Ask the practice server itself, past all XNAT routes, whether every file of the source is there."""
    sent, there = (_files(state, end.project) for end in (source, destination))
    found = sum(there.get(uid) == pixels for uid, pixels in sent.items())
    print(
        f"the server's own inventory: {found} of {wording.plural(len(sent), 'source file')} at the "
        "destination with the same SOPInstanceUID and the same pixel data"
    )
    return found == len(sent) > 0


def _files(state: dict[str, Any], project: str) -> dict[str, str]:
    """SOPInstanceUID to pixel digest of every archived DICOM file of a project."""
    return {
        file["sop_instance_uid"]: file["pixel_md5"]
        for known in state["projects"]
        if known["id"] == project
        for session in known["sessions"]
        for scan in session["scans"]
        for resource in scan["resources"]
        for file in resource["files"]
        if file["sop_instance_uid"]
    }


@contextmanager
def _step(name: str) -> Iterator[None]:
    print(f"\n--- {name} ---", flush=True)
    began = time.monotonic()
    yield
    print(f"{name}: {wording.duration(time.monotonic() - began)}", flush=True)
