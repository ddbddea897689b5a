"""One PatientID a session and a subject, as the source has it: whatever becomes of it on the way."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from xnat_ferry.checks.anonymization.identifying import is_blank
from xnat_ferry.checks.anonymization.rewriting import becomes
from xnat_ferry.checks.finding import Finding
from xnat_ferry.checks.memory import Memory
from xnat_ferry.checks.phrases import scans, some
from xnat_ferry.labels import LabelRules
from xnat_ferry.model import SessionRow, Verdict
from xnat_ferry.survey import Chosen, Survey

PATIENT_ID = 0x00100020


def patient_findings(survey: Survey, rules: LabelRules, memory: Memory) -> Iterator[Finding]:
    """Two patients in one session; a subject of several PatientIDs, several subjects of one.

    No PatientID is ever shown.
    """
    of_subject: dict[str, set[str]] = defaultdict(set)
    of_id: dict[str, set[str]] = defaultdict(set)
    without: Counter[str] = Counter()
    names: dict[str, str] = {}
    unsaid: set[str] = set()
    for chosen, ids in memory.of("patients", survey, _all_ids):
        if len(ids) > 1:
            yield _differs(chosen, ids)
            continue
        subject = rules.apply(chosen.row).subject
        names.setdefault(subject.casefold(), subject)
        if survey.source.endpoint.local and _is_unsaid(chosen.row, rules):
            unsaid.add(subject.casefold())
        without[subject.casefold()] += bool(chosen.headers) and all(map(is_blank, ids))
        for one in ids:
            if not _is_stamp(one, survey, chosen):
                of_subject[subject.casefold()].add(one)
                of_id[one].add(subject.casefold())
    nameless = [one for one in unsaid if without[one] + sum(not is_blank(id) for id in of_subject[one]) > 1]
    if nameless:
        yield _nameless(survey, sorted(names[one] for one in nameless))
        for one in nameless:
            del of_subject[one]
    yield from _across(survey, names, of_subject, of_id)


def _is_unsaid(row: SessionRow, rules: LabelRules) -> bool:
    """Whether its subject is, or holds, a word of PatientName that is no name, and nobody gave it another."""
    given = rules.given(row)
    if given is not None and given.subject.casefold() != row.subject.casefold():
        return False
    return is_blank(row.subject) and row.subject.casefold() in rules.apply(row).subject.casefold()


def _is_stamp(patient_id: str, survey: Survey, chosen: Chosen) -> bool:
    """Whether it is its session's label that XNAT wrote there: that tells of no patient (wire-write 1.12).

    On this machine it is the label that was taken from the PatientID, so there only one that begins with its
    subject's label as a word is taken for XNAT's: 001_MR1 of 001, and not Patient1 of Patient.
    """
    label, subject = chosen.row.label.casefold(), chosen.row.subject.casefold()
    if patient_id.casefold() != label:
        return False
    rest = label.removeprefix(subject)
    return not survey.source.endpoint.local or (rest != label and not rest[:1].isalnum())


def _all_ids(survey: Survey) -> list[tuple[Chosen, Mapping[str, list[str]]]]:
    return [(chosen, _ids(chosen)) for chosen in survey.chosen]


def _ids(chosen: Chosen) -> Mapping[str, list[str]]:
    """The scans by the PatientID that their headers say."""
    found: dict[str, list[str]] = defaultdict(list)
    for sample in chosen.headers:
        if one := sample.value(PATIENT_ID).strip():
            found[one].append(sample.scan)
    return found


def _differs(chosen: Chosen, ids: Mapping[str, list[str]]) -> Finding:
    groups = [scans(group) for group in ids.values()]
    return Finding(
        check="metadata",
        verdict=Verdict.FAIL,
        about=chosen.row.label,
        message=f"The headers of {chosen.row.label} name {len(ids)} patients: it may hold two people.",
        kind="patient-differs",
        advice="Find out whose images these are; leave out with --scans what does not belong here, or, "
        "where it is one person, say --accept patient-differs.",
        evidence={f"patient {number}": group for number, group in enumerate(groups[:5], 1)},
    )


def _nameless(survey: Survey, subjects: list[str]) -> Finding:
    """On this machine nobody has said whose sessions these are: a word in PatientName did."""
    return _about_all(
        survey,
        "patients-nameless",
        f"Sessions that no PatientID says to be one person's would be one subject: {some(subjects)}, "
        "which is no name.",
        "Give each person a subject: --write-labels FILE.csv, change them there, then --labels FILE.csv. "
        "Where it is one person, say --accept patients-nameless.",
        {"subjects": some(subjects)},
        Verdict.FAIL,
    )


def _across(
    survey: Survey,
    names: Mapping[str, str],
    of_subject: Mapping[str, set[str]],
    of_id: Mapping[str, set[str]],
) -> Iterator[Finding]:
    varying = [names[subject] for subject, ids in of_subject.items() if len(ids) > 1]
    if varying:
        yield _about_all(
            survey,
            "patient-id-varies",
            f"The sessions of one subject have different PatientIDs: {some(varying)}.",
            "Make sure that all these sessions are of one person; else map them to other subjects.",
            {"subjects": some(varying)},
        )
    shared = [sorted(names[one] for one in subjects) for subjects in of_id.values() if len(subjects) > 1]
    if shared:
        groups = [some(group) for group in shared]
        yield _about_all(
            survey,
            "patient-id-shared",
            f"Subjects share a PatientID: {groups[0]}" + (" and others." if len(groups) > 1 else "."),
            "Make sure that these are different people; else map them to one subject.",
            {f"one PatientID ({number})": group for number, group in enumerate(groups[:5], 1)},
        )


def _about_all(
    survey: Survey,
    kind: str,
    message: str,
    advice: str,
    evidence: dict[str, str],
    verdict: Verdict = Verdict.WARN,
) -> Finding:
    destination = survey.destination
    at_destination = becomes(destination.settings, PATIENT_ID)
    return Finding(
        check="metadata",
        verdict=verdict,
        about=destination.endpoint.project,
        message=message,
        kind=kind,
        advice=advice,
        evidence={**evidence, f"PatientID in {destination.endpoint.project}": at_destination},
    )
