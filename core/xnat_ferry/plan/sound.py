"""Whether a plan, which people may edit, makes sense in itself, before any server is asked: pure."""

from collections.abc import Iterable, Iterator

from xnat_ferry.errors import BadEndpoint, UsageError
from xnat_ferry.model import LABEL, Road
from xnat_ferry.plan.model import Plan, PlannedSession
from xnat_ferry.plan.receiver import Receiver, parse_receiver
from xnat_ferry.settings.servers import parse_server, same_server


def faults(plan: Plan) -> Iterator[str]:
    """Why it cannot be carried out, each in words; nothing where it can."""
    yield from _twins("the session", (session.id for session in plan.sessions))
    # journal, proof and record know a session by its label
    yield from _twins("the source label", (session.session for session in plan.sessions))
    yield from _twins("the destination label", (one.to_session.casefold() for one in plan.travelling))
    for session in plan.travelling:
        yield from _session(session)
    yield from _ends(plan)


def _session(session: PlannedSession) -> Iterator[str]:
    name = session.session
    if not name:
        yield f"the session {session.id} has no label at the source"
    for label in (session.to_subject, session.to_session):
        if not LABEL.fullmatch(label):
            yield f"{name} would become {label!r}; XNAT takes letters, digits, - and _"
    if not session.scans:
        yield f'{name} shall be copied but names no scan; say fate = "skip" instead'
    yield from _twins(f"{name}: scan", (scan.id for scan in session.scans))


def _ends(plan: Plan) -> Iterator[str]:
    """The road has to lead from the one end to the other."""
    ends = plan.source, plan.destination
    for end, here in zip(ends, (plan.road == Road.UPLOAD, plan.road == Road.DOWNLOAD), strict=True):
        if end.local != here:
            place = "a project of a server" if here else "a place on this machine"
            yield f'{end.project} is {place}, where the road "{plan.road}" does not lead'
        elif not here:
            yield from _address(end.server)
    if plan.road.stays and not same_server(*(end.server for end in ends)):
        yield f'the road "{plan.road}" needs both projects on one server'
    if plan.road == Road.RECEIVER:
        yield from _receiver(plan.receiver)


def _address(server: str) -> Iterator[str]:
    try:
        right = parse_server(server)
    except BadEndpoint as error:
        yield f"server: {error.facts['why']}"
        return
    if right != server:
        yield f"server: the address is written {right}"


def _receiver(receiver: Receiver) -> Iterator[str]:
    try:
        parse_receiver(f"{receiver.host}:{receiver.port}", receiver.aet, receiver.calling)
    except UsageError as error:
        yield f"[receiver]: {str(error).rstrip('.')}"


def _twins(what: str, values: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            yield f"{what} {value} is in it more than once"
        seen.add(value)
