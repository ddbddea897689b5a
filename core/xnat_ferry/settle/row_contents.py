"""Whether all that lies in a prearchive row was sent by this transfer: every file is fetched back."""

from collections.abc import Sequence

from xnat_ferry import wording
from xnat_ferry.model import Instance, Level, Mark, PrearchiveRow
from xnat_ferry.plan import PlannedSession
from xnat_ferry.transfer.ferry import Ferry
from xnat_ferry.transfer.manifest import read_manifest
from xnat_ferry.transfer.rows import contents_of
from xnat_ferry.transfer.whose import Whose, whose
from xnat_ferry.verify import likely
from xnat_ferry.verify.by_road import settings_for
from xnat_ferry.verify.inspecting import Target, inspect_session
from xnat_ferry.verify.originals import Originals
from xnat_ferry.verify.rewriting import routed
from xnat_ferry.verify.scrutiny import Scrutiny
from xnat_ferry.verify.verification import Item, What

_OURS = {Mark.SAME, Mark.AS_PLANNED, Mark.ONLY_SOURCE}
"""What a file may be that this transfer sent, or that did not come to this row."""


def sent_to(ferry: Ferry, session: PlannedSession, row: PrearchiveRow) -> list[Instance]:
    """What of the manifest may lie in a row.

    All that was sent in the row that the server named for it, and in any other what was sent without hearing
    the end of it: none in a row that cannot be ours.
    """
    past = ferry.state.sessions[session.session]
    kind = whose(row, session, past)
    scans = {scan for unit in past.cut_off for scan in unit.split(",")}
    return [
        one
        for one in read_manifest(ferry.folder.manifest(session.id))
        if not one.there and (kind == Whose.OURS or (kind == Whose.PERHAPS and one.scan in scans))
    ]


def doubts(
    ferry: Ferry,
    session: PlannedSession,
    row: PrearchiveRow,
    sent: Sequence[Instance],
    originals: Originals,
) -> str:
    """What in a row is not known to be of what was sent there; "" where each file is one of that.

    The row is built for that where it is not. Identity and pixels are compared of every file, and where it
    has no pixels the header with the source's; what scripts that nobody may read did to another header is
    left open. Raises a ServerAnswer where the server cannot be asked.
    """
    if contents_of(ferry, session, row) is None:
        return "what it holds cannot be told"
    past = ferry.state.sessions[session.session]
    settings = settings_for(ferry.destination, ferry.state.plan)
    target = Target(
        project=ferry.destination_project,
        label=row.name,
        study_uid=session.study_uid,
        row=row.path,
        settings=routed(settings) if past.routed else settings,
    )
    result = inspect_session(
        ferry.destination,
        target,
        sent,
        session=session.session,
        scrutiny=Scrutiny(level=Level.FULL, scratch=ferry.spool),
        source=originals,
    )
    pictures = {(one.scan, one.path) for one in sent if one.pixel_md5}
    alike = sum(_only_its_header(one) and (one.scan, one.file) in pictures for one in result.items)
    others = {mark: count for mark, count in result.counts.items() if mark not in _OURS}
    others[Mark.UNKNOWN] -= alike
    found = wording.counts(others) if any(others.values()) else ""
    return f"it holds what this transfer is not known to have sent ({found})" if found else ""


def _only_its_header(item: Item) -> bool:
    """Whether all that is not known of a file is what scripts did to its header: its image is the same."""
    return (item.mark, item.what, item.likely) == (Mark.UNKNOWN, What.HEADER, likely.SCRIPT_UNKNOWN)
