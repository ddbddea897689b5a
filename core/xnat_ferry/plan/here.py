"""Plans with one end on this machine, made of those that the checks and the answers gave: pure."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from msgspec.structs import replace

from xnat_ferry import wording
from xnat_ferry.model import Level, Road
from xnat_ferry.plan.model import Plan, PlannedSession
from xnat_ferry.plan.nameless import nameless


def uploading(
    plan: Plan,
    listings: Mapping[tuple[str, str], str],
    left_out: Iterable[str],
    telling: Collection[str],
) -> Plan:
    """The plan for the road upload.

    ``listings`` has a digest of the files' names, sizes and times for each session's ID and scan;
    ``left_out`` is why each file that is no DICOM stays behind. Their names are not kept: they may be
    somebody's, and so may labels: those of the sessions whose IDs are ``telling`` are not kept either.
    """
    plan = nameless(plan, telling)
    return replace(
        plan,
        road=Road.UPLOAD,
        left_out=tuple(
            f"{wording.plural(count, 'file')}: {why}" for why, count in Counter(map(_kind, left_out)).items()
        ),
        sessions=tuple(_listed(session, listings) for session in plan.sessions),
    )


def downloading(plan: Plan) -> Plan:
    """The plan for the road download: labels become names of folders, no two sessions one."""
    taken: set[str] = set()
    return replace(
        plan,
        road=Road.DOWNLOAD,
        verify=max(plan.verify, Level.IDENTITY, key=list(Level).index),
        sessions=tuple(_placed(session, taken) for session in plan.sessions),
    )


def _placed(session: PlannedSession, taken: set[str]) -> PlannedSession:
    subject, label = _name(session.to_subject), _name(session.to_session)
    name = apart = _name(f"{label[:60]}_{session.id}") if label.casefold() in taken else label
    count = 1
    while name.casefold() in taken:
        count += 1
        name = f"{apart}_{count}"
    taken.add(name.casefold())
    return replace(session, to_subject=subject, to_session=name)


def _name(label: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "_", label)[:100] or "_"


def _listed(session: PlannedSession, listings: Mapping[tuple[str, str], str]) -> PlannedSession:
    scans = (replace(scan, listing=listings[session.id, scan.id]) for scan in session.scans)
    return replace(session, scans=tuple(scans))


def _kind(why: str) -> str:
    """A reason without the name in it."""
    start, twin, _ = why.partition("another file with the SOPInstanceUID of ")
    return f"{twin}another" if twin and not start else why
