"""Removes one proven session from its source project; takes a Proof, and looks at both sides right before."""

from typing import Any

from xnat_ferry.errors import (
    ConnectionLost,
    CopyGone,
    Forbidden,
    HoldsMore,
    NotDeletable,
    NotFound,
    NotPermitted,
    OnlyShared,
    ServerAnswer,
    SourceDiffers,
    StillThere,
    StillWorkedOn,
    StillWorking,
)
from xnat_ferry.events import Removal, RemovalRequested, SessionRemoved
from xnat_ferry.model import Level, Where
from xnat_ferry.plan import Fate, PlannedSession
from xnat_ferry.project import ProjectSettings
from xnat_ferry.settings.redact import plain
from xnat_ferry.transfer.as_planned import other_name
from xnat_ferry.transfer.ferry import Ferry
from xnat_ferry.transfer.manifest import read_manifest
from xnat_ferry.verify.beside_images import compare_beside
from xnat_ferry.verify.inspecting import Target, inspect_session
from xnat_ferry.verify.proof import Proof, listing_digest, manifest_digest, why_beside
from xnat_ferry.verify.rewriting import routed
from xnat_ferry.verify.scrutiny import Scrutiny
from xnat_ferry.verify.verification import PROVEN, SessionVerification
from xnat_ferry.xnat import deletion
from xnat_ferry.xnat.client import XnatClient
from xnat_ferry.xnat.deletion import Holding
from xnat_ferry.xnat.listings import list_everything
from xnat_ferry.xnat.resources import of_scan, of_session
from xnat_ferry.xnat.values import read_custom_fields
from xnat_ferry.xnat.workflows import read_open_work


def delete_proven(
    ferry: Ferry, settings: ProjectSettings, proof: Proof, *, despite_workflows: bool = False
) -> None:
    """Delete at the source, files included, what ``proof`` says is safe at the destination.

    ``settings`` are the destination's. Raises a NotDeletable and deletes nothing where either side is not as
    the proof says any more, where more than the proven files would be lost, where the source project does not
    own the session, where a workflow is open on it or that is not known (unless ``despite_workflows``), or
    where the server does not let this account delete it.
    """
    holding = _as_proven(ferry, settings, proof)
    _refuse_unless_owned(ferry, proof, holding)
    _refuse_losses(ferry, proof, holding)
    work = _open_work(ferry, proof, despite=despite_workflows)
    _remove(ferry, proof, holding, Removal.DELETE, work)


def unshare_proven(ferry: Ferry, settings: ProjectSettings, proof: Proof) -> None:
    """Take a session out of a source project into which it is only shared; its owner keeps it.

    Raises a NotDeletable as ``delete_proven`` does, also where the project owns the session after all.
    """
    holding = _as_proven(ferry, settings, proof)
    project = ferry.state.plan.source.project
    if holding.owner == project:
        why = f"{project} owns it now, so that this would delete it"
        raise NotDeletable(session=proof.session, why=why)
    _remove(ferry, proof, holding, Removal.UNSHARE)


def inspect_copy(ferry: Ferry, settings: ProjectSettings, session: PlannedSession) -> SessionVerification:
    """The copy as it is in the archive now, compared with the manifest by identity; keeps nothing."""
    project, label = ferry.state.plan.destination.project, session.to_session
    if ferry.state.sessions[session.session].routed:
        settings = routed(settings)
    joins = session.fate in (Fate.COMPLETE, Fate.MERGE)
    return inspect_session(
        ferry.destination,
        Target(project=project, label=label, subject=session.to_subject, settings=settings, joins=joins),
        read_manifest(ferry.folder.manifest(session.id)),
        session=session.session,
        scrutiny=Scrutiny(level=Level.IDENTITY, scratch=ferry.folder.path),
        source=None,
    )


def _as_proven(ferry: Ferry, settings: ProjectSettings, proof: Proof) -> Holding:
    """The source session, if both sides are still what the proof says."""
    copy = _compare_copy(ferry, settings, proof)
    try:
        holding = deletion.read_holding(ferry.source, proof.source_id)
    except NotFound:
        raise SourceDiffers(session=proof.session, why="it is gone or hidden") from None
    if holding.may_be(copy) or (holding.id == copy.id and ferry.source.server == ferry.destination.server):
        raise NotDeletable(session=proof.session, why="what it was compared with is the session itself")
    if why := other_name(proof.source_id, proof.session, ferry.state.plan.source.project, holding.called):
        raise SourceDiffers(session=proof.session, why=why)
    listing = list_everything(ferry.source, proof.source_id)
    if listing_digest(listing) != proof.listing:
        raise SourceDiffers(session=proof.session, why="its list of files is another one")
    beside = compare_beside(ferry.source, proof.source_id, ferry.destination, proof.destination_id, listing)
    for row, mark in beside.items():
        if why := why_beside(row, mark):
            raise CopyGone(session=proof.session, why=plain(why, 200))
    return holding


def _compare_copy(ferry: Ferry, settings: ProjectSettings, proof: Proof) -> Holding:
    def gone(why: str) -> CopyGone:
        return CopyGone(session=proof.session, why=why)

    if manifest_digest(read_manifest(ferry.folder.manifest(proof.source_id))) != proof.manifest:
        raise gone("the manifest is not the one that was compared")
    try:
        copy = deletion.read_holding(ferry.destination, proof.destination_id)
    except NotFound:
        raise gone("it has been removed or hidden") from None
    if copy.owner != proof.project:
        raise gone(f"it belongs to {plain(copy.owner)} now")
    (session,) = [one for one in ferry.state.plan.sessions if one.id == proof.source_id]
    seen = inspect_copy(ferry, settings, session)
    if seen.where != Where.ARCHIVE or seen.destination_id != proof.destination_id:
        raise gone(f"the label {proof.label} means another session now")
    if seen.verdict != PROVEN:
        raise gone(f"comparing it again says '{seen.verdict}'")
    return copy


def _refuse_unless_owned(ferry: Ferry, proof: Proof, holding: Holding) -> None:
    project = ferry.state.plan.source.project
    if holding.owner != project:
        raise OnlyShared(session=proof.session, project=project, owner=plain(holding.owner))


def _refuse_losses(ferry: Ferry, proof: Proof, holding: Holding) -> None:
    """Files are proven; this is about all else that a deletion takes along."""
    if holding.assessors:
        raise HoldsMore(session=proof.session, why=f"{holding.assessors} assessors hang on it")
    if holding.shares:
        projects = ", ".join(plain(share) for share in list(holding.shares)[:5])
        raise HoldsMore(session=proof.session, why=f"it is shared into {projects} and would vanish there too")
    copy = deletion.read_holding(ferry.destination, proof.destination_id)
    for what, values, copied in (
        ("its custom variables", holding.variables, copy.variables),
        ("its custom fields", _custom_fields(ferry.source, holding), _custom_fields(ferry.destination, copy)),
        ("what people wrote of it:", holding.by_hand, copy.by_hand),
    ):
        lost = [name for name, value in values.items() if copied.get(name) != value]
        if lost:
            names = ", ".join(plain(name, 100) for name in lost[:5])
            raise HoldsMore(session=proof.session, why=f"the copy lacks {what} {names}")


def _custom_fields(client: XnatClient, holding: Holding) -> dict[str, Any]:
    """Of the session and each of its scans, by series; none on a server that knows none."""
    found = dict(read_custom_fields(client, of_session(holding.id)))
    for series, scan in holding.scans.items():
        fields = read_custom_fields(client, of_scan(holding.id, scan))
        found |= {f"{name} of series {series}": value for name, value in fields.items()}
    return found


def _open_work(ferry: Ferry, proof: Proof, *, despite: bool) -> str:
    """What is open on it or not known, where a person wishes it deleted all the same; "" for nothing."""
    work = read_open_work(ferry.source, proof.source_id)
    if work.known and not work.words:
        return ""
    why = "a workflow is open on it" if work.known else "whether a workflow is open on it is not known"
    if not despite:
        raise StillWorkedOn(session=proof.session, why=f"{why} ({work.words})")
    return f"{why}: {work.words}"


def _remove(ferry: Ferry, proof: Proof, holding: Holding, how: Removal, work: str = "") -> None:
    project = ferry.state.plan.source.project
    act = deletion.delete_session if how == Removal.DELETE else deletion.unshare_session
    ferry.tell(
        RemovalRequested(
            session=proof.session,
            how=how,
            id=proof.source_id,
            destination=proof.destination_id,
            manifest=proof.manifest,
            listing=proof.listing,
            workflows=work,
        )
    )
    heard = True
    try:
        act(ferry.source, project, holding)
    except Forbidden as error:
        raise NotPermitted(session=proof.session, said=error.facts["said"]) from None
    except ServerAnswer as error:
        if not _may_have_acted(error):
            raise
        heard = False
    if not deletion.is_gone(ferry.source, project, proof.source_id):
        if heard:
            raise StillThere(session=proof.session)
        raise NotDeletable(session=proof.session, why="the server did not answer, and it is still there")
    ferry.tell(SessionRemoved(session=proof.session, how=how, found=not heard))


def _may_have_acted(error: ServerAnswer) -> bool:
    status = error.facts.get("status")
    return isinstance(error, ConnectionLost | StillWorking) or (isinstance(status, int) and status >= 500)
