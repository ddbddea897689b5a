"""What the record says, in sections: one content for the forms that people read; nothing is escaped yet."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from xnat_ferry import wording
from xnat_ferry.checks import ConflictClass
from xnat_ferry.model import Road
from xnat_ferry.record.values import Proven, Record, RecordedResource, RecordedSession, RecordedValues

_MOST = 40
"""Sentences of one kind before the rest is only counted."""


class Section(Struct, frozen=True, kw_only=True):
    """A heading with facts, a table and sentences, each only where there is something to say."""

    title: str
    facts: tuple[tuple[str, str], ...] = ()
    head: tuple[str, ...] = ()
    """Names of the table's columns; one that ends in ``#`` holds numbers."""
    rows: tuple[tuple[str, ...], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to say."""
        return not (self.facts or self.rows or self.notes)


def sections_of(record: Record) -> Iterator[Section]:
    """The sections that have something to say, the first without a title."""
    everything = (
        Section(title="", facts=tuple(_summary(record))),
        _sessions(record),
        _proof(record),
        _archive(record),
        _resources(record),
        _values(record),
        _assigned(record),
        _source(record),
        Section(title="What was not copied, and why", notes=_shortened(_not_copied(record))),
        Section(title="Errors and retries", notes=_shortened(_troubles(record))),
        Section(title="Differences", notes=_shortened(_differences(record), 200)),
        _answers(record),
        _checks(record),
        Section(title="The destination when the plan was made", facts=tuple(_seen(record))),
    )
    return (section for section in everything if not section.empty)


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


def _assigned(record: Record) -> Section:
    rows = tuple((one.session, at, what) for one in record.sessions for at, what in one.assigned)
    return Section(title="Shared and relocated", head=("session", "when", "what"), rows=rows)


def _sessions(record: Record) -> Section:
    return Section(
        title="Sessions",
        head=("session", "subject", "becomes", "scans#", "files#", "sent#", "outcome", "verified"),
        rows=tuple(
            (
                one.session,
                one.subject,
                f"{one.to_subject} / {one.to_session}",
                str(one.scans),
                str(one.files),
                wording.size(one.bytes_sent),
                one.outcome + (f", {one.where}" if one.where else ""),
                _verified(one),
            )
            for one in record.sessions
        ),
    )


def _verified(one: RecordedSession) -> str:
    if one.proven is None:
        return "" if one.outcome == "skipped" else "not yet"
    return f"{one.proven.verdict} in the {one.proven.where}"


def _proof(record: Record) -> Section:
    return Section(
        title="Proof",
        head=("session", "level", "compared", "when", "SHA-256 of its manifest"),
        rows=tuple(
            (one.session, one.proven.level, wording.counts(one.proven.counts), one.proven.at, one.manifest)
            for one in record.sessions
            if one.proven is not None
        ),
        notes=_shortened(_proof_notes(record)),
    )


def _proof_notes(record: Record) -> Iterator[str]:
    for one in record.sessions:
        if one.proven and one.proven.note:
            yield f"{one.session}: {one.proven.note}"
        if one.routed:
            yield f"{one.session}: StudyDescription of what was sent to the receiver became {one.routed}"
        if one.proven and one.proven.rewritten:
            names = ", ".join(one.proven.rewritten[:12])
            yield f"{one.session}: scripts of the destination changed {names}"


def _archive(record: Record) -> Section:
    return Section(
        title="Archived",
        head=("session", "when", "took", "answer", "what the server said before"),
        rows=tuple(
            (
                one.session,
                one.archived.at if one.archived else "not archived",
                wording.duration(one.archived.seconds) if one.archived else "",
                one.archived.answer if one.archived else "",
                "; ".join(one.remarks),
            )
            for one in record.sessions
            if one.archived or one.remarks
        ),
        notes=_shortened(_waiting_notes(record)),
    )


def _waiting_notes(record: Record) -> Iterator[str]:
    for one in record.sessions:
        if one.row:
            yield f"{one.session} waits at {one.row}"
        for row in one.beside:
            yield (
                f"{one.session}: ANOTHER row of it waits in the prearchive, {row}, beside what was proven. "
                f"{wording.ROW_BESIDE}"
            )
        for words in one.discarded:
            yield f"{one.session}, in the prearchive: {words}"


def _resources(record: Record) -> Section:
    return Section(
        title="Resources",
        head=("resource", "of", "files#", "bytes#", "verified", "compared", "SHA-256 of its file list"),
        rows=tuple(
            (
                one.label,
                f"{one.level} {one.scan} of {one.holder}" if one.scan else f"{one.level} {_whose(one)}",
                str(one.files),
                wording.size(one.bytes),
                one.verdict or "not carried",
                (wording.counts(one.counts) if one.files else "it is empty") if one.verdict else "",
                one.fingerprint,
            )
            for one in record.resources
        ),
        notes=_shortened(
            f"{one.label} of {one.holder}: {wording.plural(one.left_out, 'file')} left behind, whose names "
            "XNAT does not store"
            for one in record.resources
            if one.left_out
        ),
    )


def _whose(one: RecordedResource | RecordedValues) -> str:
    """The holder, a subject with what it became where that is called otherwise."""
    return f"{one.holder} -> {one.to}" if one.to not in ("", one.holder) else one.holder


def _values(record: Record) -> Section:
    """By name alone."""
    return Section(
        title="Values",
        head=("values", "of", "written", "the same", "kept as they are there", "not as at the source"),
        rows=tuple(
            (
                one.kind,
                f"{one.level} {_whose(one)}",
                ", ".join(one.written),
                ", ".join(one.same),
                ", ".join(one.kept),
                ", ".join((*one.refused, *one.differing)),
            )
            for one in record.values
        ),
    )


def _source(record: Record) -> Section:
    rows = tuple(
        (
            one.session,
            {"delete": "deleted", "unshare": "un-shared"}[one.removed.how],
            one.removed.at + (" (found so after an interruption)" if one.removed.found else ""),
            {None: "not yet looked", True: "gone", False: "STILL THERE"}[one.removed.gone],
            one.removed.verdict or "not yet looked",
            one.removed.listing,
        )
        for one in record.sessions
        if one.removed
    )
    return Section(
        title="Removed from the source",
        head=("session", "how", "when", "at the source", "at the destination", "SHA-256 of its file list"),
        rows=rows,
        notes=_shortened(_removal_notes(record)),
    )


def _removal_notes(record: Record) -> Iterator[str]:
    for one in record.sessions:
        if one.removed and one.removed.workflows:
            yield f"{one.session} was deleted although {one.removed.workflows}"
    for order in record.ordered:
        more = " Un-sharing was wished." if order.unshare else ""
        more += " Deleting subjects left empty was wished." if order.subjects else ""
        more += " Deleting in spite of workflows was wished." if order.despite_workflows else ""
        count = wording.plural(len(order.sessions), "session")
        place = " from the prearchive" if order.waiting else ""
        yield f"{order.at}: '{order.typed}' was given to have {count} removed{place}.{more}"
    for one in record.sessions:
        if one.kept:
            yield one.kept
    for subject, gone in record.empty_subjects.items():
        yield f"Subject {subject} has no session left" + (" and was deleted." if gone else "; it is kept.")


def _not_copied(record: Record) -> Iterator[str]:
    for words in record.left_out:
        yield f"left out: {words}"
    for one in record.sessions:
        if one.outcome == "skipped" or one.fate in ("skip", "undecided"):
            yield f"{one.session}: skipped, {one.why or 'as the plan says'}"
        for left in one.left_behind:
            yield f"{one.session}: left behind: {left}"
        for left in one.left_out:
            yield f"{one.session}: left out: {left}"


def _troubles(record: Record) -> Iterator[str]:
    for one in record.sessions:
        if one.error:
            yield f"{one.session}: {one.error} {one.advice}"
        if one.retries:
            yield f"{one.session}: {wording.plural(one.retries, 'attempt')} failed and was made again"


def _differences(record: Record) -> Iterator[str]:
    for one in record.sessions:
        if one.proven:
            yield from _differences_of(one.session, one.proven)


def _differences_of(session: str, proven: Proven) -> Iterator[str]:
    for item in proven.differences:
        place = f"scan {item.scan} {item.file}".rstrip()
        yield f"{session}: {item.mark} {place}: {item.what}. {item.likely}"
    if proven.more:
        yield f"{session}: and {proven.more:,} more"


def _answers(record: Record) -> Section:
    rows = [
        (name, answer, "all of this kind" if name in set(ConflictClass) else "")
        for name, answer in record.answers.items()
    ]
    rows += [
        (one.session, answer or "none", f"{kind}, met by this session")
        for one in record.sessions
        for kind, answer in one.conflicts
    ]
    return Section(
        title="Answers to conflicts", head=("conflict or session", "answer", "about"), rows=tuple(rows)
    )


def _checks(record: Record) -> Section:
    return Section(
        title="What the checks said",
        head=("check", "verdict", "kind", "findings#"),
        rows=tuple((one.check, one.verdict, one.kind, str(one.findings)) for one in record.checks),
    )


def _seen(record: Record) -> Iterator[tuple[str, str]]:
    seen = record.seen
    for name, value in (
        ("Prearchive code", seen.prearchive_code),
        ("Quarantine", seen.quarantine),
        ("Site's anonymisation script", seen.site_script),
        ("Project's anonymisation script", seen.project_script),
        ("Site's series filter", seen.site_filter),
        ("Project's series filter", seen.project_filter),
        ("Role of the account", seen.role),
    ):
        if value is not None:
            yield name, str(value)


def _shortened(sentences: Iterable[str], most: int = _MOST) -> tuple[str, ...]:
    everything = tuple(sentences)
    if len(everything) <= most:
        return everything
    return (*everything[:most], f"and {len(everything) - most:,} more; record.json has them all")
