"""The source, asked again: for headers, and for what no manifest holds."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from xnat_ferry.dicom.facts import Header
from xnat_ferry.dicom.header import HeaderSample
from xnat_ferry.dicom.instance import Passed, read_passing
from xnat_ferry.errors import NotFound, ServerAnswer
from xnat_ferry.model import DICOM_RESOURCES, FileRow, Instance, Level, Where
from xnat_ferry.verify.examine import drawn
from xnat_ferry.verify.fetch import SentHeaders, StoredSession
from xnat_ferry.verify.observe import observe_session
from xnat_ferry.verify.observed import NOT_KNOWN, Content, Observed, place_of
from xnat_ferry.verify.unpacking import content_of
from xnat_ferry.xnat.client import XnatClient
from xnat_ferry.xnat.headers import read_header, sample_scan
from xnat_ferry.xnat.zip_stream import BrokenZip

if TYPE_CHECKING:
    from pydicom import Dataset


class Source:
    """One session at the source, by its accession ID."""

    def __init__(self, client: XnatClient, session_id: str, scratch: Path) -> None:
        self._client, self._id, self._scratch = client, session_id, scratch
        self._seen: Observed | None = None

    def read_header(self, one: Instance) -> "Dataset":
        """The header of a file as it is now, by ranges; raises a ServerAnswer."""
        for resource in DICOM_RESOURCES[:-1]:
            try:
                return self._header(one, resource)
            except NotFound:
                continue
        return self._header(one, DICOM_RESOURCES[-1])

    def read_whole(self, one: Instance) -> Passed:
        """A whole file as it is now, without digests; raises a ServerAnswer."""
        there = Observed(where=Where.ARCHIVE, study_uid="", scans=(), knows_uids=True, id=self._id)
        kept = StoredSession(self._client, there, "", self._scratch)
        for resource in DICOM_RESOURCES[:-1]:
            try:
                return self._passed(kept, one, resource)
            except NotFound:
                continue
        return self._passed(kept, one, DICOM_RESOURCES[-1])

    def _passed(self, kept: StoredSession, one: Instance, resource: str) -> Passed:
        with kept.one((one.scan, resource, one.path)) as file:
            return read_passing(file, str(self._scratch), header=True, digests=False)

    def sample(self, scan: str) -> HeaderSample:
        """What the header of a scan's first file says."""
        return sample_scan(self._client, self._id, scan, DICOM_RESOURCES[0])

    def headers(self, instances: Iterable[Instance]) -> SentHeaders:
        """Reads the headers of a whole series by fetching its scans again, once each."""
        scans: dict[str, set[str]] = defaultdict(set)
        for one in instances:
            scans[one.series_uid].add(one.scan)

        def of_series(uid: str) -> dict[str, Header]:
            try:
                return StoredSession(self._client, self._observed(), "", self._scratch).headers(scans[uid])
            except (ServerAnswer, BrokenZip):
                return {}

        return of_series

    def listed(self) -> tuple[Instance, ...]:
        """A manifest made of the catalogs: identity, sizes, digests, no pixels. Raises a ServerAnswer."""
        return tuple(_instances(self._observed()))

    def digests(self, instances: Iterable[Instance]) -> dict[tuple[str, str], str]:
        """The MD5 of what it holds of them now, by scan and path, as far as their scans can be fetched."""
        return {key: one.md5 for key, one in self._contents(instances, Level.FULL).items() if one.md5}

    def unread(self) -> dict[str, str]:
        """The scans whose catalogs could not be read, with why."""
        return {scan.scan.id: scan.problem for scan in self._observed().scans if scan.files is None}

    def filled(
        self, instances: Sequence[Instance], observed: Observed, level: Level, *, loosely: bool
    ) -> tuple[Instance, ...]:
        """The same manifest with the pixels that the level needs, fetched where nobody has looked at them.

        What cannot be fetched stays NOT_KNOWN.
        """
        unknown = [one for one in instances if one.pixel_md5 == NOT_KNOWN]
        if level == Level.SAMPLE:
            unknown = [
                pair.sent
                for pair in drawn(observed, instances, loosely=loosely)
                if pair.sent is not None and pair.sent.pixel_md5 == NOT_KNOWN
            ]
        if not unknown or not level.reaches(Level.SAMPLE):
            return tuple(instances)
        contents = self._contents(unknown, level)
        return tuple(_filled(one, contents.get((one.scan, one.path))) for one in instances)

    def _contents(self, wanted: Iterable[Instance], level: Level) -> dict[tuple[str, str], Content]:
        """By scan and path: every file of their scans by zip, or each of them by itself."""
        seen, paths = self._observed(), {(one.scan, one.path) for one in wanted}
        scans = {scan for scan, _ in paths}
        read = replace(seen, scans=tuple(scan for scan in seen.scans if scan.scan.id in scans))
        kept = StoredSession(self._client, read, "", self._scratch)
        if level == Level.FULL:
            return {(scan, path): content for (scan, _, path), content in kept.all().items()}
        found = {}
        for place in (place_of(scan, file) for scan in read.scans for file in scan.files or ()):
            scan, _, path = place
            if (scan, path) in paths:
                try:
                    with kept.one(place) as file:
                        found[scan, path] = content_of(file, self._scratch)
                except ServerAnswer as error:
                    found[scan, path] = Content(problem=str(error))
        return found

    def _observed(self) -> Observed:
        if self._seen is None:
            self._seen = observe_session(self._client, self._id)
        return self._seen

    def _header(self, one: Instance, resource: str) -> "Dataset":
        row = FileRow(scan=one.scan, resource=resource, path=one.path, size=None, digest="")
        return read_header(self._client, self._id, row)


def _instances(seen: Observed) -> Iterator[Instance]:
    for scan in seen.scans:
        for file in scan.files or ():
            yield Instance(
                scan=scan.scan.id,
                series_uid=scan.scan.uid,
                sop_uid=file.uid,
                name=file.name,
                path=file.path or file.name,
                size=file.size or 0,
                md5=file.digest,
                pixel_md5=NOT_KNOWN,
            )


def _filled(one: Instance, content: Content | None) -> Instance:
    if content is None or content.gone or content.problem:
        return one
    return replace(
        one,
        series_uid=content.series_uid or one.series_uid,
        sop_uid=content.sop_uid or one.sop_uid,
        size=content.size,
        md5=content.md5,
        pixel_md5=content.pixel_md5,
        pixel_bytes=content.pixel_bytes,
        tail_md5=content.tail_md5,
    )
