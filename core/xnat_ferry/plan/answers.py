"""What the user wants done about conflicts: an answer for a whole class, or for one session."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from xnat_ferry.checks.finding import Answer, Conflict, ConflictClass
from xnat_ferry.errors import UsageError
from xnat_ferry.model import LABEL
from xnat_ferry.settings.redact import plain


class Given(Struct, frozen=True):
    """One answer as it was given."""

    answer: Answer
    label: str = ""
    """The new label of a session that shall be renamed; "" lets one be found."""

    def __str__(self) -> str:
        return f"{self.answer}:{self.label}" if self.label else str(self.answer)


class Answers(Struct, frozen=True, kw_only=True):
    """All answers. Of several a conflict takes the first that makes sense for it, its session's own first."""

    by_class: Mapping[ConflictClass, tuple[Given, ...]] = {}
    by_session: Mapping[str, tuple[Given, ...]] = {}
    """By the session's accession ID or label."""

    def to(self, conflict: Conflict) -> Given | None:
        """The answer that this conflict takes; None where none was given that makes sense for it."""
        for one in self.given(conflict):  # asked for very often
            if one.answer in conflict.answers:
                return one
        return None

    def say(self, answer: Answer, conflict: Conflict) -> bool:
        """Whether this is the answer that the conflict takes."""
        given = self.to(conflict)
        return given is not None and given.answer == answer

    def given(self, conflict: Conflict) -> tuple[Given, ...]:
        """The answers that were meant for it, whether they make sense or not."""
        of_class = self.by_class.get(conflict.kind, ())
        return self.own(conflict.id, conflict.session) + of_class if self.by_session else of_class

    def own(self, *names: str) -> tuple[Given, ...]:
        """The answers to the session that has one of these names."""
        return next((self.by_session[name] for name in names if name in self.by_session), ())

    @property
    def texts(self) -> dict[str, str]:
        """All that was answered, by what it was said of."""
        both = {str(name): given for one in (self.by_class, self.by_session) for name, given in one.items()}
        return {name: ", ".join(map(str, given)) for name, given in both.items()}


NO_ANSWERS = Answers()


def same_for_all(answer: Answer) -> Answers:
    """One answer for every class."""
    return Answers(by_class=dict.fromkeys(ConflictClass, (Given(answer),)))


def parse_answers(texts: Sequence[str]) -> Answers:
    """Answers as they are written on the command line.

    ``same-study=skip`` answers a class, ``001_MR1=complete`` a session by its label or accession ID, and
    ``001_MR1=rename:P01_MR1`` gives it that label. Several to one class stand in for each other in their
    order: with ``same-study=complete same-study=skip`` what lacks nothing is skipped. A session with a
    class's name for a label goes by its accession ID. Raises UsageError with what is possible.
    """
    by_class: dict[ConflictClass, tuple[Given, ...]] = {}
    by_session: dict[str, tuple[Given, ...]] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not name or not sign:
            raise _refused(text, "it is not CLASS=ANSWER or SESSION=ANSWER")
        given = _given(text, value)
        if name not in set(ConflictClass):
            by_session[name] = (*by_session.get(name, ()), given)
        elif given.label:
            raise _refused(text, "a label can be given to one session only, not to a class")
        else:
            kind = ConflictClass(name)
            by_class[kind] = (*by_class.get(kind, ()), given)
    return Answers(by_class=by_class, by_session=by_session)


def _given(text: str, value: str) -> Given:
    word, colon, label = value.partition(":")
    if word not in set(Answer):
        raise _refused(text, f"an answer is one of {', '.join(Answer)}")
    if colon and (word != Answer.RENAME or not LABEL.fullmatch(label)):
        raise _refused(text, "a new label stands in rename:NEW_LABEL, of letters, digits, - and _")
    return Given(Answer(word), label)


def _refused(text: str, why: str) -> UsageError:
    classes = ", ".join(ConflictClass)
    what = f"--on-conflict {plain(text, 60)!r} cannot be used: {why}. The classes are {classes}."
    return UsageError(what=what)
