"""What it means for a plan that its sessions go by a DICOM receiver: pure."""

from msgspec.structs import replace

from xnat_ferry import wording
from xnat_ferry.checks import Finding
from xnat_ferry.dicom.routed import LONGEST, routing_string
from xnat_ferry.model import Road, Verdict
from xnat_ferry.plan.judged import Judged
from xnat_ferry.plan.model import Plan
from xnat_ferry.plan.receiver import NO_RECEIVER, Receiver


def over(judged: Judged, receiver: Receiver) -> Judged:
    """The same by a receiver, and what that means; unchanged without one."""
    if receiver == NO_RECEIVER:
        return judged
    planned = replace(judged.planned, road=Road.RECEIVER, receiver=receiver)
    findings = (*judged.checklist.findings, *_findings(planned))
    checklist = replace(judged.checklist, findings=findings)
    return replace(judged, planned=planned, checklist=checklist)


def _findings(plan: Plan) -> list[Finding]:
    project = plan.destination.project
    too_long = [
        one.session
        for one in plan.travelling
        if len(routing_string(project, one.to_subject, one.to_session)) > LONGEST
    ]
    found = [
        Finding(
            check="settings",
            verdict=Verdict.WARN,
            about=project,
            kind="receiver",
            message=(
                f"Sessions go to the DICOM receiver {plan.receiver}. StudyDescription of what is sent "
                f"becomes xnat://{project}/SUBJECT/SESSION; nothing else is changed, and nothing re-encoded."
            ),
            advice="Whether the site routes by it shows with the first session: try one first.",
        )
    ]
    if too_long:
        found.append(
            Finding(
                check="settings",
                verdict=Verdict.FAIL,
                about=project,
                kind="routing-too-long",
                message=(
                    f"The routing string of {wording.plural(len(too_long), 'session')} would be longer than "
                    f"{LONGEST} characters, the first is {too_long[0]}."
                ),
                advice="Give shorter labels with --labels.",
            )
        )
    return found
