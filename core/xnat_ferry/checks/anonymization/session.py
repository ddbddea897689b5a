"""What the headers of one session say of persons, as findings."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Self

from msgspec import Struct

from xnat_ferry.checks.anonymization.deviating import (
    GROUPS,
    deviations,
    private_elements,
    stated,
    text_in_pixels,
)
from xnat_ferry.checks.anonymization.finding import finding
from xnat_ferry.checks.anonymization.identifying import Known, identifying, mentioning, names_in
from xnat_ferry.checks.anonymization.reading import extent, unread
from xnat_ferry.checks.anonymization.rewriting import Outcome, Rewriting
from xnat_ferry.checks.anonymization.sightings import Sighting, sightings_of
from xnat_ferry.checks.finding import Finding
from xnat_ferry.checks.phrases import scans as scans_named
from xnat_ferry.checks.phrases import some
from xnat_ferry.checks.whom_to_ask import owners_of
from xnat_ferry.dicom.header import HeaderElement, HeaderSample
from xnat_ferry.dicom.profile import Option
from xnat_ferry.model import Verdict
from xnat_ferry.settings.redact import plain
from xnat_ferry.survey import Chosen, ProjectView

_SHOWN, _KEYWORDS = 3, 5


class JudgedBy(Struct, frozen=True):
    """What the headers of all sessions are judged by."""

    rewriting: Rewriting
    keep: frozenset[Option]
    """The options of PS3.15 Annex E.3 that the project takes on purpose."""
    project: str
    """The destination."""
    owners: str
    """Whom to ask there, for the middle of a sentence."""

    @classmethod
    def of(cls, destination: ProjectView, keep: frozenset[Option]) -> Self:
        """By the scripts of a destination."""
        project = destination.endpoint.project
        return cls(Rewriting(destination.settings), keep, project, owners_of(destination))


def judge_session(chosen: Chosen, known: Known, by: JudgedBy) -> Iterator[Finding]:
    """What one session's headers say of persons, and of which of them nobody knows; none where nothing does.

    ``known`` are the labels and IDs that name nobody.
    """
    yield from unread(chosen)
    samples = [sample for sample in chosen.headers if not sample.problem]
    if samples:
        yield from _Headers(chosen, samples, known, by).findings()


class _Headers:
    """The headers of one session that could be read."""

    def __init__(self, chosen: Chosen, samples: Sequence[HeaderSample], known: Known, by: JudgedBy) -> None:
        self._label, self._samples, self._known, self._by = chosen.row.label, samples, known, by
        self._basis = {"headers": extent(chosen, samples)}
        """The evidence that goes with every finding."""

    def findings(self) -> Iterator[Finding]:
        leaks = [
            (sample.scan, element) for sample in self._samples for element in identifying(sample, self._known)
        ]
        names = names_in(element for _, element in leaks)
        texts = [(sample.scan, element) for sample in self._samples for element in mentioning(sample, names)]
        yield from self._identifying(sightings_of(self._by.rewriting, leaks))
        yield from self._mentioned(sightings_of(self._by.rewriting, texts))
        yield from self._deviating({element for _, element in leaks})
        yield from self._private()
        yield from self._pixels()

    def _identifying(self, sightings: Sequence[Sighting]) -> Iterator[Finding]:
        for outcome, kind, verdict, words, advice in (
            (
                Outcome.REMAINS,
                "identifying-remains",
                Verdict.FAIL,
                "{label} seems to identify a person, and nothing in {project} removes it: {what}.",
                "Have it de-identified at the source, or ask {owners} for a script that removes these "
                "attributes; only where such data may be there, say --accept identifying-remains.",
            ),
            (
                Outcome.UNCLEAR,
                "identifying-unclear",
                Verdict.UNKNOWN,
                "{label} seems to identify a person; whether that stays in {project} is not clear: {what}.",
                "Ask {owners} what becomes of these attributes there, before you send.",
            ),
            (
                Outcome.GONE,
                "identifying-replaced",
                Verdict.WARN,
                "{label} seems to identify a person at the source; scripts of {project} remove it: {what}.",
                "The files pass through this machine as they are: make sure that you may handle them here.",
            ),
        ):
            these = [one for one in sightings if one.outcome == outcome]
            if these:
                what = some([one.brief for one in these], _SHOWN)
                yield self._about(verdict, kind, words, advice, _told(these), what=what)

    def _mentioned(self, sightings: Sequence[Sighting]) -> Iterator[Finding]:
        outcome = _worst(sightings)
        if outcome is None:
            return
        verdict, becomes = _MENTIONED[outcome]
        what = some([one.keyword for one in sightings if one.outcome == outcome], _SHOWN)
        words = "A name or number of {label} stands in free text, too, which {becomes}: {what}."
        advice = "Scripts for PatientName do not reach it: have the text cleaned, or ask {owners} for a rule."
        yield self._about(
            verdict, "name-in-text", words, advice, _told(sightings), what=what, becomes=becomes
        )

    def _deviating(self, leaks: set[HeaderElement]) -> Iterator[Finding]:
        groups: dict[Option | None, list[tuple[str, HeaderElement]]] = {option: [] for option in GROUPS}
        for sample in self._samples:
            for option, element in deviations(sample, self._by.keep, self._known):
                if element not in leaks:
                    groups[option].append((sample.scan, element))
        sightings = {
            GROUPS[option]: sightings_of(self._by.rewriting, found) for option, found in groups.items()
        }
        outcome = _worst(one for these in sightings.values() for one in these)
        if outcome in (None, Outcome.GONE):
            return
        left = {
            group: [one.keyword for one in these if one.outcome == outcome]
            for group, these in sightings.items()
        }
        left = {group: list(dict.fromkeys(keywords)) for group, keywords in left.items() if keywords}
        what = "; ".join(f"{group} ({some(keywords, _KEYWORDS)})" for group, keywords in left.items())
        options = [option.value for option, group in GROUPS.items() if option is not None and group in left]
        evidence = {"the headers state": ", ".join(_stated(self._samples)) or "nothing"}
        evidence |= {group: some(keywords, 4 * _KEYWORDS) for group, keywords in left.items()}
        if outcome == Outcome.REMAINS:
            verdict, kind, keeps = Verdict.WARN, "profile-deviates", "keeps"
        else:
            verdict, kind, keeps = Verdict.UNKNOWN, "profile-unclear", "may keep"
        words = f"{{label}} {keeps} what the DICOM Basic Profile removes: {{what}}."
        advice = "Have it removed, or ask {owners} whether it may stay" + (
            f"; if so, say --keep {','.join(options)}." if options else "."
        )
        yield self._about(verdict, kind, words, advice, evidence, what=what)

    def _private(self) -> Iterator[Finding]:
        creators: dict[Outcome, dict[str, None]] = {Outcome.REMAINS: {}, Outcome.UNCLEAR: {}}
        for sample in self._samples:
            for element in private_elements(sample, self._by.keep):
                outcome, _ = self._by.rewriting.of(element)
                if outcome != Outcome.GONE:
                    creators[outcome][element.creator] = None
        for outcome, verdict, kind, keeps in (
            (Outcome.REMAINS, Verdict.WARN, "private-tags", "keeps"),
            (Outcome.UNCLEAR, Verdict.UNKNOWN, "private-unclear", "may keep"),
        ):
            if found := [plain(one, 64) or "an unnamed creator" for one in creators[outcome]]:
                words = f"{{label}} {keeps} private attributes that nothing says to be safe, of {{what}}."
                advice = (
                    "Have them removed, or find out what they hold; if they are safe, say --keep private."
                )
                evidence = {"private creators": some(found, 4 * _KEYWORDS)}
                what = some(found, _KEYWORDS)
                yield self._about(verdict, kind, words, advice, evidence, what=what)
                return

    def _pixels(self) -> Iterator[Finding]:
        reasons: dict[str, list[str]] = {}
        for sample in self._samples:
            for reason in text_in_pixels(sample):
                scans = reasons.setdefault(reason, [])
                if sample.scan not in scans:
                    scans.append(sample.scan)
        if reasons:
            scans = list(dict.fromkeys(scan for these in reasons.values() for scan in these))
            where = scans_named(scans).capitalize()
            words = "{where} of {label} may show text or a face: {what}."
            advice = (
                "Look at them before you send, or leave these scans out: no script cleans pixels by itself."
            )
            evidence = {reason: scans_named(these) for reason, these in reasons.items()}
            yield self._about(
                Verdict.WARN, "burned-in", words, advice, evidence, where=where, what="; ".join(reasons)
            )

    def _about(
        self,
        verdict: Verdict,
        kind: str,
        words: str,
        advice: str,
        evidence: Mapping[str, str],
        **more: str,
    ) -> Finding:
        """A finding on this session, whose words and advice name it, the project and its owners in braces."""
        names = {
            "label": plain(self._label, 64),
            "project": self._by.project,
            "owners": self._by.owners,
            **more,
        }
        evidence = {**self._basis, **evidence}
        return finding(verdict, kind, self._label, words.format(**names), advice.format(**names), evidence)


_MENTIONED = {
    Outcome.REMAINS: (Verdict.FAIL, "remains"),
    Outcome.UNCLEAR: (Verdict.UNKNOWN, "may remain"),
    Outcome.GONE: (Verdict.WARN, "the scripts remove"),
}
"""The worst first."""


def _worst(sightings: Iterable[Sighting]) -> Outcome | None:
    outcomes = {one.outcome for one in sightings}
    return next((outcome for outcome in _MENTIONED if outcome in outcomes), None)


def _told(sightings: Sequence[Sighting]) -> dict[str, str]:
    """The evidence for what was seen."""
    return {one.name: one.told for one in sightings}


def _stated(samples: Iterable[HeaderSample]) -> list[str]:
    return sorted({option.value for sample in samples for option in stated(sample)})
