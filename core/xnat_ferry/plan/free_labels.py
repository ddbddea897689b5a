"""Finds labels that nobody has: not in the archive, not in the prearchive, not among those that travel."""

from collections.abc import Iterable
from itertools import count

from xnat_ferry.checks.meeting.xnat_says import cleaned
from xnat_ferry.labels import Labels
from xnat_ferry.listing import NO_SESSIONS
from xnat_ferry.model import LABEL
from xnat_ferry.survey import ProjectView


class FreeLabels:
    """Which labels are taken; compared without regard to case, as XNAT does."""

    def __init__(self, view: ProjectView, travelling: Iterable[Labels]) -> None:
        travelling = tuple(travelling)
        listed = view.sessions or NO_SESSIONS
        self._sessions = set(listed.labels.casefold())
        self._sessions |= {row.name.casefold() for row in view.prearchive or ()}
        self._sessions |= {to.session.casefold() for to in travelling}
        self._subjects = {subject.casefold() for subject in listed.subjects.words}
        self._subjects |= {to.subject.casefold() for to in travelling}
        self._cleaned: dict[str, str] = {}
        """Which subject got which label, so that two subjects never become one."""
        self._numbers: dict[str, int] = {}

    def take(self, label: str) -> None:
        """A session is called so now."""
        self._sessions.add(label.casefold())

    def session(self, label: str) -> str:
        """The :meth:`first` that is free, taken from now on."""
        free = self.first(label)
        self.take(free)
        return free

    def first(self, label: str) -> str:
        """The first of ``LABEL``, ``LABEL_2``, ``LABEL_3``… that is free, ``_`` put for what XNAT refuses."""
        base = cleaned(label)
        # what was searched before is gone on with: many of one label would take too long otherwise
        for number in count(self._numbers.get(base.casefold(), 1)):
            free = base if number == 1 else f"{base}_{number}"
            if free.casefold() not in self._sessions:
                self._numbers[base.casefold()] = number
                break
        return free

    def subject(self, label: str) -> str | None:
        """The label with ``_`` for what XNAT refuses; None where that would make one subject of two."""
        if LABEL.fullmatch(label):
            return label
        clean = cleaned(label)
        first = self._cleaned.setdefault(clean.casefold(), label)
        return clean if first == label and clean.casefold() not in self._subjects else None
