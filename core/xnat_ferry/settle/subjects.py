"""Subjects of the source that a move has left empty."""

from functools import cache, partial

from xnat_ferry.errors import NotFound, ServerAnswer
from xnat_ferry.events import SubjectLeftEmpty, SubjectRemovalRequested, SubjectRemoved
from xnat_ferry.plan import PlannedSession
from xnat_ferry.settle.orders import RemovalOrder
from xnat_ferry.transfer.ferry import Ferry
from xnat_ferry.xnat import deletion
from xnat_ferry.xnat.deletion import SubjectHolding
from xnat_ferry.xnat.rights import OWNERS, list_projects


def settle_subjects(ferry: Ferry, meant: list[PlannedSession], order: RemovalOrder) -> None:
    """Tell of subjects that have nothing left at the source, and delete them where that was wished.

    ``meant`` are the sessions of the order. What cannot be asked now is not told of.
    """
    left = {one.subject for one in meant if one.subject and ferry.state.sessions[one.session].removed}
    why_perhaps_not = cache(partial(_why_perhaps_not, ferry))  # it takes the list of all projects
    for subject in sorted(left | {name for name, gone in ferry.state.empty_subjects.items() if not gone}):
        ferry.heed_stop()
        try:
            empty = _empty_subject(ferry, subject)
        except NotFound:
            if subject in ferry.state.empty_subjects:
                ferry.tell(SubjectRemoved(subject=subject))
            continue
        except ServerAnswer:
            continue  # not known to be empty, so nothing is said of it
        if empty:
            why = why_perhaps_not() if order.subjects else ""
            ferry.tell(SubjectLeftEmpty(subject=subject, why=why))
            if order.subjects and not why:
                _delete_subject(ferry, empty)


def _empty_subject(ferry: Ferry, subject: str) -> SubjectHolding | None:
    """The source's own subject of this label, if nothing is left of it; raises NotFound where it is gone."""
    project = ferry.state.plan.source.project
    holding = deletion.read_subject(ferry.source, project, subject)
    if (holding.owner, holding.label) != (project, subject):
        return None
    return None if holding.shares or holding.experiments or holding.resources else holding


def _why_perhaps_not(ferry: Ferry) -> str:
    """Why a subject of which nothing is seen may have something; "" where nothing is hidden.

    What is of a data type that a role may not read is left out of every list without a word (wire-read 2.3)
    and deleted along with its subject (wire-write 6). An owner's role may read all.
    """
    project = ferry.state.plan.source.project
    try:
        row = list_projects(ferry.source).get(project)
    except ServerAnswer:
        row = None
    if row is not None and row.role == OWNERS:
        return ""
    return f"only an owner of {project} sees whether it has data of a kind that other roles may not read"


def _delete_subject(ferry: Ferry, holding: SubjectHolding) -> None:
    project = ferry.state.plan.source.project
    ferry.tell(SubjectRemovalRequested(subject=holding.label))
    try:
        deletion.delete_subject(ferry.source, project, holding.id)
    except ServerAnswer:
        return  # it stays among those that are left empty
    try:
        deletion.read_subject(ferry.source, project, holding.label)
    except NotFound:
        ferry.tell(SubjectRemoved(subject=holding.label))
