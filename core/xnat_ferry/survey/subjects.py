"""Asks the destination's server whether a new subject label is the accession ID of a subject elsewhere."""

from concurrent.futures import ThreadPoolExecutor

from msgspec.structs import replace

from xnat_ferry.errors import ServerAnswer
from xnat_ferry.labels import LabelRules
from xnat_ferry.survey.seen import Survey
from xnat_ferry.survey.seen_subjects import SubjectIdsSeen, may_be_ids
from xnat_ferry.survey.sessions import AT_ONCE
from xnat_ferry.xnat.client import XnatClient
from xnat_ferry.xnat.subjects import list_subjects, owner_of


def with_subject_ids(destination: XnatClient, survey: Survey, rules: LabelRules) -> Survey:
    """The survey with what is known of subject labels that may be such IDs, under some label rules.

    Where there is none, as nearly always, no request; else one and one for each of them that is new there.
    None in a quick look. What could not be asked is not known.
    """
    view = survey.destination
    if view.sessions is None or not survey.depth.sessions:
        return replace(survey, subject_ids=SubjectIdsSeen())
    labels = may_be_ids((rules.apply(one.row).subject for one in survey.chosen), view.sessions)
    return replace(survey, subject_ids=_asked(destination, view.endpoint.project, labels))


def _asked(client: XnatClient, project: str, labels: tuple[str, ...]) -> SubjectIdsSeen:
    if not labels:
        return SubjectIdsSeen()
    try:
        own = frozenset(label.casefold() for label in list_subjects(client, project))
    except ServerAnswer:
        return SubjectIdsSeen()
    new = [one for one in labels if one.casefold() not in own]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        owners = pool.map(lambda label: _owner(client, label), new)
        found = {label: owner for label, owner in zip(new, owners, strict=True) if owner is not None}
    return SubjectIdsSeen(owners=found, own=own.intersection(label.casefold() for label in labels))


def _owner(client: XnatClient, label: str) -> str | None:
    try:
        return owner_of(client, label)
    except ServerAnswer:
        return None
