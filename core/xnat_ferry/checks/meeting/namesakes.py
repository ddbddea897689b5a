"""Who may meet whom: everything by label and by study, so that nobody is compared with all the others."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Generic, TypeVar

from xnat_ferry.checks.meeting.coming import Coming
from xnat_ferry.model import PrearchiveRow, SessionRow
from xnat_ferry.survey import ProjectView

Thing = TypeVar("Thing")


class Namesakes(Generic[Thing]):
    """Things of one place by label, without regard to case as XNAT compares them, and by study."""

    def __init__(self) -> None:
        self._by_label: dict[str, list[Thing]] = defaultdict(list)
        self._by_study: dict[str, list[Thing]] = defaultdict(list)

    def add(self, label: str, study: str | None, thing: Thing) -> None:
        """A study that is not known is no study."""
        self._by_label[label.casefold()].append(thing)
        if study:
            self._by_study[study].append(thing)

    def of_label(self, label: str) -> Sequence[Thing]:
        """Those that are called so."""
        return self._by_label.get(label.casefold(), ())

    def of_study(self, study: str) -> Sequence[Thing]:
        """Those of that study; none for "", which is not known."""
        return self._by_study.get(study, ())


class There:
    """The destination's archive and prearchive; what could not be listed is not in it."""

    def __init__(self, view: ProjectView) -> None:
        self.project = view.endpoint.project
        self.archived = Namesakes[SessionRow]()
        self.waiting = Namesakes[PrearchiveRow]()
        for row in view.sessions or ():
            self.archived.add(row.label, row.study_uid, row)
        for waiting in view.prearchive or ():
            self.waiting.add(waiting.name, waiting.study_uid, waiting)


def companions(sessions: Sequence[Coming]) -> Namesakes[Coming]:
    """Those that travel together, by the labels that they will have."""
    found = Namesakes[Coming]()
    for one in sessions:
        found.add(one.to.session, one.study, one)
    return found
