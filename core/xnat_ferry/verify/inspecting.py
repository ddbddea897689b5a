"""Inspects one session at the destination: asks for it as deep as the level says, and has it judged."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from xnat_ferry.dicom.series_filter import refuses
from xnat_ferry.errors import ServerAnswer
from xnat_ferry.model import Instance, Level, Mark, Where
from xnat_ferry.project import ProjectSettings, SeriesFilter
from xnat_ferry.verify import likely
from xnat_ferry.verify.compare import compare
from xnat_ferry.verify.examine import examine
from xnat_ferry.verify.fetch import SentHeaders, StoredSession
from xnat_ferry.verify.observe import observe_archive, observe_prearchive
from xnat_ferry.verify.observed import NOT_KNOWN, Observed
from xnat_ferry.verify.originals import Originals
from xnat_ferry.verify.pairing import pair_series
from xnat_ferry.verify.placement import strayed
from xnat_ferry.verify.rewriting import Rewriting, rewriting_at
from xnat_ferry.verify.scrutiny import Scrutiny
from xnat_ferry.verify.tails import needs_original
from xnat_ferry.verify.verification import Item, SessionVerification, What
from xnat_ferry.wording import plural
from xnat_ferry.xnat.catalogs import refresh_catalogs
from xnat_ferry.xnat.client import XnatClient
from xnat_ferry.xnat.subjects import find_subject


class Target(Struct, frozen=True, kw_only=True):
    """Where a session should be: its label there, and the prearchive row it may still wait in."""

    project: str
    label: str
    subject: str = ""
    """The label of the subject it should lie under; "" when that does not matter."""
    study_uid: str = ""
    """The StudyInstanceUID it should have; "" when that is not known."""
    owner: str = ""
    """The project that should own it; "" when that does not matter."""
    row: str = ""
    """Its path below /data; "" when it should be in the archive."""
    settings: ProjectSettings
    joins: bool = False
    """The plan added it to what was there."""


def inspect_session(
    client: XnatClient,
    target: Target,
    instances: Sequence[Instance],
    *,
    session: str,
    scrutiny: Scrutiny,
    source: Originals | None,
) -> SessionVerification:
    """Compare what is there now with a manifest; ``session`` is what the answer calls it.

    Without a ``source`` headers are not compared. Raises a ServerAnswer only where the session as a whole
    cannot be asked for.
    """
    level = scrutiny.level
    observed = _observe(client, target, refresh=scrutiny.refresh)
    rewriting = rewriting_at(target.settings, observed.where)
    loosely = rewriting.may_change_uids
    if source is not None and any(one.pixel_md5 == NOT_KNOWN for one in instances):
        instances = source.filled(instances, observed, level, loosely=loosely)
    kept = StoredSession(client, observed, target.row, scrutiny.scratch)
    observed = examine(
        observed,
        instances,
        level,
        kept,
        source,
        loosely=loosely,
        sent_headers=_sent_headers(source, instances, rewriting, every=scrutiny.every_header),
    )
    result = compare(
        instances,
        observed,
        session=session,
        destination=target.label,
        level=level,
        rewriting=rewriting,
        refused=_refused(instances, observed, target.settings, source, loosely=loosely),
        joins=target.joins,
    )
    items = strayed(
        session,
        observed,
        subject=target.subject,
        subject_id=_subject_id(client, target, observed),
        study_uid="" if target.joins else target.study_uid,
        owner=target.owner,
        level=level,
        rewriting=rewriting,
    )
    return _with_items(result, tuple(items))


def _sent_headers(
    source: Originals | None, instances: Sequence[Instance], rewriting: Rewriting, *, every: bool
) -> SentHeaders | None:
    """For every series, or for those of which digests alone cannot tell that they are the same."""
    if source is None or rewriting.runs is False:
        return None  # where no script runs, whatever is another shows in the digest
    headers = source.headers(instances)
    if every:
        return headers
    wanted = {one.series_uid for one in instances if needs_original(one)}
    return lambda uid: headers(uid) if uid in wanted else None


def with_unknown(
    result: SessionVerification, mark: Mark, files: Mapping[str, int], why: Callable[[str], str]
) -> SessionVerification:
    """The same with so many files a scan more of which nothing could be compared."""
    if not files:
        return result
    items = tuple(
        Item(
            mark=mark,
            session=result.source,
            scan=scan,
            file="",
            what=What.UNREADABLE,
            source=plural(number, "file") if number else "not listed",
            destination="",
            likely=why(scan),
        )
        for scan, number in files.items()
    )
    more = sum(max(one, 1) for one in files.values()) - len(items)
    result = _with_items(result, items)
    return replace(result, counts={**result.counts, mark: result.counts[mark] + more})


def _with_items(result: SessionVerification, items: tuple[Item, ...]) -> SessionVerification:
    """The same with some more, each counted once."""
    counted = Counter(item.mark for item in items)
    counts = {mark: result.counts[mark] + counted[mark] for mark in Mark}
    return replace(result, counts=counts, items=(*items, *result.items))


def _subject_id(client: XnatClient, target: Target, observed: Observed) -> str | None:
    if not (target.subject and observed.subject_id):
        return None
    try:
        return find_subject(client, target.project, target.subject)
    except ServerAnswer:
        return None


def _observe(client: XnatClient, target: Target, *, refresh: bool) -> Observed:
    """In its row, else in the archive: what waited may have been archived since, in the web interface."""
    observed = observe_prearchive(client, target.row) if target.row else None
    if observed is not None:
        return observed
    observed = observe_archive(client, target.project, target.label)
    if observed is not None and refresh:
        refresh_catalogs(client, observed.id)
        observed = observe_archive(client, target.project, target.label)
    if observed is not None:
        return observed
    where = Where.PREARCHIVE if target.row else Where.ARCHIVE
    return Observed(where=where, study_uid="", scans=(), knows_uids=True)


def _refused(
    instances: Sequence[Instance],
    observed: Observed,
    settings: ProjectSettings,
    source: Originals | None,
    *,
    loosely: bool,
) -> dict[str, bool | None]:
    """Of scans that are missing as a whole, whether a series filter keeps them out, if there is one."""
    filters = (settings.site_filter, settings.project_filter)
    if all(one is not None and not one.enabled for one in filters):
        return {}
    series = pair_series(instances, observed, loosely=loosely)
    missing = {one.sent[0].scan for one in series if one.sent and not one.is_there}
    return {scan: _refuses(filters, source, scan) for scan in missing}


def _refuses(filters: Sequence[SeriesFilter | None], source: Originals | None, scan: str) -> bool | None:
    sample = source.sample(scan) if source else None
    if sample is None or sample.problem:
        return None
    found = [None if one is None else refuses(one, partial(_value, sample.value)) for one in filters]
    return True if True in found else None if None in found else False


def _value(of: Callable[[int], str], tag: int) -> tuple[str, ...]:
    value = of(tag)
    return (value,) if value else ()


def not_inspected(session: str, label: str, level: Level, error: ServerAnswer) -> SessionVerification:
    """For a session that could not be asked for at all: unknown, with why."""
    empty = SessionVerification(
        source=session,
        destination=label,
        where=Where.ARCHIVE,
        level=level,
        counts=dict.fromkeys(Mark, 0),
        note=str(error),
    )
    return with_unknown(empty, Mark.UNREADABLE, {"": 0}, lambda _: likely.UNREAD)
