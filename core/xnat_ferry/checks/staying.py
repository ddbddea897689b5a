"""The checklist for sharing and relocating: what stays as it is, whose it will be, what stands against it.

Nothing passes the importer, so the items that are about arriving say what does not happen instead.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from xnat_ferry.checks.access import check_access
from xnat_ferry.checks.anonymization.check import check_anonymization
from xnat_ferry.checks.conflicts import check_conflicts
from xnat_ferry.checks.finding import Conflict, Finding
from xnat_ferry.checks.labels import check_labels
from xnat_ferry.checks.phrases import some
from xnat_ferry.checks.whom_to_ask import owners_of
from xnat_ferry.dicom.profile import Option
from xnat_ferry.labels import LabelRules
from xnat_ferry.model import Road, Verdict
from xnat_ferry.project import Script
from xnat_ferry.settings.redact import plain
from xnat_ferry.survey import Survey
from xnat_ferry.survey.seen_staying import StayingSeen

_NOT_ONE = "XNAT does not make one subject of two: give it another label, as --labels subject.prefix=P_."


def check_staying(
    survey: Survey,
    seen: StayingSeen,
    conflicts: tuple[Conflict, ...],
    rules: LabelRules,
    keep: frozenset[Option],
) -> tuple[Finding, ...]:
    """All findings, in the guide's order."""
    judge = _Judge(survey, seen, rules)
    return (
        *check_access(survey, rules, archives=True),
        *judge.rights(),
        *judge.ownership(),
        *check_conflicts(survey, conflicts),
        *judge.subjects(),
        *check_labels(survey, rules),
        judge.metadata(),
        *judge.settings(),
        *judge.scripts(),
        *_without("no-script", check_anonymization(judge.as_it_will_be(), keep, rules)),
        judge.room(),
    )


def _without(kind: str, findings: tuple[Finding, ...]) -> Iterator[Finding]:
    return (one for one in findings if one.kind != kind)


class _Judge:
    def __init__(self, survey: Survey, seen: StayingSeen, rules: LabelRules) -> None:
        self._survey, self._seen, self._rules = survey, seen, rules
        self._source = survey.source.endpoint.project
        self._project = survey.destination.endpoint.project
        self._moves = seen.road == Road.RELOCATE

    # Access: whose it is, and whose it will be

    def rights(self) -> Iterator[Finding]:
        """What giving away takes at the source (wire-write 5.3)."""
        if not self._moves or self._seen.may_delete:
            return
        ask = f"Ask {owners_of(self._survey.source)} to relocate them, or to give you the role Owner."
        if self._seen.may_delete is None:
            words = f"Whether you may give sessions of {self._source} away is not known."
            yield self._finding("access", Verdict.UNKNOWN, "may-give-away-unread", words, ask)
        else:
            words = f"You may not give sessions of {self._source} away: that takes the role Owner there."
            yield self._finding("access", Verdict.FAIL, "may-not-give-away", words, ask)

    def ownership(self) -> Iterator[Finding]:
        """What the owner is, and becomes."""
        for chosen in self._survey.chosen:
            owner = chosen.row.owner
            if owner not in (None, self._source):
                words = f"{chosen.row.label} belongs to {plain(owner, 60)}, and {self._source} only shows it."
                advice = f"{self._seen.road.value.capitalize()} it from {plain(owner, 60)}, or leave it out."
                yield self._finding(
                    "access", Verdict.FAIL, "not-owned", words, advice, about=chosen.row.label
                )
        if self._moves:
            words = (
                f"{self._project} becomes the owner: {self._source} loses the sessions, and only owners of "
                f"{self._project} may delete them or give them back."
            )
            advice = (
                "See that the owners of both projects agree; 'xnat-ferry undo' needs those of the new one."
            )
            yield self._finding("access", Verdict.WARN, "owner-changes", words, advice)
        else:
            words = (
                f"{self._source} stays the owner: members of {self._project} may read the sessions and "
                f"change nothing, and what is deleted in {self._source} is gone in {self._project} as well."
            )
            advice = "Copy instead, if they shall outlive the source or be worked on."
            yield self._finding("access", Verdict.WARN, "owner-stays", words, advice)

    # Conflicts: subjects are shown under a label, too

    def subjects(self) -> Iterator[Finding]:
        """Subjects whose label is another's there, who have another label there, or would get two."""
        if self._seen.subjects is None:
            words = (
                f"The subjects of {self._project} could not be listed: whether labels are free is not known."
            )
            yield self._finding("conflicts", Verdict.UNKNOWN, "subjects-unread", words, "Look again.")
            return
        by_label = {label.casefold(): found for label, found in self._seen.subjects.items()}
        label_of = {found: label for label, found in self._seen.subjects.items()}
        wanted: dict[str, dict[str, str]] = defaultdict(dict)
        for chosen in self._survey.chosen:
            if chosen.detail is not None and chosen.row.id not in self._seen.already:
                label = self._rules.apply(chosen.row).subject
                wanted[chosen.detail.subject_id].setdefault(label.casefold(), label)
        for subject, labels in wanted.items():
            yield from self._subject(subject, list(labels.values()), by_label, label_of)
        yield from self._shared_labels(wanted)

    def _shared_labels(self, wanted: Mapping[str, Mapping[str, str]]) -> Iterator[Finding]:
        """Chosen subjects that would be called the same."""
        labels = {folded: label for each in wanted.values() for folded, label in each.items()}
        takers = Counter(folded for each in wanted.values() for folded in each)
        for folded, count in takers.items():
            if count > 1:
                words = f"{count:,} subjects would be called {plain(labels[folded], 60)} in {self._project}."
                yield self._finding("conflicts", Verdict.FAIL, "subject-taken", words, _NOT_ONE)

    def _subject(
        self, subject: str, labels: list[str], by_label: dict[str, str], label_of: dict[str, str]
    ) -> Iterator[Finding]:
        if len(labels) > 1:
            words = f"One subject would get {len(labels)} labels in {self._project}: {some(labels)}."
            advice = "Give all sessions of a subject one label for it, with --labels."
            yield self._finding("conflicts", Verdict.FAIL, "subject-divided", words, advice)
            return
        label, there = labels[0], label_of.get(subject)
        holder = by_label.get(label.casefold(), subject)
        if there is not None and there.casefold() != label.casefold():
            words = (
                f"The subject that would be {plain(label, 60)} is in {self._project} already, "
                f"as {plain(there, 60)}."
            )
            advice = f"Give it that label: with --labels, or in a .csv file, {plain(there, 60)}."
            yield self._finding("conflicts", Verdict.FAIL, "subject-elsewhere", words, advice)
        elif holder != subject:
            words = f"{self._project} has another subject called {plain(label, 60)}."
            yield self._finding("conflicts", Verdict.FAIL, "subject-taken", words, _NOT_ONE)

    # What does not happen

    def metadata(self) -> Finding:
        """Nothing is read on the way."""
        words = "Nothing is sent: UIDs, PatientIDs and routing strings stay as they are, and lead nowhere."
        return self._finding("metadata", Verdict.OK, "ok", words)

    def settings(self) -> Iterator[Finding]:
        """The switch that forbids it, and what starts on arrival."""
        if self._seen.sharing is False:
            words = (
                f"{self._source} does not let its data be given to other projects: sharing is switched off."
            )
            advice = f"Ask {owners_of(self._survey.source)} or an administrator to switch it on, or copy."
            yield self._finding("settings", Verdict.FAIL, "sharing-off", words, advice)
        elif self._seen.sharing is None:
            words = f"Whether {self._source} lets its data be given to other projects is not known."
            yield self._finding("settings", Verdict.UNKNOWN, "sharing-unread", words, "Look again.")
        words = (
            f"Nothing passes the prearchive or filters of {self._project}, and no pipeline that starts on "
            f"arrival runs. What pipelines made of the sessions (assessors) stays in {self._source}."
        )
        advice = f"Start what is wanted in {self._project} by hand."
        yield self._finding("settings", Verdict.WARN, "nothing-arrives", words, advice)

    def scripts(self) -> Iterator[Finding]:
        """Headers stay as they are, but for sites that run the new owner's script again (wire-write 1.12)."""
        script = self._survey.destination.settings.project_script
        if self._seen.runs_again and script is not None and script.runs:
            words = f"This site runs the script of {self._project} over what moves there: headers change."
            advice = "Be sure that this is wanted: the headers as they are now are lost."
            yield self._finding("anonymization", Verdict.WARN, "script-runs-again", words, advice)
            return
        maybe = script is None or script.runs
        unless = (
            ", unless this site runs them on what moves" if self._seen.runs_again is None and maybe else ""
        )
        words = (
            f"No anonymisation script of {self._project} runs{unless}: whoever may read there sees the "
            f"headers as they are in {self._source}."
        )
        advice = f"Copy instead, if {self._project} may not see them so."
        yield self._finding("anonymization", Verdict.WARN, "script-not-run", words, advice)

    def as_it_will_be(self) -> Survey:
        """The survey with the scripts that will run, so that headers are judged as they will be seen."""
        view, off = self._survey.destination, Script(enabled=False)
        own = view.settings.project_script
        nothing = self._seen.runs_again is False or (own is not None and not own.runs)
        later = off if nothing else own if self._seen.runs_again else None
        settings = replace(view.settings, site_script=off, project_script=later)
        return replace(self._survey, destination=replace(view, settings=settings))

    def room(self) -> Finding:
        """Nothing is stored here but the transfer's own files."""
        words = "Nothing travels, so no room is needed here but for the transfer's journal."
        return self._finding("room", Verdict.OK, "ok", words)

    def _finding(
        self, check: str, verdict: Verdict, kind: str, message: str, advice: str = "", about: str = ""
    ) -> Finding:
        return Finding(
            check=check,
            verdict=verdict,
            about=about or self._project,
            message=message,
            kind=kind,
            advice=advice,
            evidence={"road": self._seen.road.value},
        )
