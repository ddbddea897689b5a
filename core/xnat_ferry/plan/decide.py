"""From answers to fates: who stays behind, who gets which label, and what is still to be answered."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from xnat_ferry.checks.finding import Answer, Conflict
from xnat_ferry.checks.meeting.coming import Coming
from xnat_ferry.checks.meeting.namesakes import There
from xnat_ferry.labels import Labels
from xnat_ferry.plan.answers import Answers
from xnat_ferry.plan.model import Fate, PlannedConflict
from xnat_ferry.plan.rounds import Outcome, Rounds
from xnat_ferry.survey import ProjectView


class Decision(Struct, frozen=True, kw_only=True):
    """What becomes of one session."""

    fate: Fate
    to: Labels
    why: str = ""
    conflicts: tuple[PlannedConflict, ...] = ()


def decide(
    sessions: Sequence[Coming],
    view: ProjectView,
    met: Iterable[Conflict],
    answers: Answers,
    there: There | None = None,
) -> dict[str, Decision]:
    """Every session's fate by its accession ID. ``met`` is what they meet under the labels that they have.

    ``there`` is what the view holds, where that is known already.
    """
    rounds = Rounds(sessions, view, answers, there)
    rounds.run(met)
    return {one.id: _decision(one, rounds.outcome(one), answers) for one in sessions}


def _decision(session: Coming, now: Outcome, answers: Answers) -> Decision:
    if not now.met and not now.met_before:
        return Decision(fate=Fate.COPY, to=now.to, why=_not_needed(session, now, answers))
    seen = {(one.kind, one.there): one for one in (*now.met_before, *now.met)}
    fate, why = _fate(session, now, answers)
    conflicts = tuple(_planned(one, answers) for one in seen.values())
    return Decision(fate=fate, to=now.to, why=why, conflicts=conflicts)


def _fate(session: Coming, now: Outcome, answers: Answers) -> tuple[Fate, str]:
    if now.left_out:
        reason = next(one for one in now.met_before if answers.say(Answer.SKIP, one))
        return Fate.SKIP, f"{reason.kind}: {reason.message}"
    open_questions = [why for one in now.met if (why := _why_open(one, now, answers))]
    if open_questions:
        return Fate.UNDECIDED, " ".join(open_questions)
    if any(answers.say(Answer.MERGE, one) for one in now.met):
        return Fate.MERGE, (
            f"merge: it goes to the prearchive and stays there; only archiving it, which is asked for by "
            f"itself, merges it into {now.to.session}"
        )
    if any(answers.say(Answer.COMPLETE, one) for one in now.met):
        return Fate.COMPLETE, f"complete: only what {now.to.session} lacks there is sent"
    return Fate.COPY, _not_needed(session, now, answers)


def _why_open(conflict: Conflict, now: Outcome, answers: Answers) -> str:
    """Why a conflict is not settled; "" where it is."""
    given = answers.to(conflict)
    told = f"{conflict.kind}: {conflict.message}"
    if given is None:
        refused = answers.given(conflict)
        possible = ", ".join(conflict.answers)
        return f"{told} The answer {refused[0]} is not possible: {possible} are." if refused else told
    if given.answer == Answer.RENAME and conflict.apart:
        return ""
    if given.answer in (Answer.COMPLETE, Answer.MERGE) and now.to == conflict.joins:
        return ""
    stuck = now.stuck or f"the label {now.to.session} is not free either"
    return f"{told} It could not be answered with {given}: {stuck}."


def _not_needed(session: Coming, now: Outcome, answers: Answers) -> str:
    """That an answer was given to a session that met nothing; "" where none was, or it did."""
    given = answers.own(session.id, session.session)
    if not given or now.met_before or now.met:
        return ""
    return f"nothing conflicts, so the answer {given[0]} was not needed"


def _planned(conflict: Conflict, answers: Answers) -> PlannedConflict:
    given = answers.to(conflict)
    return PlannedConflict(
        kind=conflict.kind,
        message=conflict.message,
        there=conflict.there,
        answer=str(given) if given else "",
    )
