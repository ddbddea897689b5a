"""Sessions on this machine whose proposed labels would say who somebody is."""

from collections.abc import Iterator

from xnat_ferry.checks.anonymization.identifying import (
    PATIENT_ID,
    PATIENT_NAME,
    is_person,
    is_record_number,
    shown,
)
from xnat_ferry.checks.finding import Finding
from xnat_ferry.labels import KEEP, LabelRules
from xnat_ferry.model import Verdict
from xnat_ferry.survey import Chosen, Survey


def named_after(survey: Survey, rules: LabelRules) -> Iterator[Finding]:
    """One finding for each session that would be called after its patient.

    XNAT takes the labels of what it is sent without any from PatientName and PatientID (wire-write 1.9), and
    no script changes a label.
    """
    if not survey.source.endpoint.local:
        return
    for chosen in survey.chosen:
        told = _told(chosen, rules)
        if told:
            yield Finding(
                check="labels",
                verdict=Verdict.FAIL,
                about=shown(chosen.row.label),
                message=f"A session would be called after its patient: {told}. Labels are seen by everybody "
                "in the project, and no script changes them.",
                kind="label-identifies",
                advice="Give it other labels: --write-labels FILE.csv, change them there, then "
                "--labels FILE.csv; or a --labels template.",
                evidence={"study": chosen.row.id},
            )


def telling(survey: Survey) -> frozenset[str]:
    """The IDs of the sessions on this machine whose proposed labels would say who somebody is."""
    here = survey.chosen if survey.source.endpoint.local else ()
    return frozenset(chosen.row.id for chosen in here if _told(chosen, KEEP))


def _told(chosen: Chosen, rules: LabelRules) -> str:
    to = rules.apply(chosen.row)
    for sample in chosen.headers:
        name, number = sample.value(PATIENT_NAME), sample.value(PATIENT_ID)
        for label in (to.subject, to.session):
            if name and is_person(name) and _letters(name) in _letters(label):
                return f"the label {shown(label)} holds PatientName"
            if number and is_record_number(number) and _letters(number) in _letters(label):
                return f"the label {shown(label)} holds PatientID, which looks like a hospital's number"
    return ""


def _letters(text: str) -> str:
    return "".join(one for one in text.casefold() if one.isalnum())
