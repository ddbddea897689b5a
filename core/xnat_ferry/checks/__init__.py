"""The guide's checklist: one file per item, each a pure function from a survey to findings."""

from collections.abc import Callable, Iterable
from itertools import chain

from xnat_ferry.checks.accepting import accepting
from xnat_ferry.checks.access import check_access
from xnat_ferry.checks.anonymization.check import check_anonymization
from xnat_ferry.checks.belongings import check_belongings
from xnat_ferry.checks.conflicts import check_conflicts, find_conflicts
from xnat_ferry.checks.finding import Answer, Checklist, Conflict, ConflictClass, Finding
from xnat_ferry.checks.labels import check_labels
from xnat_ferry.checks.memory import Memory
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
    memory: Memory | None = None,
) -> Checklist:
    """All checks in the guide's order, for sessions that will be called as the rules say.

    ``to`` is how far they shall go by themselves; ``keep`` are the options of PS3.15 by which the destination
    may hold more than the Basic Profile leaves; ``accepted`` are kinds of findings that a person allows.
    ``memory`` spares what was thought before; the checklist is the same without.
    """
    memory = memory or Memory()
    conflicts = memory.of("conflicts", survey, lambda seen: find_conflicts(seen, rules, memory), rules)
    parts = (
        _of_travelling(survey, conflicts, rules, to, keep, memory)
        if survey.staying is None
        else _of_staying(survey, conflicts, rules, keep, memory)
    )
    basis = (parts, conflicts, keep, accepted)
    known: Checklist | None = memory.last("checklist", *basis)
    if known is not None:
        return known
    checklist = Checklist(
        findings=accepting(chain.from_iterable(parts), accepted),
        conflicts=conflicts,
        keep=tuple(sorted(keep)),
        accepted=tuple(sorted(accepted)),
    )
    memory.keep("checklist", checklist, *basis)
    return checklist


def _of_staying(
    survey: Survey,
    conflicts: tuple[Conflict, ...],
    rules: LabelRules,
    keep: frozenset[Option],
    memory: Memory,
) -> tuple[tuple[Finding, ...], ...]:
    """All at once: another survey is made of it on the way, so everything in it counts."""

    def check(seen: Survey) -> tuple[Finding, ...]:
        whole = Survey(**{name: getattr(seen, name) for name in Survey.__struct_fields__})
        return check_staying(whole, whole.staying, conflicts, rules, keep) if whole.staying else ()

    return (memory.of("staying", survey, check, rules, keep),)


def _of_travelling(
    survey: Survey,
    conflicts: tuple[Conflict, ...],
    rules: LabelRules,
    to: Where,
    keep: frozenset[Option],
    memory: Memory,
) -> tuple[tuple[Finding, ...], ...]:
    """What each check finds. ``conflicts`` are known by what finds them: the survey and the rules."""

    def of(name: str, check: Callable[[Survey], Iterable[Finding]], *by: object) -> tuple[Finding, ...]:
        return memory.of(name, survey, lambda seen: tuple(check(seen)), *by)

    archives = to == Where.ARCHIVE
    return (
        of("access", lambda seen: check_access(seen, rules, archives=archives), rules, archives),
        of("met", lambda seen: check_conflicts(seen, conflicts), conflicts),
        of("labels", lambda seen: check_labels(seen, rules, memory), rules),
        of("metadata", lambda seen: check_metadata(seen, rules, memory), rules),
        of("settings", lambda seen: check_settings(seen, to, rules), to, rules),
        of("anonymization", lambda seen: check_anonymization(seen, keep, rules, memory), keep, rules),
        of("room", check_room),
        of("belongings", lambda seen: check_belongings(seen, to), to),
    )
