"""The facts at the head of the record: who carried what from where to where, and what came of it."""

from collections.abc import Iterator

from xnat_ferry import wording
from xnat_ferry.model import Road
from xnat_ferry.record.sections.section import Section
from xnat_ferry.record.values import Record


def summary(record: Record) -> Section:
    """Without a title, for it stands under the document's own."""
    return Section(title="", facts=tuple(_summary(record)))


def _summary(record: Record) -> Iterator[tuple[str, str]]:
    yield "From", record.source
    yield "To", record.destination + ("" if record.road == Road.DOWNLOAD else f", {record.to}")
    yield "Kind", _kind(record)
    for one in record.accounts:
        yield "Account", f"{one.user} at {one.server} (XNAT {one.server_version})"
    yield "Began", record.began or "not yet"
    yield "Last event", record.ended or "none"
    yield "State", f"{record.state}: {record.why}" if record.why else record.state
    if record.plan_made:
        yield "Plan made", record.plan_made
    yield "Plan's SHA-256", record.plan_hash or "not started"
    yield "Sent", f"{wording.plural(record.files, 'file')}, {wording.size(record.bytes)}"
    if record.requests:
        moved = f"{wording.size(record.bytes_down)} down, {wording.size(record.bytes_up)} up"
        yield "Traffic", f"{wording.plural(record.requests, 'request')}, {moved}"
    yield "Verified", _verdict(record)
    used = ", ".join(record.versions) or record.written_by
    yield "Program", f"xnat-ferry {used}; this record by {record.written_by}"
    if record.hosts:
        yield "Ran on", ", ".join(record.hosts)


def _verdict(record: Record) -> str:
    if not record.verdict:
        return "not yet"
    left = f"; {wording.plural(record.not_compared, 'session')} not compared" if record.not_compared else ""
    return f"{record.verdict}: {wording.counts(record.counts)}{left}"


def _kind(record: Record) -> str:
    match record.road:
        case Road.SHARE:
            return f"a share: nothing travelled, and {record.owner} owns it as before"
        case Road.RELOCATE:
            return f"a relocation: nothing travelled, and {record.owner} owns it now"
        case Road.UPLOAD:
            return "an upload from this machine"
        case Road.DOWNLOAD:
            return "a download to this machine"
        case Road.RECEIVER:
            return "a copy, sent to a DICOM receiver"
        case Road.RESOURCES:
            return "resources and values of sessions that were there already"
        case _:
            return "a move: proven sessions are deleted at the source" if record.move else "a copy"
