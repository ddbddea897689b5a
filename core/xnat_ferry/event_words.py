"""An event in words, for both faces and the record: half a line each."""

from xnat_ferry import events
from xnat_ferry.events import AnyEvent
from xnat_ferry.wording import counts, duration, plural, size


def what_happened(event: AnyEvent) -> str:
    """One event as half a line, without its time and session; "" for what is only a step between."""
    return _of_session(event) or _of_transfer(event)


def is_problem(event: AnyEvent) -> bool:
    """Whether a person should look at it."""
    return isinstance(event, _PROBLEMS) or (isinstance(event, _JUDGED) and event.verdict != "proven")


_PROBLEMS = (
    events.SessionFailed,
    events.SessionKept,
    events.RowKept,
    events.RowBeside,
    events.SessionNotTakenBack,
    events.TriedAgain,
    events.WorkerStopped,
    events.FileLeftOut,
)
_JUDGED = (events.SessionVerified, events.ResourceCarried, events.AssessorCarried)


def _of_session(event: AnyEvent) -> str:
    match event:
        case events.SourceRead():
            return (
                f"{plural(event.scans, 'scan')}, {plural(event.files, 'file')}, {size(event.bytes)} to carry"
            )
        case events.UnitFetched():
            return f"scan {event.unit}  {_amount(event)}  fetched and checked in {duration(event.seconds)}"
        case events.UnitSent():
            return f"scan {event.unit}  {_amount(event)}  {_how_sent(event)}"
        case events.FileLeftOut():
            return f"scan {event.scan}  {event.name} left out: {event.why}"
        case events.TriedAgain():
            what = _unit(event.unit) if event.unit else "archiving"
            return f"{what}  try {event.attempt} failed, again: {event.message}"
        case events.SessionBuilt():
            return "ready in the prearchive"
        case events.SessionVerified():
            return f"{event.verdict} in the {event.where} ({event.level}): {counts(event.counts)}"
        case _:
            return _of_ending(event)


def _how_sent(event: events.UnitSent) -> str:
    if event.there:
        return "is there already"
    return f"{'sent' if event.row.startswith('/') else 'written'} in {duration(event.seconds)}"


def _of_ending(event: AnyEvent) -> str:
    match event:
        case events.ArchiveChecked(notices=notices):
            return f"before archiving the server says: {'; '.join(notices)}" if notices else ""
        case events.ArchiveAwaited():
            return f"the server is still archiving ({event.status}); the row is looked at now and then"
        case events.SessionArchived():
            return f"archived in {duration(event.seconds)}"
        case events.SessionSkipped():
            return f"skipped: {event.why}"
        case events.SessionFinished():
            return f"done, in the {event.where}"
        case events.SessionFailed():
            return f"FAILED: {event.message} {event.advice}"
        case _:
            return (
                _of_removal(event) or _of_row_removal(event) or _of_belongings(event) or _of_assignment(event)
            )


def _of_belongings(event: AnyEvent) -> str:
    match event:
        case events.ResourceSending():
            return f"{_resource(event)}: {plural(event.files, 'file')} to send"
        case events.ResourceCarried():
            return f"{_resource(event)}: {event.verdict}, {counts(event.counts)}"
        case events.AssessorCarried():
            lost = f", NOT there: {', '.join(event.lost[:8])}" if event.lost else ""
            made = "made" if event.created else "was there"
            return f"assessor {event.assessor}: {made}, {plural(event.fields, 'value')} the same{lost}"
        case events.HeadersRouted():
            return f"StudyDescription of what is sent becomes {event.address}"
        case events.BelongingsWait():
            return "its resources and values follow once it is archived: 'xnat-ferry archive'"
        case events.ValuesCarried():
            told = [
                f"{len(names)} {word}"
                for names, word in (
                    (event.written, "written"),
                    (event.same, "there already"),
                    (event.kept, "kept as they are there"),
                    (event.refused, "refused"),
                    (event.differing, "NOT as sent"),
                )
                if names
            ]
            return f"{event.kind} of its {event.level}: {', '.join(told) or 'none'}"
        case _:
            return ""


def _resource(event: events.ResourceSending | events.ResourceCarried) -> str:
    part = f" of {event.level} {event.scan}" if event.scan else ""
    return f"resource {event.resource}{part}"


def _unit(unit: str) -> str:
    """A unit of the journal: scans by their IDs, anything else by its own words."""
    return unit if unit.startswith(("resource ", "values ")) else f"scan {unit}"


def _of_removal(event: AnyEvent) -> str:
    match event:
        case events.SessionRemoved(how=events.Removal.UNSHARE):
            return "no longer shared into the source project"
        case events.SessionRemoved(found=True):
            return "found deleted at the source"
        case events.SessionRemoved():
            return "deleted at the source"
        case events.SessionKept():
            return f"KEPT at the source: {event.message} {event.advice}"
        case events.MoveSettled():
            gone = "gone at the source" if event.gone else "STILL at the source"
            return f"{gone}, {event.verdict} at the destination"
        case _:
            return ""


_ASSIGNED = {
    events.Assigning.SHARE: "shown in {project} as {label}",
    events.Assigning.RELOCATE: "owned by {project} as {label}",
    events.Assigning.UNSHARE: "no longer shown in {project}",
    events.Assigning.RETURN: "owned by {project} again, as {label}",
}


def _of_assignment(event: AnyEvent) -> str:
    match event:
        case events.Assigned():
            what = "its subject is " if event.subject else ""
            found = ", found so after an interruption" if event.found else ""
            return what + _ASSIGNED[event.how].format(project=event.project, label=event.label) + found
        case events.SessionTakenBack():
            return "taken back"
        case events.SessionNotTakenBack():
            return f"NOT taken back: {event.message} {event.advice}"
        case _:
            return ""


def _of_row_removal(event: AnyEvent) -> str:
    match event:
        case events.RowRemoved(found=True):
            return "found gone from the prearchive"
        case events.RowRemoved():
            return "removed from the prearchive"
        case events.RowBeside():
            return f"ANOTHER row of it waits in the prearchive, {event.row}. {event.advice}"
        case events.RowKept():
            return f"KEPT in the prearchive: {event.message} {event.advice}"
        case _:
            return ""


def _of_transfer(event: AnyEvent) -> str:
    match event:
        case events.WorkerStarted():
            return f"worker {event.pid} on {event.host} takes the transfer up"
        case events.LoggedIn():
            return f"logged in at {event.server} as {event.user} (XNAT {event.server_version})"
        case events.WorkerStopped():
            return f"stopped: {event.why} {event.advice}".rstrip()
        case events.TakingBackFinished():
            failed = f", {event.failed} NOT" if event.failed else ""
            return f"finished: {event.done} taken back{failed}; {plural(event.requests, 'request')}"
        case events.TransferFinished():
            outcome = f"{event.done} done" + (f", {event.failed} FAILED" if event.failed else "")
            return (
                f"finished: {outcome}; {size(event.bytes_down)} down, {size(event.bytes_up)} up, "
                f"{plural(event.requests, 'request')}, {duration(event.seconds)}"
            )
        case _:
            return _of_settling(event)


def _of_settling(event: AnyEvent) -> str:
    match event:
        case events.RemovalOrdered(waiting=True):
            return f"{plural(len(event.sessions), 'session')} may be removed from the prearchive"
        case events.RemovalOrdered():
            return f"{plural(len(event.sessions), 'session')} may be removed from the source"
        case events.SubjectLeftEmpty():
            kept = f", and is kept: {event.why}" if event.why else ""
            return f"subject {event.subject} has no session left at the source{kept}"
        case events.SubjectRemoved():
            return f"subject {event.subject} deleted at the source"
        case events.SettlingFinished():
            return f"settled: {event.removed} removed, {event.kept} kept"
        case _:
            return ""


def _amount(event: events.UnitFetched | events.UnitSent) -> str:
    return f"{plural(event.files, 'file')}  {size(event.bytes)}"
