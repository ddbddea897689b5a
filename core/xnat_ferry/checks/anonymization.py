"""The guide's sixth item: whether data are anonymised, as far as headers and the destination's scripts tell.

Values are shown masked, and only in findings: they are for whoever looks, not for any file.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from xnat_ferry.checks.asking import owners_of
from xnat_ferry.checks.deviating import GROUPS, deviations, private_elements, stated, text_in_pixels
from xnat_ferry.checks.finding import Finding
from xnat_ferry.checks.identifying import Known, identifying, mentioning, names_in
from xnat_ferry.checks.memory import Memory
from xnat_ferry.checks.naming import scans as scans_named
from xnat_ferry.checks.naming import some
from xnat_ferry.checks.rewriting import Outcome, Rewriting
from xnat_ferry.checks.sightings import Sighting, sightings_of
from xnat_ferry.dicom.header import HeaderElement, HeaderSample
from xnat_ferry.dicom.profile import Option
from xnat_ferry.labels import KEEP, LabelRules
from xnat_ferry.model import Verdict
from xnat_ferry.settings.redact import plain
from xnat_ferry.survey import Chosen, Headers, Survey
from xnat_ferry.wording import plural


def check_anonymization(
    survey: Survey,
    keep: frozenset[Option] = frozenset(),
    rules: LabelRules = KEEP,
    memory: Memory | None = None,
) -> tuple[Finding, ...]:
    """What the headers that were read say of persons, and what of it will stand at the destination.

    ``keep`` are the options of PS3.15 Annex E.3 that the project takes on purpose; ``rules`` make the labels
    that sessions get. With ``memory``, headers that were judged before are judged again only where other
    labels could matter to them.
    """
    project = survey.destination.endpoint.project
    if survey.headers == Headers.NONE:
        words = "No header was looked at, so whether the data are anonymised is not known."
        advice = "Check without --headers none." if survey.depth.sessions else "Check without --quick."
        return (_finding(Verdict.UNKNOWN, "headers-not-read", project, words, advice),)
    judge = _Judge(survey, keep, rules)
    findings = [finding for one in judge.all(survey, memory or Memory()) for finding in one.found]
    if judge.rewriting.none_runs and any(one.kind in _MATTERS for one in findings):
        words = f"No anonymisation script runs in {project}: headers are stored there as they come."
        advice = f"Ask {owners_of(survey.destination)} whether one should run, before you send."
        findings.append(_finding(Verdict.WARN, "no-script", project, words, advice))
    return tuple(findings) or (_nothing(survey),)


_MATTERS = frozenset({"identifying-remains", "name-in-text", "profile-deviates", "private-tags"})
_SHOWN, _KEYWORDS = 3, 5


class _Judged(Struct, frozen=True):
    """What was found in the headers of one session, and the labels by which it was judged."""

    chosen: Chosen
    known: Known
    found: tuple[Finding, ...]

    def holds(self, chosen: Chosen, known: Known) -> bool:
        """Whether the same would be found by these labels."""
        elements = (element for sample in chosen.headers for element in sample.elements)
        return chosen is self.chosen and not known.differs(self.known, elements)


class _Judge:
    """Judges session after session by the same scripts and options."""

    def __init__(self, survey: Survey, keep: frozenset[Option], rules: LabelRules) -> None:
        self.rewriting = Rewriting(survey.destination.settings)
        self._keep, self._rules = keep, rules
        self._settings = survey.destination.settings
        self._source, self._local = survey.source.endpoint.project, survey.source.endpoint.local
        self._project = survey.destination.endpoint.project
        self._owners = owners_of(survey.destination)

    def all(self, survey: Survey, memory: Memory) -> Sequence[_Judged]:
        """Each session, judged now or before."""
        basis = (self._settings, self._keep, self._source, self._local, self._project, self._owners)
        before: Mapping[str, _Judged] = memory.last("headers", *basis) or {}
        judged = []
        for chosen in survey.chosen:
            known, old = self._known(chosen), before.get(chosen.row.id)
            if old is None or not old.holds(chosen, known):
                old = _Judged(chosen, known, tuple(self._session(chosen, known)))
            judged.append(old)
        memory.keep("headers", {one.chosen.row.id: one for one in judged}, *basis)
        return judged

    def _session(self, chosen: Chosen, known: Known) -> Iterator[Finding]:
        label = chosen.row.label
        yield from _unread(chosen)
        samples = [sample for sample in chosen.headers if not sample.problem]
        if not samples:
            return
        looked = {"headers": _looked_at(chosen, samples)}
        leaks = [(sample.scan, element) for sample in samples for element in identifying(sample, known)]
        names = names_in(element for _, element in leaks)
        texts = [(sample.scan, element) for sample in samples for element in mentioning(sample, names)]
        yield from self._identifying(label, sightings_of(self.rewriting, leaks), looked)
        yield from self._mentioned(label, sightings_of(self.rewriting, texts), looked)
        yield from self._deviating(label, samples, {element for _, element in leaks}, known, looked)
        yield from self._private(label, samples, looked)
        yield from _pixels(label, samples, looked)

    def _known(self, chosen: Chosen) -> Known:
        row, to = chosen.row, self._rules.apply(chosen.row)
        if self._local:
            return Known.of(self._project)  # what names these sessions was taken from their headers
        return Known.of(
            row.subject, row.label, row.id, row.owner, self._source, self._project, to.subject, to.session
        )

    def _identifying(
        self, label: str, sightings: Sequence[Sighting], looked: Mapping[str, str]
    ) -> Iterator[Finding]:
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
                yield self._about(label, verdict, kind, words, advice, looked, these, what=what)

    def _mentioned(
        self, label: str, sightings: Sequence[Sighting], looked: Mapping[str, str]
    ) -> Iterator[Finding]:
        if not sightings:
            return
        outcomes = {one.outcome for one in sightings}
        verdict, becomes = next(
            (verdict, words) for outcome, verdict, words in _MENTIONED if outcome in outcomes
        )
        worst = {Verdict.FAIL: Outcome.REMAINS, Verdict.UNKNOWN: Outcome.UNCLEAR}.get(verdict, Outcome.GONE)
        what = some([one.keyword for one in sightings if one.outcome == worst], _SHOWN)
        words = "A name or number of {label} stands in free text, too, which {becomes}: {what}."
        advice = "Scripts for PatientName do not reach it: have the text cleaned, or ask {owners} for a rule."
        yield self._about(
            label, verdict, "name-in-text", words, advice, looked, sightings, what=what, becomes=becomes
        )

    def _deviating(
        self,
        label: str,
        samples: Sequence[HeaderSample],
        leaks: set[HeaderElement],
        known: Known,
        looked: Mapping[str, str],
    ) -> Iterator[Finding]:
        groups: dict[Option | None, list[tuple[str, HeaderElement]]] = {option: [] for option in GROUPS}
        for sample in samples:
            for option, element in deviations(sample, self._keep, known):
                if element not in leaks:
                    groups[option].append((sample.scan, element))
        sightings = {GROUPS[option]: sightings_of(self.rewriting, found) for option, found in groups.items()}
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
        evidence = {**looked, "the headers state": ", ".join(_stated(samples)) or "nothing"}
        evidence |= {group: some(keywords, 4 * _KEYWORDS) for group, keywords in left.items()}
        if outcome == Outcome.REMAINS:
            verdict, kind, keeps = Verdict.WARN, "profile-deviates", "keeps"
        else:
            verdict, kind, keeps = Verdict.UNKNOWN, "profile-unclear", "may keep"
        words = f"{{label}} {keeps} what the DICOM Basic Profile removes: {{what}}."
        advice = "Have it removed, or ask {owners} whether it may stay" + (
            f"; if so, say --keep {','.join(options)}." if options else "."
        )
        yield self._about(label, verdict, kind, words, advice, evidence, (), what=what)

    def _private(
        self, label: str, samples: Sequence[HeaderSample], looked: Mapping[str, str]
    ) -> Iterator[Finding]:
        creators: dict[Outcome, dict[str, None]] = {Outcome.REMAINS: {}, Outcome.UNCLEAR: {}}
        for sample in samples:
            for element in private_elements(sample, self._keep):
                outcome, _ = self.rewriting.of(element)
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
                evidence = {**looked, "private creators": some(found, 4 * _KEYWORDS)}
                what = some(found, _KEYWORDS)
                yield self._about(label, verdict, kind, words, advice, evidence, (), what=what)
                return

    def _about(
        self,
        label: str,
        verdict: Verdict,
        kind: str,
        words: str,
        advice: str,
        evidence: Mapping[str, str],
        sightings: Sequence[Sighting],
        **more: str,
    ) -> Finding:
        names = {"label": plain(label, 64), "project": self._project, "owners": self._owners, **more}
        found = {one.name: one.told for one in sightings}
        return _finding(
            verdict, kind, label, words.format(**names), advice.format(**names), {**evidence, **found}
        )


_MENTIONED = (
    (Outcome.REMAINS, Verdict.FAIL, "remains"),
    (Outcome.UNCLEAR, Verdict.UNKNOWN, "may remain"),
    (Outcome.GONE, Verdict.WARN, "the scripts remove"),
)
"""The worst first."""


def _worst(sightings: Iterable[Sighting]) -> Outcome | None:
    outcomes = {one.outcome for one in sightings}
    return next((outcome for outcome, _, _ in _MENTIONED if outcome in outcomes), None)


def _unread(chosen: Chosen) -> Iterator[Finding]:
    """A session or a scan whose header nobody saw."""
    label = chosen.row.label
    problems = {sample.scan: sample.problem for sample in chosen.headers if sample.problem}
    advice = "Check again; if it stays so, look at the files themselves before you send the session."
    if problems:
        words = f"The header of {scans_named(list(problems))} of {plain(label, 64)} could not be read."
        evidence = {f"scan {plain(scan, 20)}": plain(problem) for scan, problem in problems.items()}
        yield _finding(Verdict.UNKNOWN, "header-unread", label, words, advice, evidence)
    elif not chosen.headers and (chosen.detail is None or _with_dicom(chosen)):
        words = f"No header of {plain(label, 64)} could be read."
        evidence = {"why": plain(chosen.problem)} if chosen.problem else {}
        yield _finding(Verdict.UNKNOWN, "header-unread", label, words, advice, evidence)


def _with_dicom(chosen: Chosen) -> list[str]:
    """The scans that have files of which a header could be read."""
    detail = chosen.detail
    return [scan.id for scan in detail.scans if detail.amount(scan)[0] != 0] if detail else []


def _pixels(label: str, samples: Sequence[HeaderSample], looked: Mapping[str, str]) -> Iterator[Finding]:
    reasons: dict[str, list[str]] = {}
    for sample in samples:
        for reason in text_in_pixels(sample):
            scans = reasons.setdefault(reason, [])
            if sample.scan not in scans:
                scans.append(sample.scan)
    if reasons:
        scans = list(dict.fromkeys(scan for these in reasons.values() for scan in these))
        where = scans_named(scans).capitalize()
        words = f"{where} of {plain(label, 64)} may show text or a face: {'; '.join(reasons)}."
        advice = "Look at them before you send, or leave these scans out: no script cleans pixels by itself."
        evidence = {**looked, **{reason: scans_named(these) for reason, these in reasons.items()}}
        yield _finding(Verdict.WARN, "burned-in", label, words, advice, evidence)


def _nothing(survey: Survey) -> Finding:
    samples = [sample for chosen in survey.chosen for sample in chosen.headers]
    words = f"Nothing that identifies a person was seen in {plural(len(samples), 'header')}"
    words += f" of {plural(len(survey.chosen), 'session')}."
    evidence = {"headers": _DEPTHS.get(survey.headers, "one of each scan")}
    return _finding(Verdict.OK, "ok", survey.destination.endpoint.project, words, evidence=evidence)


_DEPTHS = {Headers.SESSION: "one of each session", Headers.ALL: "all"}


def _looked_at(chosen: Chosen, samples: Sequence[HeaderSample]) -> str:
    """``2 headers, of 2 of 5 scans``."""
    scans = len({sample.scan for sample in samples})
    return f"{plural(len(samples), 'header')}, of {scans} of {plural(len(_with_dicom(chosen)), 'scan')}"


def _stated(samples: Iterable[HeaderSample]) -> list[str]:
    return sorted({option.value for sample in samples for option in stated(sample)})


def _finding(
    verdict: Verdict,
    kind: str,
    about: str,
    message: str,
    advice: str = "",
    evidence: Mapping[str, str] | None = None,
) -> Finding:
    return Finding(
        check="anonymization",
        verdict=verdict,
        about=about,
        message=message,
        kind=kind,
        advice=advice,
        evidence=dict(evidence or {}),
    )
