"""Carries answers out, one step after the other: each changes what is met, until nothing changes any more."""

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
from xnat_ferry.settings.redact import plain
from xnat_ferry.survey import ProjectView


class Outcome(Struct, frozen=True, kw_only=True):
    """Where one session stands once all answers are carried out."""

    to: Labels
    met: Sequence[Conflict] = ()
    """What it meets under these labels."""
    met_before: Sequence[Conflict] = ()
    """What it met until it was left out or got these labels."""
    left_out: bool = False
    stuck: str = ""
    """Why it could not get the labels that its answers ask for."""


class Rounds:
    """How far the answers have been carried out.

    An answer that takes a session away or gives it another label changes what the others meet and what itself
    does, so all whom that can touch are met again. Each session moves once at most, so it ends.
    """

    def __init__(
        self, sessions: Sequence[Coming], view: ProjectView, answers: Answers, there: There | None
    ) -> None:
        """``there`` is what the view holds, where that is known already."""
        self._there = there
        self._view, self._answers = view, answers
        self._sessions = {one.id: one for one in sessions}
        self._met: dict[str, list[Conflict]] = {}
        self._touched: list[Coming] = []
        """Those that the last step left out or gave another label, as they were and as they are."""
        self._met_before: dict[str, list[Conflict]] = defaultdict(list)
        self._left_out: set[str] = set()
        self._moved: set[str] = set()
        self._stuck: dict[str, str] = {}

    def run(self, met: Iterable[Conflict]) -> None:
        """All of them, from what the sessions meet under the labels that they have at first."""
        for conflict in met:
            self._met.setdefault(conflict.id, []).append(conflict)
        while self._leave_out() or self._relabel():
            self._meet_again()

    def outcome(self, session: Coming) -> Outcome:
        """Where one of the sessions stands."""
        key = session.id
        return Outcome(
            to=self._sessions[key].to,
            met=self._met.get(key, ()),
            met_before=self._met_before.get(key, ()),
            left_out=key in self._left_out,
            stuck=self._stuck.get(key, ""),
        )

    def _leave_out(self) -> bool:
        """Leave out who shall be skipped; whether there was any."""
        found = [
            key for key, met in self._met.items() if any(self._answers.say(Answer.SKIP, one) for one in met)
        ]
        for key in found:
            self._left_out.add(key)
            self._touched.append(self._sessions[key])
            self._met_before[key] += self._met[key]
        return bool(found)

    def _relabel(self) -> bool:
        """Give labels to whom an answer gives some; whether there was any."""
        free = FreeLabels(self._view, [one.to for one in self._staying])
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
        self._met_before[key] += self._met[key]
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
        asking = [one for one in met if self._answers.say(Answer.RENAME, one) and not one.apart]
        if not asking or session.id in self._moved or session.id in self._stuck:
            return None
        taken = any(one.kind != ConflictClass.BAD_LABEL for one in asking)
        label = session.to.session
        if taken or not LABEL.fullmatch(label):
            label = free.session(label)
        return self._labels(session, label, free)

    def _labels(self, session: Coming, label: str, free: FreeLabels) -> Labels | None:
        subject = free.subject(session.to.subject)
        if subject is None:
            self._stuck[session.id] = (
                f"the subject '{plain(session.to.subject, 60)}' would become one with another, "
                "so give its label with --labels"
            )
            return None
        return Labels(subject, label)

    def _meet_again(self) -> None:
        """What those meet now that the last step can have touched; for the others nothing has changed."""
        labels, studies = {one.label for one in self._touched}, {one.study for one in self._touched} - {""}
        there = self._there = self._there or There(self._view)
        staying = self._staying
        fellows = companions(staying)
        met: dict[str, list[Conflict]] = {}
        for one in staying:
            touched = one.label in labels or one.study in studies
            found = list(meet(one, there, fellows)) if touched else self._met.get(one.id)
            if found:
                met[one.id] = found
        self._met, self._touched = met, []

    @property
    def _staying(self) -> list[Coming]:
        """Those that are not left out, under the labels that they have by now."""
        return [one for one in self._sessions.values() if one.id not in self._left_out]
