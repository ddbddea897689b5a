"""Verifies one session of a transfer against its manifest, and keeps what came of it."""

import time
from pathlib import Path

import msgspec

from xnat_ferry.model import Level, Mark, Where
from xnat_ferry.plan import Plan, PlannedSession
from xnat_ferry.project import ProjectSettings
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.manifest import read_manifest
from xnat_ferry.transfer.state import SessionState
from xnat_ferry.verify.compare import compare
from xnat_ferry.verify.observe import observe_archive, observe_prearchive
from xnat_ferry.verify.observed import Observed
from xnat_ferry.verify.verification import SessionVerification, Verification
from xnat_ferry.xnat.client import XnatClient


def verify_session(
    client: XnatClient,
    folder: TransferFolder,
    session: PlannedSession,
    past: SessionState,
    *,
    project: str,
    where: Where,
    level: Level,
    settings: ProjectSettings,
) -> SessionVerification:
    """Compare what is there now with the manifest, and keep the answer in the transfer's folder.

    ``past`` tells the prearchive row and the files left out; ``settings`` which scripts run at the
    destination: the site's at receipt, the project's at archiving (wire-write 1.12).
    """
    observed = observe_prearchive(client, past.row) if where == Where.PREARCHIVE and past.row else None
    if observed is None:
        # what waited may have been archived since, by a person in the web interface
        observed = observe_archive(client, project, session.to_session)
    if observed is None:
        observed = Observed(where=where, study_uid="", scans=(), knows_uids=True)
    prearchive = observed.where == Where.PREARCHIVE
    rewritten = settings.site_rewrites if prearchive else settings.rewrites_headers
    instances = read_manifest(folder.manifest(session.id))
    result = compare(
        instances,
        observed,
        session=session.session,
        destination=session.to_session,
        level=level,
        rewritten=rewritten,
    )
    never_seen = session.totals.files - len(instances) - len(past.left_out)
    if never_seen > 0:
        unknown = {**result.counts, Mark.UNKNOWN: result.counts[Mark.UNKNOWN] + never_seen}
        note = f"{never_seen} planned files never passed through, so nothing is known of them."
        result = msgspec.structs.replace(result, counts=unknown, note=note)
    result = msgspec.structs.replace(result, at=time.time())
    _keep(folder.verification(session.id), result)
    return result


def read_verification(folder: TransferFolder, plan: Plan) -> Verification | None:
    """The newest verification of each session as it was kept; None when there is none yet."""
    kept = [_read(folder.verification(session.id)) for session in plan.sessions]
    sessions = tuple(one for one in kept if one is not None)
    if not sessions:
        return None
    return Verification(level=sessions[0].level, sessions=sessions)


def _keep(path: Path, result: SessionVerification) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_bytes(msgspec.json.encode(result))
    fresh.replace(path)


def _read(path: Path) -> SessionVerification | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=SessionVerification)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None
