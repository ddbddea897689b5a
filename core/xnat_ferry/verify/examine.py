"""Looks into files as far as a level asks: one a scan beside what was sent, or every one."""

import hashlib
from collections.abc import Sequence

from msgspec.structs import replace

from xnat_ferry.dicom.facts import Header
from xnat_ferry.dicom.instance import header_of, read_passing
from xnat_ferry.errors import DataProblem, ServerAnswer
from xnat_ferry.model import Instance, Level, Where
from xnat_ferry.verify.fetch import SentHeaders, StoredSession
from xnat_ferry.verify.observed import Content, Contents, HeaderComparison, Observed, Place
from xnat_ferry.verify.originals import Originals
from xnat_ferry.verify.pairing import How, Pair, pair_files, pair_series
from xnat_ferry.verify.tails import same_tail
from xnat_ferry.verify.unpacking import compare_elements, content_from


def examine(
    observed: Observed,
    instances: Sequence[Instance],
    level: Level,
    kept: StoredSession,
    source: Originals | None,
    *,
    loosely: bool,
    sent_headers: SentHeaders | None = None,
) -> Observed:
    """The same with what the files themselves say. Without a ``source`` no header is compared.

    With ``sent_headers`` level full compares every file's. A file that cannot be fetched is a fact
    in it, not an error.
    """
    if not level.reaches(Level.SAMPLE) or observed.problem:
        return observed
    contents = kept.all(sent_headers) if level == Level.FULL else Contents()
    # a receiver gives files names of its own: what they say themselves tells which one of ours each is
    seen = replace(observed, contents=contents) if contents else observed
    for pair in drawn(seen, instances, loosely=loosely):
        assert pair.sent is not None
        assert pair.there is not None
        place = pair.there.place
        if place in contents and contents[place].header is not None:
            continue
        content = _content_of(kept, place, pair.sent, source)
        contents[place] = replace(contents[place], header=content.header) if place in contents else content
    waiting = observed.where == Where.PREARCHIVE
    if level == Level.FULL and waiting and all(not one.problem for one in contents.values()):
        observed = replace(observed, knows_uids=True)
    return replace(observed, contents=contents)


def lot(one: Instance) -> str:
    """A file's lot: the lowest of a series is drawn."""
    return hashlib.md5(one.sop_uid.encode()).hexdigest()


def drawn(observed: Observed, instances: Sequence[Instance], *, loosely: bool) -> list[Pair]:
    """One file of each series that is on both sides: drawn by its UID, so the same one each time."""
    found = []
    for series in pair_series(instances, observed, loosely=loosely):
        both = [
            pair
            for pair in pair_files(series, loosely=loosely)
            if pair.how in (How.UID, How.NAME) and pair.sent
        ]
        if both:
            found.append(min(both, key=lambda pair: lot(pair.sent) if pair.sent else ""))
    return found


def _content_of(kept: StoredSession, place: Place, sent: Instance, source: Originals | None) -> Content:
    try:
        with kept.one(place) as file:
            passed = read_passing(file, str(kept.scratch), header=source is not None)
    except ServerAnswer as error:
        return kept.without(error)
    content = content_from(passed)
    if source is None or passed.header is None:
        return content
    return replace(content, header=_compared(sent, content, passed.header, source))


def _compared(sent: Instance, content: Content, there: Header, source: Originals) -> HeaderComparison:
    """As much of the original is read as has to be: its start, where its image and its tail are known."""
    try:
        if not sent.pixel_md5 or not same_tail(sent, content):
            whole = source.read_whole(sent)
            uid, header = whole.identity and whole.identity.sop_uid, whole.header
        else:
            dataset = source.read_header(sent)
            header = header_of(dataset, there.tail)
            uid = str(dataset.get("SOPInstanceUID", ""))
    except (ServerAnswer, DataProblem) as error:
        return HeaderComparison(problem=str(error))
    if uid != sent.sop_uid:
        return HeaderComparison(problem="the source holds another instance there now")
    return compare_elements(header, there)
