"""What was answered to the conflicts that were found, and about which a person is asked still. No Textual."""

from xnat_ferry.checks import Answer, Conflict, ConflictClass
from xnat_ferry.plan import NO_ANSWERS, Answers
from xnat_ferry.plan.answers import Given
from xnat_ferry_tui.by_session import NOTHING, BySession


class Answered:
    """Answers beside a judgement, which may be of what was said before them (``must_judge``)."""

    def __init__(
        self, found: BySession = NOTHING, answers: Answers = NO_ANSWERS, *, must_judge: bool = False
    ) -> None:
        self._found, self._answers, self._must_judge = found, answers, must_judge
        self._by_class: dict[tuple[ConflictClass, tuple[Answer, ...]], Given | None] = {}
        """What conflicts are answered of which nothing single was said: very many may be alike."""
        self.waiting = [one for one in found.unsettled if self._is_asked(one)]
        """Those about which a person is asked."""
        self._open = frozenset(map(id, self.waiting))

    def to(self, conflict: Conflict) -> Given | None:
        """What was answered to one; None for nothing."""
        own = self._answers.by_session
        if own and (conflict.id in own or conflict.session in own):
            return self._answers.to(conflict)
        alike = conflict.kind, conflict.answers
        if alike not in self._by_class:
            self._by_class[alike] = self._answers.to(conflict)
        return self._by_class[alike]

    def is_open(self, conflict: Conflict) -> bool:
        """Whether a person is asked about one."""
        return id(conflict) in self._open

    def _is_asked(self, unsettled: Conflict) -> bool:
        """Nothing was answered, or to no end."""
        if self.to(unsettled) is None:
            return True
        if self._must_judge or unsettled.id not in self._found.planned:
            return False
        return all(self.to(one) for one in self._found.met[unsettled.id])
