"""The guide's checklist: one file per item, each a pure function from a survey to findings."""

from xnat_ferry.checks.accepting import accepting
from xnat_ferry.checks.access import check_access
from xnat_ferry.checks.anonymization import check_anonymization
from xnat_ferry.checks.belongings import check_belongings
from xnat_ferry.checks.conflicts import check_conflicts, find_conflicts
from xnat_ferry.checks.finding import Answer, Checklist, Conflict, ConflictClass, Finding
from xnat_ferry.checks.labels import check_labels
from xnat_ferry.checks.metadata import check_metadata
from xnat_ferry.checks.room import check_room
from xnat_ferry.checks.settings import check_settings
from xnat_ferry.checks.staying import check_staying
from xnat_ferry.dicom.profile import Option
from xnat_ferry.labels import KEEP, LabelRules
from xnat_ferry.model import Where
from xnat_ferry.survey import Survey

__all__ = ["Answer", "Checklist", "Conflict", "ConflictClass", "Finding", "Option", "run_checks"]


def run_checks(
    survey: Survey,
    rules: LabelRules = KEEP,
    *,
    to: Where = Where.PREARCHIVE,
    keep: frozenset[Option] = frozenset(),
    accepted: frozenset[str] = frozenset(),
) -> Checklist:
    """All checks in the guide's order, for sessions that will be called as the rules say.

    ``to`` is how far they shall go by themselves; ``keep`` are the options of PS3.15 by which the destination
    may hold more than the Basic Profile leaves; ``accepted`` are kinds of findings that a person allows.
    """
    conflicts = find_conflicts(survey, rules)
    findings: tuple[Finding, ...]
    if survey.staying is not None:
        findings = check_staying(survey, survey.staying, conflicts, rules, keep)
    else:
        findings = _of_travelling(survey, conflicts, rules, to, keep)
    return Checklist(
        findings=accepting(findings, accepted),
        conflicts=conflicts,
        keep=tuple(sorted(keep)),
        accepted=tuple(sorted(accepted)),
    )


def _of_travelling(
    survey: Survey, conflicts: tuple[Conflict, ...], rules: LabelRules, to: Where, keep: frozenset[Option]
) -> tuple[Finding, ...]:
    return (
        *check_access(survey, rules, archives=to == Where.ARCHIVE),
        *check_conflicts(survey, conflicts),
        *check_labels(survey, rules),
        *check_metadata(survey, rules),
        *check_settings(survey, to, rules),
        *check_anonymization(survey, keep, rules),
        *check_room(survey),
        *check_belongings(survey, to),
    )
