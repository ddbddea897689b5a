"""The guide's checklist: one file per item, each a pure function from a survey to findings."""

from xnat_ferry.checks.access import check_access
from xnat_ferry.checks.conflicts import check_conflicts, find_conflicts
from xnat_ferry.checks.finding import Answer, Checklist, Conflict, ConflictClass, Finding
from xnat_ferry.checks.labels import check_labels
from xnat_ferry.labels import KEEP, LabelRules
from xnat_ferry.survey import Survey

__all__ = ["Answer", "Checklist", "Conflict", "ConflictClass", "Finding", "run_checks"]


def run_checks(survey: Survey, rules: LabelRules = KEEP, *, archives: bool = False) -> Checklist:
    """All checks in the guide's order, for sessions that will be called as the rules say.

    ``archives`` says that they shall be archived, and not wait in the prearchive for somebody's review.
    """
    conflicts = find_conflicts(survey, rules)
    findings = (
        *check_access(survey, rules, archives=archives),
        *check_conflicts(survey, conflicts),
        *check_labels(survey, rules),
    )
    return Checklist(findings=findings, conflicts=conflicts)
