"""Where the road receiver sends: the options of ``plan`` for it, and what they mean for a plan."""

from dataclasses import dataclass

from cyclopts import Parameter
from msgspec.structs import replace

from xnat_ferry import wording
from xnat_ferry.checks import Finding
from xnat_ferry.dicom.routed import LONGEST, routing_string
from xnat_ferry.errors import UsageError
from xnat_ferry.model import Road, Verdict
from xnat_ferry.plan import Plan
from xnat_ferry.plan.judged import Judged
from xnat_ferry.plan.receiver import NO_RECEIVER, Receiver, parse_receiver


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Receiving:
    """The options of the road receiver.

    Parameters
    ----------
    receiver
        HOST:PORT of the DICOM receiver, for --road receiver.
    aet
        The receiver's AE title.
    calling
        What this side calls itself, where the receiver lets in known titles only.
    """

    receiver: str | None = None
    aet: str | None = None
    calling: str = NO_RECEIVER.calling

    def to(self, road: Road, *, move: bool = False) -> Receiver:
        """The receiver that is meant; raises UsageError for what does not go together."""
        if road != Road.RECEIVER:
            if self.receiver or self.aet:
                raise UsageError(what="--receiver and --aet need --road receiver.")
            return NO_RECEIVER
        if move:
            raise UsageError(what="--road receiver takes no --move: 'settle' deletes after a copy alone.")
        if not self.receiver or not self.aet:
            raise UsageError(what="--road receiver needs --receiver HOST:PORT and --aet TITLE.")
        return parse_receiver(self.receiver, self.aet, self.calling)

    def again(self) -> tuple[str, ...]:
        """These options as arguments for the same command again."""
        if not self.receiver or not self.aet:
            return ()
        calling = ("--calling", self.calling) if self.calling != NO_RECEIVER.calling else ()
        return "--receiver", self.receiver, "--aet", self.aet, *calling


NOWHERE = Receiving()


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
