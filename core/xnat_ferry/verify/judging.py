"""The rules by which one file gets its mark."""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from xnat_ferry.model import Instance, Level, Mark, StoredFile
from xnat_ferry.verify import likely
from xnat_ferry.verify.headers import tag_name
from xnat_ferry.verify.observed import NOT_KNOWN, Content, HeaderComparison
from xnat_ferry.verify.pairing import How, Pair, Series, There
from xnat_ferry.verify.rewriting import SERIES_INSTANCE_UID, SOP_INSTANCE_UID, Rewriting
from xnat_ferry.verify.tails import same_tail
from xnat_ferry.verify.verification import Item, What
from xnat_ferry.wording import plural


class Judged(Struct, frozen=True, kw_only=True):
    """One file's mark, and the item that explains it where it needs explaining."""

    mark: Mark
    item: Item | None = None
    solid: bool = False
    """It has an equal digest, or equal identity, equal pixels and a header changed by scripts alone."""
    rewritten: tuple[str, ...] = ()
    """Names of header elements that scripts were seen to change."""


class Judge:
    """Judges the files of one session.

    ``refused`` tells of scans at the source whether a filter keeps them out; ``names_only`` that the server
    shows no UIDs.
    """

    def __init__(
        self,
        session: str,
        level: Level,
        rewriting: Rewriting,
        refused: Mapping[str, bool | None],
        *,
        names_only: bool,
    ) -> None:
        self._session, self._level, self._names_only = session, level, names_only
        self._rewriting, self._refused = rewriting, refused
        self._fewest = rewriting.fewest_bytes()

    def unread(self, one: Instance, problem: str) -> Judged:
        """A file in a scan that the server would not show."""
        return self._about(Mark.UNREADABLE, one, What.UNREADABLE, one.name, problem, likely.UNREAD)

    def unbuilt(self, one: Instance, problem: str) -> Judged:
        """A file in a prearchive row that cannot be looked into as it is."""
        return self._about(Mark.UNREADABLE, one, What.UNREADABLE, one.name, problem, likely.OPEN)

    def counts(self, series: Series) -> Iterator[Judged]:
        """By number, and by the sum of bytes where no script rewrites headers."""
        sent, there = tuple(series.sent), series.there
        files = [one.file for one in there]
        missing, extra = len(sent) - len(files), len(files) - len(sent)
        for one in sent[: max(missing, 0)]:
            yield self._missing(one, series, plural(len(sent), "file"), plural(len(files), "file"))
        for other in there[: max(extra, 0)]:
            yield self._extra(sent[0].scan if sent else other.scan, other)
        rest = sent[max(missing, 0) :]
        if missing or extra:
            yield from (Judged(mark=self._tick) for _ in rest)
        else:
            sizes = [file.size for file in files]
            source, known = sum(one.size for one in sent), sum(size or 0 for size in sizes)
            same = None in sizes or source == known
            cut = not same and known < sum(map(self._fewest, sent))
            for one in rest:
                said = one, What.SIZE, f"{source} bytes", f"{known} bytes"
                yield self._cut(*said) if cut else Judged(mark=self._tick) if same else self._changed(*said)

    def pair(self, pair: Pair, series: Series) -> Judged:
        """By everything that the level compares."""
        sent, there = pair.sent, pair.there
        if sent is None:
            assert there is not None
            return self._extra(series.sent[0].scan if series.sent else there.scan, there, again=pair.again)
        if there is None and pair.how == How.UNSURE:
            return self._about(Mark.UNKNOWN, sent, What.UID, sent.name, "another name", likely.RENAMED)
        if there is None:
            return self._missing(sent, series, sent.sop_uid or sent.name, "")
        if there.content is not None:
            return self._fetched(sent, there.content)
        if self._level == Level.FULL:
            return self._about(Mark.UNREADABLE, sent, What.UNREADABLE, sent.name, "", likely.NOT_FETCHED)
        return self._listed(sent, there.file, pair.how)

    @property
    def _tick(self) -> Mark:
        return Mark.AS_PLANNED if self._rewriting.runs else Mark.SAME

    # What the listing tells

    def _listed(self, one: Instance, twin: StoredFile, how: How) -> Judged:
        if twin.digest and twin.digest == one.md5:
            return Judged(mark=Mark.SAME, solid=True)
        if how == How.NAME and not self._names_only:
            cause = likely.NEW_UIDS if twin.uid else likely.NO_UID
            return self._about(Mark.UNKNOWN, one, What.UID, one.sop_uid, twin.uid or "not told", cause)
        if twin.size is not None and twin.size < self._fewest(one):
            return self._cut(one, What.SIZE, str(one.size), str(twin.size))
        if twin.digest and one.md5:
            if twin.size not in (None, one.size):
                return self._changed(one, What.SIZE, str(one.size), str(twin.size))
            return self._changed(one, What.DIGEST, one.md5, twin.digest)
        return self._sized(one, twin)

    def _sized(self, one: Instance, twin: StoredFile) -> Judged:
        """Nobody knows a digest: the size is what is left to compare."""
        if twin.size == one.size and self._rewriting.runs is False:
            return Judged(mark=Mark.SAME)
        if twin.size is None and not self._rewriting.runs:
            return self._about(Mark.UNKNOWN, one, What.SIZE, str(one.size), "not told", likely.NO_SIZE)
        return self._changed(one, What.SIZE, str(one.size), str(twin.size))

    def _cut(self, one: Instance, what: What, source: str, destination: str) -> Judged:
        """Shorter than a script makes it; of what nobody saw in transit only the listing says so."""
        if one.pixel_md5 == NOT_KNOWN:
            return self._about(Mark.UNKNOWN, one, what, source, destination, likely.PERHAPS_CUT)
        return self._differs(one, what, source, destination, likely.TOO_SHORT)

    def _changed(self, one: Instance, what: What, source: str, destination: str) -> Judged:
        """The same instance with other bytes: planned where a script rewrites headers."""
        if self._rewriting.runs:
            return Judged(mark=Mark.AS_PLANNED)
        if self._rewriting.runs is None:
            return self._about(Mark.UNKNOWN, one, what, source, destination, likely.SCRIPT_UNKNOWN)
        return self._about(Mark.DIFFERS, one, what, source, destination, likely.NO_SCRIPT)

    # What the file itself tells

    def _fetched(self, one: Instance, content: Content) -> Judged:
        if content.problem:
            return self._about(
                Mark.UNREADABLE, one, What.UNREADABLE, one.name, content.problem, likely.NOT_FETCHED
            )
        if content.gone:
            return self._about(Mark.ONLY_SOURCE, one, What.MISSING, one.sop_uid, "", likely.GONE)
        if content.md5 == one.md5:
            return Judged(mark=Mark.SAME, solid=True)
        if one.pixel_md5 == NOT_KNOWN:
            return self._about(
                Mark.UNREADABLE, one, What.UNREADABLE, "not fetched", one.name, likely.NOT_FETCHED
            )
        if not content.sop_uid:
            return self._differs(
                one, What.UNREADABLE, f"{one.size} bytes", f"{content.size} bytes", likely.NO_DICOM
            )
        return (
            self._other_identity(one, content)
            or self._other_pixels(one, content)
            or self._header(one, content)
        )

    def _other_identity(self, one: Instance, content: Content) -> Judged | None:
        for tag, sent, there in (
            (SOP_INSTANCE_UID, one.sop_uid, content.sop_uid),
            (SERIES_INSTANCE_UID, one.series_uid, content.series_uid),
        ):
            if sent and sent != there and not self._rewriting.touches(tag):
                return self._differs(one, What.UID, sent, there, likely.OTHER_INSTANCE)
        return None

    def _other_pixels(self, one: Instance, content: Content) -> Judged | None:
        if one.pixel_md5 == content.pixel_md5:
            return None
        if self._rewriting.alters_pixels:
            return self._about(
                Mark.UNKNOWN, one, What.PIXELS, one.pixel_md5, content.pixel_md5, likely.ALTERS_PIXELS
            )
        return self._differs(one, What.PIXELS, one.pixel_md5, content.pixel_md5, likely.OTHER_PIXELS)

    def _header(self, one: Instance, content: Content) -> Judged:
        """Identity and pixels are the same, so the header is not."""
        same_identity = (content.sop_uid, content.series_uid) == (one.sop_uid, one.series_uid)
        header = content.header
        if header is not None and not header.problem:
            return self._by_header(one, content, header, solid=same_identity)
        if self._rewriting.runs is None:
            return self._about(Mark.UNKNOWN, one, What.HEADER, one.md5, content.md5, likely.SCRIPT_UNKNOWN)
        if not self._rewriting.runs:
            return self._differs(one, What.HEADER, one.md5, content.md5, likely.SAME_IMAGE)
        if not one.pixel_md5:
            return self._about(Mark.UNKNOWN, one, What.HEADER, one.md5, content.md5, likely.NO_PIXELS)
        if not same_tail(one, content):
            return self._about(Mark.UNKNOWN, one, What.HEADER, one.md5, content.md5, likely.BEHIND_PIXELS)
        return Judged(mark=Mark.AS_PLANNED)

    def _by_header(self, one: Instance, content: Content, header: HeaderComparison, *, solid: bool) -> Judged:
        explained = {change: self._rewriting.explains(change) for change in header.changes}
        odd = [str(change) for change, known in explained.items() if known is False]
        unsure = [str(change) for change, known in explained.items() if known is None]
        if odd:
            return self._differs(one, What.HEADER, "as sent", ", ".join(odd), likely.OTHER_HEADER)
        if unsure:
            there = ", ".join(unsure)
            return self._about(Mark.UNKNOWN, one, What.HEADER, "as sent", there, likely.SCRIPT_UNKNOWN)
        if self._rewriting.runs is None:
            return self._about(Mark.UNKNOWN, one, What.HEADER, one.md5, content.md5, likely.SCRIPT_UNKNOWN)
        if not self._rewriting.runs:
            return self._differs(one, What.HEADER, one.md5, content.md5, likely.OTHER_BYTES)
        names = tuple(sorted({tag_name((*change.within, change.tag)[0]) for change in header.changes}))
        return Judged(mark=Mark.AS_PLANNED, solid=solid, rewritten=names)

    # What is on one side only

    def _missing(self, one: Instance, series: Series, source: str, destination: str) -> Judged:
        cause = likely.CUT_SHORT
        if not series.is_there and one.scan in self._refused:
            refused = self._refused[one.scan]
            cause = likely.FILTERED if refused else likely.PERHAPS_FILTERED if refused is None else cause
        return self._about(Mark.ONLY_SOURCE, one, What.MISSING, source, destination, cause)

    def _extra(self, scan: str, there: There, *, again: bool = False) -> Judged:
        item = Item(
            mark=Mark.ONLY_DESTINATION,
            session=self._session,
            scan=scan,
            file=there.file.name,
            what=What.EXTRA,
            source="",
            destination=there.uid or there.file.name,
            likely=likely.TWICE if again else likely.SOMEBODY,
        )
        return Judged(mark=Mark.ONLY_DESTINATION, item=item)

    def _differs(self, one: Instance, what: What, source: str, destination: str, cause: str) -> Judged:
        return self._about(Mark.DIFFERS, one, what, source, destination, cause)

    def _about(
        self, mark: Mark, one: Instance, what: What, source: str, destination: str, cause: str
    ) -> Judged:
        item = Item(
            mark=mark,
            session=self._session,
            scan=one.scan,
            file=one.path,
            what=what,
            source=source,
            destination=destination,
            likely=cause,
        )
        return Judged(mark=mark, item=item)
