"""Carries one resource: looks at both sides, sends what is missing, looks again.

It comes as one zip and goes as zips that the server unpacks: no name is too odd for that, and an empty file
is no empty body. Files that the source's zip does not tell apart, or leaves out, go one by one. What arrived
is looked at before each attempt, so that an interruption costs one zip at most.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from msgspec.structs import replace as but

from xnat_ferry import wording
from xnat_ferry.belongings import (
    Compared,
    Existing,
    HeldFile,
    HeldResource,
    compare_files,
    fingerprint,
    why_not,
)
from xnat_ferry.errors import DownloadBroken, ResourceDiffers, ResourceNotTaken, ResourceUnproven
from xnat_ferry.events import ResourceCarried, ResourceSending
from xnat_ferry.model import Mark
from xnat_ferry.transfer.ferry import Ferry
from xnat_ferry.transfer.resource_zips import Batch, ZippedNames, overhead
from xnat_ferry.transfer.sent_paths import SentPaths
from xnat_ferry.transfer.spool import told_here
from xnat_ferry.xnat import resources as wire
from xnat_ferry.xnat.client import XnatClient
from xnat_ferry.xnat.zip_stream import BrokenZip, ZipEntry, read_zip

BATCH = 512 * 1000**2
"""Bytes of files that go in one zip."""
FEW = 4
"""So many files are fetched one by one where the resource has many more."""


@dataclass(frozen=True)
class Place:
    """One end of a resource: what it hangs on, at which server."""

    client: XnatClient
    address: str


@dataclass(frozen=True)
class Job:
    """One resource to be carried."""

    session: str
    """The label of the session in whose crossing it travels."""
    holder: str
    resource: HeldResource
    """As the source lists it now."""
    source: Place
    destination: Place
    existing: Existing | None
    key: str
    """A name for its file beside the manifests."""
    to: str = ""
    """The subject's label at the destination, where it is a subject's."""

    @property
    def unit(self) -> str:
        """What the journal calls it."""
        return f"resource {self.resource.label}" + (
            f" of {self.resource.level} {self.resource.scan}" if self.resource.scan else ""
        )


def carry_resource(ferry: Ferry, job: Job, there: HeldResource | None) -> None:
    """Bring a resource over and tell what came of it. ``there`` is what the destination had a moment ago.

    Raises ResourceDiffers where another file is there and nobody said what shall become of it,
    ResourceNotTaken where the server says yes and stores nothing, ResourceUnproven where it is not as sent.
    """
    _Carrying(ferry, job, there).run()


@dataclass
class _Carrying:
    """One resource's attempts."""

    ferry: Ferry
    job: Job
    there: HeldResource | None
    """As last looked at; None where the destination has no such resource."""
    _fresh: bool = field(default=True, init=False)
    _passed: dict[str, HeldFile] = field(default_factory=dict, init=False)
    """What was seen in transit."""
    _sent: set[str] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        files = self.job.resource.files
        self._left_out = [one for one in files if why_not(one.path)]
        self._wanted = {one.path: one for one in files if not why_not(one.path)}
        self._ours = SentPaths(self.ferry.folder.manifests / f"{self.job.key}.sent")

    def run(self) -> None:
        compared = self.ferry.persist(self.job.session, self.job.unit, self._attempt)
        self._tell(compared)
        trouble = compared.marked(Mark.DIFFERS, Mark.ONLY_SOURCE)
        if self.job.existing == Existing.KEEP:
            trouble = [path for path in trouble if path in self._sent or compared.marks[path] != Mark.DIFFERS]
        if trouble:
            count = wording.plural(len(trouble), "file")
            raise ResourceUnproven(what=self.job.unit, holder=self.job.holder, count=count)

    def _attempt(self) -> Compared:
        self.ferry.heed_stop()
        if not self._fresh:
            self._look()
        self._fresh = False
        compared = self._compare()
        missing, changed = compared.marked(Mark.ONLY_SOURCE), self._to_replace(compared)
        if self.there is None:
            wire.make_folder(*self._destination, self.job.resource)
        if missing or changed:
            self._send_all(missing, changed)
            self._look()
            compared = self._compare()
            self._refuse_lost(missing, compared)
        if compared.marked(Mark.UNKNOWN) and wire.refresh_digests(*self._destination):
            self._look()
            compared = self._compare()
        return compared

    # Looking

    @property
    def _destination(self) -> tuple[XnatClient, str]:
        return self.job.destination.client, self.job.destination.address

    def _look(self) -> None:
        level = self.job.resource.level
        found = wire.list_resources(*self._destination, level)
        label = self.job.resource.label
        self.there = next((one for one in found if (one.level, one.label) == (level, label)), None)

    def _compare(self) -> Compared:
        known = (self._passed.get(path, one) for path, one in self._wanted.items())
        return compare_files(known, self.there.files if self.there else ())

    def _to_replace(self, compared: Compared) -> list[str]:
        """Those that are there with other content and may be written over: ours, or by a person's word."""
        differing = compared.marked(Mark.DIFFERS)
        ours = self._ours.read() if differing else frozenset()
        foreign = [path for path in differing if path not in ours]
        if foreign and self.job.existing is None:
            count = wording.plural(len(foreign), "file")
            raise ResourceDiffers(what=self.job.unit, holder=self.job.holder, count=count)
        return (
            differing if self.job.existing == Existing.REPLACE else [one for one in differing if one in ours]
        )

    def _refuse_lost(self, missing: Collection[str], compared: Compared) -> None:
        """What was sent and is not there: nothing of it means no right to write (wire-write 4.5)."""
        lost = set(compared.marked(Mark.ONLY_SOURCE))
        if lost and lost >= set(missing):
            raise ResourceNotTaken(what=self.job.unit, holder=self.job.holder)
        if lost:
            why = f"{wording.plural(len(lost), 'file')} did not arrive"
            raise DownloadBroken(what=self.job.unit, why=why)

    def _tell(self, compared: Compared) -> None:
        resource = self.job.resource
        self.ferry.tell(
            ResourceCarried(
                session=self.job.session,
                level=resource.level,
                holder=self.job.holder,
                to=self.job.to,
                scan=resource.scan,
                resource=resource.label,
                files=len(self._wanted),
                bytes=sum(one.size or 0 for one in self._wanted.values()),
                sent=len(self._sent),
                verdict=compared.verdict,
                counts=compared.counts,
                fingerprint=fingerprint(self._passed.get(path, one) for path, one in self._wanted.items()),
                left_out=len(self._left_out),
            )
        )

    # Sending

    def _send_all(self, missing: list[str], changed: list[str]) -> None:
        resource = self.job.resource
        self.ferry.tell(
            ResourceSending(
                session=self.job.session,
                level=resource.level,
                scan=resource.scan,
                resource=resource.label,
                files=len(missing) + len(changed),
                bytes=sum(self._wanted[path].size or 0 for path in (*missing, *changed)),
            )
        )
        self._ours.add(missing)
        for paths, replace in ((missing, False), (changed, True)):
            for path in self._by_zip(paths, replace=replace):
                self._by_itself(path, replace=replace)

    def _by_zip(self, paths: list[str], *, replace: bool) -> list[str]:
        """Send some files as zips; returns those that did not come in the source's zip."""
        if not paths or (len(paths) <= FEW and len(paths) * 4 < len(self.job.resource.files)):
            return paths
        names = ZippedNames(self.job.resource)
        if not names.tell_apart:
            return paths
        left = set(paths)
        sizes = [self._room_for(path) for path in paths]
        room = self.ferry.room.take(
            max(min(sum(sizes), BATCH), *sizes) + 1024, self.job.unit, self.ferry.heed_stop
        )
        try:
            batch = Batch(room.file(), room.size)
            for path, entry in self._arriving(names):
                if path not in left:
                    continue
                if batch.names and not batch.takes(self._room_for(path)):
                    self._put(batch, replace=replace)
                    room.empty()
                    batch = Batch(room.file(), room.size)
                with told_here(self.ferry.spool):
                    self._passed[path] = self._checked(path, *batch.add(path, entry))
                left.remove(path)
            if batch.names:
                self._put(batch, replace=replace)
        finally:
            room.close()
        return [path for path in paths if path in left]

    def _room_for(self, path: str) -> int:
        return (self._wanted[path].size or 0) + overhead(path)

    def _arriving(self, names: ZippedNames) -> Iterator[tuple[str, ZipEntry]]:
        source, what = self.job.source, self.job.unit
        with wire.open_resource(source.client, source.address, self.job.resource.number) as pieces:
            try:
                for entry in read_zip(self._heeding(pieces)):
                    path = names.path_of(entry.name)
                    if path is not None:
                        yield path, entry
            except BrokenZip as error:
                raise DownloadBroken(what=what, why=str(error)) from None

    def _heeding(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            self.ferry.heed_stop()
            yield piece

    def _put(self, batch: Batch, *, replace: bool) -> None:
        with told_here(self.ferry.spool):
            length = batch.close()
        wire.put_zip(
            *self._destination,
            self.job.resource.label,
            batch.file,
            length,
            replace=replace,
            on_bytes=lambda _: self.ferry.heed_stop(),
        )
        self._sent.update(batch.names)

    def _by_itself(self, path: str, *, replace: bool) -> None:
        source, room = (
            self.job.source,
            self.ferry.room.take(self._room_for(path), self.job.unit, self.ferry.heed_stop),
        )
        try:
            file = room.file()
            with wire.open_file(source.client, source.address, self.job.resource.number, path) as pieces:
                size, digest = self._spooled(pieces, file)
            self._passed[path] = self._checked(path, size, digest)
            wire.put_file(
                *self._destination,
                self.job.resource.label,
                path,
                file,
                size,
                replace=replace,
                on_bytes=lambda _: self.ferry.heed_stop(),
            )
        finally:
            room.close()
        self._sent.add(path)

    def _spooled(self, pieces: Iterable[bytes], file: BinaryIO) -> tuple[int, str]:
        hashed, size = hashlib.md5(), 0
        for piece in self._heeding(pieces):
            with told_here(self.ferry.spool):
                file.write(piece)
            hashed.update(piece)
            size += len(piece)
        return size, hashed.hexdigest()

    def _checked(self, path: str, size: int, digest: str) -> HeldFile:
        """What passed, if it is what the source's listing says; raises DownloadBroken."""
        listed = self._wanted[path]
        if listed.digest and listed.digest != digest:
            raise DownloadBroken(what=self.job.unit, why="a file has another digest")
        if not listed.digest and listed.size not in (None, size):
            raise DownloadBroken(what=self.job.unit, why="a file has another size")
        return but(listed, size=size, digest=digest)
