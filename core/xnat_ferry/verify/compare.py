"""Compares a manifest with what is stored: pure, and never a tick where nothing was compared."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from xnat_ferry.model import Instance, Level, Mark
from xnat_ferry.verify.judging import Judge, Judged
from xnat_ferry.verify.observed import Content, Observed
from xnat_ferry.verify.pairing import Series, pair_files, pair_series
from xnat_ferry.verify.rewriting import Rewriting
from xnat_ferry.verify.verification import Item, SessionVerification
from xnat_ferry.wording import out_of

_BY_NAME = (
    "The prearchive shows names and series, not SOPInstanceUIDs: identity was compared by the name each "
    "file was sent under. It is compared by UID once the session is archived."
)
_LEFT_OPEN = {
    Level.COUNTS: "Files and bytes were counted; which files they are was not looked at.",
    Level.IDENTITY: "Pixels and headers were not looked at; level full compares them.",
    Level.SAMPLE: "Pixels and headers were looked at in one file a scan; level full compares all pixels.",
}
_NOTHING_OPEN = "Images and headers were compared in every file."
_NO_HEADER = "Pixels were looked at in one file a scan and headers in none; level full compares all pixels."


def compare(
    instances: Sequence[Instance],
    observed: Observed,
    *,
    session: str,
    destination: str,
    level: Level,
    rewriting: Rewriting,
    refused: Mapping[str, bool | None] | None = None,
    joins: bool = False,
) -> SessionVerification:
    """Judge every file of a session.

    ``rewriting`` tells what the destination's scripts do to headers, so that sizes and digests cannot match.
    ``refused`` says of scans at the source whether a series filter keeps them out (None: perhaps). With
    ``joins`` the session was added to one that was there. Scans are matched by SeriesInstanceUID: the server
    numbers them anew (wire-write 1.7, 3.4).
    """
    judge = Judge(session, level, rewriting, refused or {}, names_only=not observed.knows_uids)
    loosely = rewriting.may_change_uids
    paired = pair_series(instances, observed, loosely=loosely)
    sum_of = _Sum()
    for series in paired:
        for one in _judged(judge, series, level, observed.problem, loosely=loosely):
            sum_of.add(one)
    return SessionVerification(
        source=session,
        destination=destination,
        where=observed.where,
        level=level,
        counts={mark: sum_of.counts[mark] for mark in Mark},
        items=tuple(sum_of.items),
        note=" ".join(_notes(paired, observed, level)),
        destination_id=observed.id,
        joins=joins,
        solid=sum_of.solid,
        rewritten=tuple(sorted(sum_of.rewritten)),
    )


class _Sum:
    """What the files of a session came to; of those that are the same only their number is kept."""

    def __init__(self) -> None:
        self.counts: Counter[Mark] = Counter()
        self.items: list[Item] = []
        self.solid = 0
        self.rewritten: set[str] = set()

    def add(self, one: Judged) -> None:
        self.counts[one.mark] += 1
        self.items += [one.item] if one.item else []
        self.solid += one.solid
        self.rewritten.update(one.rewritten)


def _judged(judge: Judge, series: Series, level: Level, problem: str, *, loosely: bool) -> Iterator[Judged]:
    if problem:
        yield from (judge.unbuilt(one, problem) for one in series.sent)
    elif series.unread:
        yield from (judge.unread(one, series.unread) for one in series.sent)
    elif level == Level.COUNTS:
        yield from judge.counts(series)
    else:
        yield from (judge.pair(pair, series) for pair in pair_files(series, loosely=loosely))


def _left_open(level: Level, contents: Collection[Content]) -> str:
    if not level.reaches(Level.SAMPLE):
        return _LEFT_OPEN[level]
    headers = sum(one.header is not None and not one.header.problem for one in contents)
    if level == Level.SAMPLE:
        return _LEFT_OPEN[level] if headers else _NO_HEADER
    images = sum(not one.gone and not one.problem for one in contents)
    if images == headers == len(contents):
        return _NOTHING_OPEN
    return f"Images were compared in {_of(images, contents)}, headers in {_of(headers, contents)}."


def _of(number: int, contents: Collection[Content]) -> str:
    if number == len(contents):
        return "every file"
    return out_of(number, len(contents), "file") if number else "no file"


def _notes(paired: Sequence[Series], observed: Observed, level: Level) -> list[str]:
    if observed.problem:
        return []  # nothing was compared, so no note says how far that went
    looked = bool(observed.contents) or not level.reaches(Level.SAMPLE)
    notes = [_left_open(level, observed.contents.values())] if looked else []
    if level in (Level.IDENTITY, Level.SAMPLE) and not observed.knows_uids:
        notes.insert(0, _BY_NAME)
    renamed = {
        one.scan: scan
        for series in paired
        for one in series.sent[:1]
        for scan in series.scans
        if scan != one.scan
    }
    if observed.subject == "":
        notes.append("The prearchive does not tell its subject, so that was not compared.")
    notes += [f"Scan {scan} is called {name} there." for scan, name in sorted(renamed.items())]
    return notes
