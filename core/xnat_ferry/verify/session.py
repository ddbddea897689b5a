"""Verifies one session of a transfer against its manifest, and keeps what came of it."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from xnat_ferry.model import Instance, Level, Mark, Where
from xnat_ferry.packed import Packed
from xnat_ferry.plan import Fate, PlannedSession
from xnat_ferry.project import ProjectSettings
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.manifest import read_manifest
from xnat_ferry.transfer.session_state import SessionState
from xnat_ferry.verify import likely
from xnat_ferry.verify.beside_images import compare_beside
from xnat_ferry.verify.inspecting import Target, inspect_session, with_unknown
from xnat_ferry.verify.kept import keep_verification
from xnat_ferry.verify.originals import Originals
from xnat_ferry.verify.proof import Proof, prove
from xnat_ferry.verify.rewriting import routed
from xnat_ferry.verify.scrutiny import Scrutiny
from xnat_ferry.verify.source import Source
from xnat_ferry.verify.verification import SessionVerification
from xnat_ferry.xnat.client import XnatClient
from xnat_ferry.xnat.listings import list_everything


@dataclass(frozen=True)
class Destination:
    """The project in which sessions of a transfer should be."""

    client: XnatClient
    project: str
    settings: ProjectSettings
    """Which scripts run: the site's at receipt, the project's at archiving (wire-write 1.12)."""
    owner: str = ""
    """The project that should own them; "" where that does not matter."""


def verify_session(
    destination: Destination,
    folder: TransferFolder,
    session: PlannedSession,
    past: SessionState,
    *,
    where: Where,
    scrutiny: Scrutiny,
    source: Originals | None = None,
    beside: tuple[str, ...] | None = None,
    before_keeping: Callable[[], object] = lambda: None,
) -> SessionVerification:
    """Compare what is there now with the manifest, and keep the answer in the transfer's folder.

    ``past`` tells the prearchive row and the files left out. ``source`` is where the session came from, for
    comparing headers; ``beside`` the rows of it that wait there too, None where nobody looked. By what
    ``before_keeping`` raises nothing is kept. Raises a ServerAnswer where the session cannot be asked for.
    """
    settings = destination.settings
    if past.routed:
        settings = routed(settings)
        if where == Where.PREARCHIVE:
            # names are the receiver's there, and the prearchive lists no UIDs: only the files themselves tell
            scrutiny = replace(scrutiny, level=Level.FULL)
    instances, unseen = _manifest(folder, session, past, source if joins(session) else None)
    target = Target(
        project=destination.project,
        label=session.to_session,
        subject=session.to_subject,
        study_uid=session.study_uid,
        owner=destination.owner,
        row=past.row if where == Where.PREARCHIVE else "",
        settings=settings,
        joins=joins(session),
    )
    if target.row:
        instances = instances.only(lambda one: not one.there)  # those wait in no row
    result = inspect_session(
        destination.client, target, instances, session=session.session, scrutiny=scrutiny, source=source
    )
    result = with_unknown(result, Mark.UNKNOWN, unseen, lambda _: likely.NEVER_SENT)
    result = replace(result, at=time.time(), beside=beside)
    before_keeping()
    keep_verification(folder, session, result)
    return result


def prove_session(
    destination: Destination,
    source: XnatClient,
    folder: TransferFolder,
    session: PlannedSession,
    past: SessionState,
    *,
    scratch: Path,
) -> Proof:
    """Verify an archived session fully, header by header too, now, beside what the source holds now.

    Raises NotProven with the reason, or a ServerAnswer where one side cannot be asked.
    """
    originals = Source(source, session.id, scratch)
    result = verify_session(
        destination,
        folder,
        session,
        past,
        where=Where.ARCHIVE,
        scrutiny=Scrutiny(level=Level.FULL, scratch=scratch, every_header=True),
        source=originals,
    )
    instances, listing = read_manifest(folder.manifest(session.id)), list_everything(source, session.id)
    # a size alone does not tell that nobody has written over a file meanwhile
    untold = {(row.scan, row.path) for row in listing if not row.digest}
    bare = [one for one in instances if (one.scan, one.path) in untold]
    fetched = Source(source, session.id, scratch).digests(bare) if bare else {}
    return prove(
        result,
        project=destination.project,
        source_id=session.id,
        instances=instances,
        listing=listing,
        fetched=fetched,
        beside=compare_beside(source, session.id, destination.client, result.destination_id, listing)
        if result.destination_id
        else None,
    )


def joins(session: PlannedSession) -> bool:
    """Whether the plan adds it to what is there already."""
    return session.fate in (Fate.COMPLETE, Fate.MERGE)


def _manifest(
    folder: TransferFolder, session: PlannedSession, past: SessionState, source: Originals | None
) -> tuple[Packed[Instance], dict[str, int]]:
    """What passed through, and how many planned files of each scan did not.

    Where only what was missing there has been sent, the rest is known from the ``source``'s catalogs.
    """
    instances = read_manifest(folder.manifest(session.id))
    planned = {scan.id: scan.files for scan in session.scans}
    if source is not None and len(instances) + len(past.left_out) < sum(planned.values()):
        passed = {(one.scan, one.path) for one in instances}
        instances.extend(
            one
            for one in source.listed()
            if one.scan in planned
            and (one.scan, one.path) not in passed
            and (one.scan, one.path) not in past.left_out
        )
    known = Counter(one.scan for one in instances) + Counter(scan for scan, _ in past.left_out)
    unseen = {scan: files - known[scan] for scan, files in planned.items()}
    return instances, {scan: files for scan, files in unseen.items() if files > 0}
