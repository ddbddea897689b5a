"""A survey with all that is thought of it: what the checks say, and what a plan would do."""

from msgspec import Struct

from xnat_ferry.checks import Checklist, Conflict, Option, run_checks
from xnat_ferry.checks.memory import Memory
from xnat_ferry.model import Where
from xnat_ferry.plan.build import PlanRequest, make_plan
from xnat_ferry.plan.model import Fate, Plan
from xnat_ferry.survey import Survey


class Judged(Struct, frozen=True, kw_only=True):
    """A survey, what the checks say of it, and what a plan would do."""

    survey: Survey
    checklist: Checklist
    request: PlanRequest
    planned: Plan

    @property
    def open_conflicts(self) -> list[Conflict]:
        """The conflicts that still want an answer.

        What one session is answered may settle what another one meets: then nothing is left to ask.
        """
        decided = {session.id for session in self.planned.sessions if session.fate != Fate.UNDECIDED}
        answers = self.request.answers
        return [one for one in self.checklist.conflicts if one.id not in decided and answers.to(one) is None]


def judge(
    survey: Survey,
    request: PlanRequest,
    keep: frozenset[Option] = frozenset(),
    accepted: frozenset[str] = frozenset(),
    memory: Memory | None = None,
) -> Judged:
    """Run the checks and see what a plan would do; ``keep`` is what the headers may keep.

    ``accepted`` are the kinds of findings that a person allows. With one ``memory`` again and again, only
    what has changed is thought over; what comes out is the same without.
    """
    checklist = run_checks(
        survey, request.labels, to=Where(request.to), keep=keep, accepted=accepted, memory=memory
    )
    planned = make_plan(survey, checklist, request, memory)
    return Judged(survey=survey, checklist=checklist, request=request, planned=planned)
