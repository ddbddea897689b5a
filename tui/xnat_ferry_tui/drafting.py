"""What a person wants of the transfer that is being made ready, and what is thought of it. No Textual."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from xnat_ferry import moment
from xnat_ferry.checks.memory import Memory
from xnat_ferry.errors import CannotWrite
from xnat_ferry.labels import LabelRules
from xnat_ferry.model import Endpoint, Road, SessionRow
from xnat_ferry.plan import write_plan
from xnat_ferry.plan.by_receiver import over
from xnat_ferry.plan.draft import Draft
from xnat_ferry.plan.draft_file import read_draft
from xnat_ferry.plan.judged import Judged, judge
from xnat_ferry.plan.label_table import write_label_table
from xnat_ferry.plan.resources_only import judge_resources
from xnat_ferry.survey import Survey
from xnat_ferry_tui import proposals
from xnat_ferry_tui.aside.undisturbed import undisturbed
from xnat_ferry_tui.by_session import NOTHING, BySession, by_session, troubles
from xnat_ferry_tui.checklist_rows import Row, rows_of
from xnat_ferry_tui.here import as_upload, judge_to_here
from xnat_ferry_tui.history import History, Keeper

if TYPE_CHECKING:
    from xnat_ferry.local.scanning import Scanned

_COLUMNS = 80
"""Of a checklist that is written to a file."""


class Brief(Struct, frozen=True, kw_only=True):
    """What of a judgement is shown all the time: counted once, since there may be very many sessions."""

    failure: str = ""
    """The first finding that forbids going on."""
    verdict: str = ""
    """Of the checklist."""
    undecided: int = 0
    travelling: int = 0
    review: Sequence[tuple[str, str]] = ()
    """All that is to be known before the start, each sentence with the word that it stands beside."""
    rows: Sequence[Row] = ()
    """The checklist."""
    by_session: BySession = NOTHING


def in_brief(judged: Judged, pace: float | None = None, rows: Sequence[Row] | None = None) -> Brief:
    """Count what is shown all the time; ``pace`` is an earlier transfer's, in bytes a second.

    ``rows`` are the lines of the checklist where it is the same as before.
    """
    failures = judged.checklist.first_failures()
    return Brief(
        failure=failures[0].message if failures else "",
        verdict=judged.checklist.verdict,
        undecided=len(judged.planned.undecided),
        travelling=len(judged.planned.travelling),
        review=proposals.review(judged, pace),
        rows=tuple(rows_of(judged.checklist.findings)) if rows is None else rows,
        by_session=by_session(judged),
    )


class Drafting:
    """The draft with its past, the survey that was taken for it, and the judgement of both."""

    def __init__(self, path: Path | None) -> None:
        self.step = ""
        """Where in the wizard the person is; "" before the first one."""
        self.left: Draft | None = None
        """What was said before this window opened."""
        self.survey: Survey | None = None
        self.judged: Judged | None = None
        """What is thought of the survey, in the light of the draft as it was then."""
        self.scanned: Scanned | None = None
        """What the survey rests on where the source is a place on this machine."""
        self.pace: float | None = None
        """Bytes a second of an earlier transfer between the same servers."""
        self.keeper = Keeper(path)
        self._path = path
        self._memory = Memory()
        self._lock = threading.Lock()
        """Between a judgement that comes late and what it was of."""
        self._history: History | None = None
        self.brief = Brief()
        self._surveyed: tuple[object, ...] | None = None
        self._judged_for: Draft | None = None
        self._compared: tuple[Draft | None, object, bool] = (None, None, False)

    @property
    def draft(self) -> Draft | None:
        """All that was said; None without projects."""
        return self._history.now if self._history else None

    @property
    def fits(self) -> bool:
        """Whether the survey is of the sessions that are chosen now, whatever else of them is wanted."""
        draft, surveyed = self.draft, self._surveyed
        return draft is not None and bool(self.survey and surveyed and surveyed[0] == draft.choice)

    @property
    def fresh(self) -> bool:
        """Whether the survey is of all that is wanted now."""
        draft, (known, surveyed, fresh) = self.draft, self._compared
        if draft is not known or self._surveyed is not surveyed:
            # asked at every key, and there may be very many sessions to compare
            fresh = draft is not None and self._surveyed == (draft.choice, draft.beside)
            self._compared = draft, self._surveyed, fresh
        return fresh and self.survey is not None

    @property
    def must_judge(self) -> bool:
        """Whether something was said since the survey was judged."""
        return self.survey is not None and self._judged_for is not self.draft

    # None of these blocks

    def begin(self, ends: tuple[Endpoint, Endpoint] | None, draft: Draft | None = None) -> None:
        """Two projects: what was said of a transfer between them stays, unless a draft takes its place."""
        if ends is None:
            self._history = None
        elif draft is not None or self.draft is None or self.draft.ends != ends:
            self._history = History(draft or Draft(source=ends[0], destination=ends[1]))
        with self._lock:
            self.survey = self.judged = self._surveyed = self._judged_for = None
        self._memory = Memory()

    def clear(self) -> None:
        """The transfer has begun: nothing is said of the next one yet."""
        if self.draft is not None:
            ends, self._history = self.draft.ends, None
            self.begin(ends)
            self.go_to("")

    def change(self, draft: Draft) -> None:
        """Something was said."""
        if self._history is not None:
            self._history.change(draft)
            self._keep()

    def choose(self, sessions: Iterable[str]) -> None:
        """Take these sessions, by accession ID; all where none is named."""
        if self.draft is not None:
            self.change(replace(self.draft, sessions=tuple(sessions)))

    def go_to(self, step: str) -> None:
        """Another step of the wizard."""
        self.step = step
        self._keep()

    def undo(self) -> bool:
        """Take back what was said last; False where there is nothing."""
        return self._moved(self._history is not None and self._history.undo())

    def redo(self) -> bool:
        """Say it again; False where there is nothing."""
        return self._moved(self._history is not None and self._history.redo())

    def _moved(self, moved: bool) -> bool:
        if moved:
            self._keep()
        return moved

    def _keep(self) -> None:
        if self.draft is not None:
            self.keeper.keep(self.draft, self.step)

    # These may take their time: use a thread

    def take(self, survey: Survey, asked: Draft, scanned: "Scanned | None" = None) -> None:
        """A survey as it was asked for; ``scanned`` is what it rests on where the source is a place here."""
        self.keep_survey(survey, asked, scanned)
        self.judge()

    def keep_survey(self, survey: Survey, asked: Draft, scanned: "Scanned | None") -> None:
        """The same without judging it, which does not block."""
        with self._lock:
            self.scanned = scanned
            self.survey, self._surveyed = survey, (asked.choice, asked.beside)

    def judge(self) -> None:
        """Think again of the survey, in the light of all that was said."""
        draft, survey = self.draft, self.survey
        if draft is None or survey is None:
            return
        known = [one.row.id for one in survey.chosen]
        request = draft.request(moment.now(), known)
        with undisturbed(len(known)):
            if draft.destination.local:
                plain = judge_to_here(survey, request)
            elif draft.road == Road.RESOURCES:
                plain = judge_resources(survey, request)
            else:
                keep, accepted = frozenset(draft.keep), frozenset(draft.accepted)
                plain = judge(survey, request, keep, accepted, self._memory)
            judged = over(plain, draft.receiver)
            judged = as_upload(judged, self.scanned) if self.scanned is not None else judged
            same = self.judged is not None and self.judged.checklist is judged.checklist
            brief = in_brief(judged, self.pace, self.brief.rows if same else None)
        with self._lock:
            if self.survey is survey:  # else other projects, or another survey, have come meanwhile
                self.judged, self.brief, self._judged_for = judged, brief, draft

    def troubles(self, survey: Survey, rules: LabelRules) -> Mapping[str, str]:
        """By accession ID and in words, what would collide under the rules or be refused."""
        return troubles(survey, rules, self._memory, self.draft.accepted if self.draft else ())

    def recall(self) -> None:
        """Read what was said before; raises PlanUnreadable."""
        self.left = read_draft(self._path) if self._path else None

    def save_plan(self, path: Path) -> None:
        """Write the plan as it stands; raises CannotWrite."""
        if self.judged is not None:
            try:
                write_plan(self.judged.planned, path)
            except OSError as error:
                raise CannotWrite(folder=path.parent, why=error.strerror) from None

    def save_checklist(self, path: Path) -> None:
        """Write the checklist as the plain face tells it; raises CannotWrite."""
        from xnat_ferry.cli.telling.checklist import checklist_lines

        if self.judged is not None:
            lines = [line.text for line in checklist_lines(self.judged, _COLUMNS)]
            try:
                path.write_text("\n".join(lines) + "\n", encoding="utf-8")
            except OSError as error:
                raise CannotWrite(folder=path.parent, why=error.strerror) from None

    def save_labels(self, path: Path, rows: Sequence[SessionRow]) -> None:
        """Write the labels of these sessions before and after; raises CannotWrite."""
        if self.draft is not None:
            try:
                write_label_table(path, rows, self.draft.rules())
            except OSError as error:
                raise CannotWrite(folder=path.parent, why=error.strerror) from None
