"""From answers to fates: who stays behind, who gets which label, and what is still to be answered."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from xnat_ferry.checks.conflicts import meet
from xnat_ferry.checks.finding import Answer, Conflict, ConflictClass
from xnat_ferry.checks.meeting.coming import Coming
from xnat_ferry.checks.meeting.namesakes import There, companions
from xnat_ferry.labels import Labels
from xnat_ferry.model import LABEL
from xnat_ferry.plan.answers import Answers
from xnat_ferry.plan.free_labels import FreeLabels
from xnat_ferry.plan.model import Fate, PlannedConflict
from xnat_ferry.settings.redact import plain
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

    An answer that takes a session away or gives it another label changes what the others meet and what itself
    does, so all whom that can touch are looked at again until nothing changes: each session moves once at
    most. ``there`` is what the view holds, where that is known already.
    """
    deciding = _Deciding(sessions, view, answers, there)
    deciding.look(met)
    while deciding.leave_out() or deciding.relabel():
        deciding.look_again()
    return {one.id: deciding.decision(one) for one in sessions}


class _Deciding:
    """How far the answers have been carried out."""

    def __init__(
        self, sessions: Sequence[Coming], view: ProjectView, answers: Answers, there: There | None
    ) -> None:
        self._there = there
        self._view, self._answers = view, answers
        self._sessions = {one.id: one for one in sessions}
        self._met: dict[str, list[Conflict]] = {}
        self._touched: list[Coming] = []
        """Those that were left out or got another label since the last look, as they were and as they are."""
        self._settled: dict[str, list[Conflict]] = defaultdict(list)
        """What a session met before it was left out or got its label."""
        self._left_out: set[str] = set()
        self._moved: set[str] = set()
        self._stuck: dict[str, str] = {}
        """Why a session could not get another label."""

    @property
    def staying(self) -> list[Coming]:
        """Those that are not left out, under the labels that they have by now."""
        return [one for one in self._sessions.values() if one.id not in self._left_out]

    def look(self, conflicts: Iterable[Conflict]) -> None:
        """Take in what the sessions meet now."""
        met: dict[str, list[Conflict]] = defaultdict(list)
        for conflict in conflicts:
            met[conflict.id].append(conflict)
        self._met = met

    def look_again(self) -> None:
        """Look at those that the last step can have touched; what the others meet has not changed."""
        labels, studies = {one.label for one in self._touched}, {one.study for one in self._touched} - {""}
        there = self._there = self._there or There(self._view)
        staying = self.staying
        fellows = companions(staying)
        met: dict[str, list[Conflict]] = {}
        for one in staying:
            touched = one.label in labels or one.study in studies
            found = list(meet(one, there, fellows)) if touched else self._met.get(one.id)
            if found:
                met[one.id] = found
        self._met, self._touched = met, []

    def leave_out(self) -> bool:
        """Leave out who shall be skipped; whether there was any."""
        found = [key for key, met in self._met.items() if any(self._is(one, Answer.SKIP) for one in met)]
        for key in found:
            self._left_out.add(key)
            self._touched.append(self._sessions[key])
            self._settled[key] += self._met[key]
        return bool(found)

    def relabel(self) -> bool:
        """Give labels to whom an answer gives some; whether there was any."""
        free = FreeLabels(self._view, [one.to for one in self.staying])
        waiting = {key: met for key, met in self._met.items() if key not in self._moved}
        # labels that were asked for by name are taken before any are sought
        named = [self._move(key, self._named(self._sessions[key], met, free)) for key, met in waiting.items()]
        found = [self._move(key, self._found(self._sessions[key], met, free)) for key, met in waiting.items()]
        return any(named) or any(found)

    def _move(self, key: str, to: Labels | None) -> bool:
        if to is None or key in self._moved or to == self._sessions[key].to:
            return False
        before = self._sessions[key]
        after = self._sessions[key] = replace(before, to=to)
        self._touched += [before, after]
        self._settled[key] += self._met[key]
        self._moved.add(key)
        return True

    def _named(self, session: Coming, met: Sequence[Conflict], free: FreeLabels) -> Labels | None:
        """The labels that its answers name; None where they name none, or several."""
        wanted = {to for one in met if (to := self._asked_for(session, one, free)) is not None}
        if len(wanted) > 1:
            names = " and ".join(sorted(to.session for to in wanted))
            self._stuck[session.id] = f"its answers ask for more than one label, {names}"
        if len(wanted) != 1:
            return None
        (to,) = wanted
        free.take(to.session)
        return to

    def _asked_for(self, session: Coming, conflict: Conflict, free: FreeLabels) -> Labels | None:
        given = self._answers.to(conflict)
        if given is None:
            return None
        if given.answer in (Answer.COMPLETE, Answer.MERGE):
            return conflict.joins
        return self._labels(session, given.label, free) if given.label else None

    def _found(self, session: Coming, met: Sequence[Conflict], free: FreeLabels) -> Labels | None:
        """Free labels where an answer asks for others than it has, and names none."""
        asking = [one for one in met if self._is(one, Answer.RENAME) and not one.apart]
        if not asking or session.id in self._moved or session.id in self._stuck:
            return None
        taken = any(one.kind != ConflictClass.BAD_LABEL for one in asking)
        label = session.to.session
        return self._labels(
            session, free.session(label) if taken or not LABEL.fullmatch(label) else label, free
        )

    def _labels(self, session: Coming, label: str, free: FreeLabels) -> Labels | None:
        subject = free.subject(session.to.subject)
        if subject is None:
            self._stuck[session.id] = (
                f"the subject '{plain(session.to.subject, 60)}' would become one with another, "
                "so give its label with --labels"
            )
            return None
        return Labels(subject, label)

    def decision(self, session: Coming) -> Decision:
        """What it has come to for one session."""
        to, met = self._sessions[session.id].to, self._met.get(session.id, [])
        settled = self._settled.get(session.id, [])
        if not met and not settled:
            return Decision(fate=Fate.COPY, to=to, why=self._not_needed(session))
        seen = {(one.kind, one.there): one for one in (*settled, *met)}
        fate, why = self._fate(session, to, met)
        return Decision(
            fate=fate, to=to, why=why, conflicts=tuple(self._planned(one) for one in seen.values())
        )

    def _fate(self, session: Coming, to: Labels, met: Sequence[Conflict]) -> tuple[Fate, str]:
        if session.id in self._left_out:
            reason = next(one for one in self._settled[session.id] if self._is(one, Answer.SKIP))
            return Fate.SKIP, f"{reason.kind}: {reason.message}"
        open_questions = [why for one in met if (why := self._why_open(one, to))]
        if open_questions:
            return Fate.UNDECIDED, " ".join(open_questions)
        if any(self._is(one, Answer.MERGE) for one in met):
            return Fate.MERGE, (
                f"merge: it goes to the prearchive and stays there; only archiving it, which is asked for by "
                f"itself, merges it into {to.session}"
            )
        if any(self._is(one, Answer.COMPLETE) for one in met):
            return Fate.COMPLETE, f"complete: only what {to.session} lacks there is sent"
        return Fate.COPY, self._not_needed(session)

    def _why_open(self, conflict: Conflict, to: Labels) -> str:
        """Why a conflict is not settled; "" where it is."""
        given = self._answers.to(conflict)
        told = f"{conflict.kind}: {conflict.message}"
        if given is None:
            refused = self._answers.given(conflict)
            possible = ", ".join(conflict.answers)
            return f"{told} The answer {refused[0]} is not possible: {possible} are." if refused else told
        if given.answer == Answer.RENAME and conflict.apart:
            return ""
        if given.answer in (Answer.COMPLETE, Answer.MERGE) and to == conflict.joins:
            return ""
        stuck = self._stuck.get(conflict.id, f"the label {to.session} is not free either")
        return f"{told} It could not be answered with {given}: {stuck}."

    def _not_needed(self, session: Coming) -> str:
        given = self._answers.own(session.id, session.session)
        if not given or self._settled.get(session.id) or self._met.get(session.id):
            return ""
        return f"nothing conflicts, so the answer {given[0]} was not needed"

    def _is(self, conflict: Conflict, answer: Answer) -> bool:
        given = self._answers.to(conflict)
        return given is not None and given.answer == answer

    def _planned(self, conflict: Conflict) -> PlannedConflict:
        given = self._answers.to(conflict)
        return PlannedConflict(
            kind=conflict.kind,
            message=conflict.message,
            there=conflict.there,
            answer=str(given) if given else "",
        )
