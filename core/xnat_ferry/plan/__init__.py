"""The plan: every session's fate, as a value, as TOML a person can edit, and as what a survey leads to."""

from xnat_ferry.model import Road
from xnat_ferry.plan.answers import NO_ANSWERS, Answers, parse_answers, same_for_all
from xnat_ferry.plan.file import plan_hash, read_plan, write_plan
from xnat_ferry.plan.model import (
    Fate,
    Plan,
    PlannedConflict,
    PlannedScan,
    PlannedSession,
    Seen,
    Target,
    Totals,
)

__all__ = [
    "NO_ANSWERS",
    "Answers",
    "Fate",
    "Plan",
    "PlannedConflict",
    "PlannedScan",
    "PlannedSession",
    "Road",
    "Seen",
    "Target",
    "Totals",
    "parse_answers",
    "plan_hash",
    "read_plan",
    "same_for_all",
    "write_plan",
]
