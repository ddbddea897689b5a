"""The last step: what would happen, in full, before it does."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widget import Widget

from xnat_ferry import wording
from xnat_ferry.belongings import Existing, Kind
from xnat_ferry.checks.belongings import CHECK as BELONGINGS
from xnat_ferry.model import DICOM_RESOURCES, Endpoint, Level, Road
from xnat_ferry.plan import Target
from xnat_ferry.plan.draft import Draft
from xnat_ferry.transfer.pacing.pace import Pace
from xnat_ferry.transfer.pacing.wished_pace import in_words, typed_pace
from xnat_ferry_tui.dialogs.ask import Tell
from xnat_ferry_tui.dialogs.choose import Choose
from xnat_ferry_tui.dialogs.pace import ask_pace
from xnat_ferry_tui.dialogs.tick import Tick
from xnat_ferry_tui.keyboard import keys
from xnat_ferry_tui.screens.wizard.step import Prompt, Step
from xnat_ferry_tui.widgets.facts import Facts
from xnat_ferry_tui.widgets.hanging import hanging
from xnat_ferry_tui.widgets.reading import Reading


class ReviewStep(Step):
    """A page to read, and what of it can be chosen."""

    NAME = "review"
    WHY = "The last look. Nothing has been sent yet."
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("checks.review")

    def compose(self) -> ComposeResult:
        with Reading(id="page"):
            yield Facts(id="plan")
        yield Prompt()

    def first(self) -> Widget:
        return self.query_one("#page")

    def going(self) -> str:
        return "Go: start the transfer"

    async def go_on(self) -> None:
        await self.ferry.action_if_allowed("checks.review.do-start")

    def do_start(self) -> None:
        self.ferry.acting.start()

    def do_submit(self) -> None:
        self.ferry.submitting.begin()

    def do_pace(self) -> None:
        workers = self.desk.workers

        def taken(answers: Mapping[str, str] | None) -> None:
            if answers is not None:
                workers.pace = typed_pace(answers)
                self.show()

        self.ferry.push_screen(ask_pace(workers.pace), taken)

    def show(self) -> None:
        judged, draft = self.desk.drafting.judged, self.draft
        if judged is None or draft is None or not self.desk.drafting.fresh:
            self.query_one("#plan", Facts).put(["The checks come first: 7."])
            return
        pairs = [
            *self.desk.drafting.brief.review,
            *([("Pace", f"{in_words(pace)}.")] if (pace := self.desk.workers.pace) != Pace() else []),
            ("", ""),
            ("Command", self._command(draft)),
            *([("", f"w in step 9 writes {_TABLE}, with the single labels.")] if draft.table else []),
        ]
        self.query_one("#plan", Facts).put(hanging(pairs, self.app.size.width - 4, 9))

    def _command(self, draft: Draft) -> str:
        """What the plain face is told for the same; with very many answers that is the plan itself."""
        if len(draft.sessions) + len(draft.answers) > _TYPED:
            return (
                f"It would name {wording.plural(len(draft.sessions), 'session')}. w writes the plan instead."
            )
        ends = self._named(draft.source), self._named(draft.destination)
        return shlex.join(["xnat-ferry", *draft.arguments(ends, _TABLE)])

    def _named(self, end: Endpoint) -> str:
        if end.local:
            return end.project
        alias = self.desk.names.get(end.server)
        return f"{alias}:{end.project}" if alias else f"{end.server}/{end.project}"

    def do_road(self) -> None:
        self.ferry.road_choice.ask(self.area.said)

    def do_to(self) -> None:
        draft = self.draft
        if draft is not None and self._may(draft, images=True):
            other = Target.ARCHIVE if draft.to == Target.PREARCHIVE else Target.PREARCHIVE
            self._choose(replace(draft, to=other))

    def _may(self, draft: Draft, *, images: bool) -> bool:
        """Whether there is such a choice, about ``images`` or whatever travels; else says why not."""
        why = _why_no_choice(draft, images=images)
        if why:
            self.ferry.push_screen(Tell(why))
        return not why

    def do_verify(self) -> None:
        draft = self.draft
        if draft is not None and (draft.road.stays or self._may(draft, images=True)):
            levels = list(Level)
            after = levels[(levels.index(draft.verify) + 1) % len(levels)]
            self._choose(replace(draft, verify=after))

    def do_move(self) -> None:
        if self.draft is not None and self.draft.source.local:
            self.ferry.push_screen(Tell("Files on this machine stay; only a copy can become a move."))
        elif self.draft is not None and self._may(self.draft, images=True):
            self._choose(replace(self.draft, move=not self.draft.move))

    def do_also(self) -> None:
        draft = self.draft
        if draft is None or not self._may(draft, images=False):
            return
        if draft.source.local:
            self.ferry.push_screen(Tell("Files on this machine come without resources and values."))
            return
        words = (
            "What else of the sessions shall travel?",
            "Most resources can be made again by running the same pipeline in the destination, and may not "
            "fit there: carry what cannot be made again, or must stay at its exact version.",
            "All of it follows once its session is archived.",
        )
        self.ferry.push_screen(Tick(words, _ALSO, draft.also), self._ticked)

    def _ticked(self, names: frozenset[str] | None) -> None:
        draft = self.draft
        if names is None or draft is None:
            return
        also = tuple(kind for kind in Kind if kind in names)
        if not also and draft.road == Road.RESOURCES:
            self.ferry.push_screen(Tell("Without any of it nothing travels on this road: o names another."))
        elif not also:
            self._take_along(replace(draft, also=(), resources=(), existing=None))
        elif Kind.RESOURCES in also:
            self._ask_which(replace(draft, also=also))
        else:
            self._ask_existing(replace(draft, also=also, resources=()))

    def _ask_which(self, draft: Draft) -> None:
        """Which resources, by label: all, or a few."""

        def named(text: str) -> str:
            names = tuple(name for name in (one.strip() for one in text.split(",")) if name)
            self._ask_existing(replace(draft, resources=names))
            return ""

        there = self._resource_labels()
        more = f" (and {len(there) - _NAMED:,} more)" if len(there) > _NAMED else ""
        seen = f"The sessions have {', '.join(there[:_NAMED])}{more}. " if there else ""
        words = (
            f"Which resources? {seen}Labels with commas between, session:LABEL, scan:LABEL, subject:LABEL or "
            "project:LABEL for one level; empty takes all:"
        )
        self.query_one(Prompt).ask(words, ",".join(draft.resources), named)

    def _resource_labels(self) -> list[str]:
        """The labels of the sessions' own resources and of their scans', as far as they were surveyed."""
        survey = self.desk.drafting.survey
        details = [chosen.detail for chosen in survey.chosen if chosen.detail] if survey else []
        own = {one.label for detail in details for one in detail.resources}
        of_scans = {one.label for detail in details for scan in detail.scans for one in scan.resources}
        return sorted(own | of_scans - set(DICOM_RESOURCES))

    def _ask_existing(self, draft: Draft) -> None:
        def chosen(name: str | None) -> None:
            if name is not None:
                existing = Existing(name) if name in set(Existing) else None
                self._take_along(replace(draft, existing=existing))

        words = ("What of it is there already, and differs?",)
        self.ferry.push_screen(Choose(words, _EXISTING, draft.existing or _REFUSE), chosen)

    def _take_along(self, draft: Draft) -> None:
        """Have it looked at what else there is; what was surveyed for other sessions is surveyed anew."""
        fits = self.desk.drafting.fits
        self._change(draft)
        if fits and not self.desk.drafting.fresh:
            self.ferry.check_again(BELONGINGS)

    def _choose(self, draft: Draft) -> None:
        """Change what stands on the first lines, and have them in sight."""
        self._change(draft)
        self.query_one(Reading).action_first()

    def _change(self, draft: Draft) -> None:
        self.desk.drafting.change(draft)
        self.area.said()

    def do_save(self) -> None:
        self.query_one(Prompt).ask("Where to write the plan:", "plan.toml", self._save)

    def _save(self, text: str) -> str:
        path = Path(text or "plan.toml").expanduser()

        def tell() -> None:
            self.ferry.notify(f"The plan is in {path}: 'xnat-ferry run {path}' carries it out.", markup=False)

        self.ferry.do("Writing the plan.", lambda: self.desk.drafting.save_plan(path), tell)
        return ""


def _why_no_choice(draft: Draft, *, images: bool) -> str:
    """Why there is nothing to choose; "" where there is."""
    if draft.road.stays:
        return "Nothing travels on this road, so there is no such choice."
    if draft.destination.local:
        return "Sessions become files on this machine, so there is no such choice."
    if images and draft.road == Road.RESOURCES:
        return "No image travels on this road, so there is no such choice."
    return ""


_TABLE = "labels.csv"
_TYPED = 100
"""More names than these are no command that a person would give."""
_NAMED = 6
_ALSO: dict[str, str] = {
    Kind.RESOURCES: "all of them, or some by their labels",
    Kind.DEMOGRAPHICS: "the subject's, with group and source",
    Kind.FIELDS: "custom variables and custom fields",
    Kind.QUALITY: "quality and note of each scan",
    Kind.NOTES: "note, date and time of the session",
    Kind.ASSESSORS: "made anew, without their IDs, links and history",
}
_REFUSE = "refuse"
_EXISTING: dict[str, str] = {
    _REFUSE: "the checklist names it and stops there",
    Existing.KEEP: "it stays as it is there",
    Existing.REPLACE: "it is written over",
}
