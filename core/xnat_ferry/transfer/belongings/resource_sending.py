"""Sends files of one resource: it comes as one zip and goes as zips that the server unpacks.

No name is too odd for that, and an empty file is no empty body. Files that the source's zip does not tell
apart, or leaves out, go one by one.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import BinaryIO

from msgspec.structs import replace as but

from xnat_ferry.belongings import HeldFile
from xnat_ferry.errors import DownloadBroken
from xnat_ferry.transfer.belongings.resource_job import Job
from xnat_ferry.transfer.belongings.resource_zips import TOO_LARGE, Batch, ZippedNames, overhead
from xnat_ferry.transfer.ferry import Ferry
from xnat_ferry.transfer.units.checking import ALWAYS_ALLOWED, MOST_FOLD
from xnat_ferry.transfer.units.spool import Room, told_here
from xnat_ferry.xnat import resources as wire
from xnat_ferry.xnat.zip_stream import BrokenZip, ZipEntry, read_zip

_BATCH = 512 * 1000**2
"""Bytes of files that go in one zip, where the spool holds as much."""
_PER_ZIP = 1024
_FEW = 4
"""So many files are fetched one by one where the resource has many more."""


class ResourceSender:
    """Brings files of one resource over, and remembers what it saw of them."""

    def __init__(self, ferry: Ferry, job: Job, files: Mapping[str, HeldFile]) -> None:
        self._ferry, self._job = ferry, job
        self._files = files
        """Those that may travel, by path, as the source lists them."""
        self.passed: dict[str, HeldFile] = {}
        """What was seen in transit, by path, with the size and MD5 that it had."""
        self.sent: set[str] = set()
        """Paths that the server took."""

    def send(self, paths: list[str], *, replace: bool) -> None:
        """Fetch these files and store them; with ``replace``, over what is there under their names.

        Raises DownloadBroken where what the source sends is not as it lists it, and whatever the servers, the
        spool and a wish to stop raise.
        """
        for path in self._by_zip(paths, replace=replace):
            self._by_itself(path, replace=replace)

    def _by_zip(self, paths: list[str], *, replace: bool) -> list[str]:
        """Send some files as zips; returns those that did not come in the source's zip."""
        if not paths or (len(paths) <= _FEW and len(paths) * 4 < len(self._job.resource.files)):
            return paths
        names = ZippedNames(self._job.resource)
        if not names.tell_apart:
            return paths
        left = set(paths)
        sizes = [self._room_for(path) for path in paths]
        most = min(sum(sizes), _BATCH, self._ferry.room.size - _PER_ZIP)
        room = self._ferry.room.take(max(most, *sizes) + _PER_ZIP, self._job.unit, self._ferry.heed_stop)
        try:
            self._in_zips(left, names, room, replace=replace)
        except BrokenZip as error:
            raise DownloadBroken(what=self._job.unit, why=str(error)) from None
        finally:
            room.close()
        return [path for path in paths if path in left]

    def _in_zips(self, left: set[str], names: ZippedNames, room: Room, *, replace: bool) -> None:
        """Send those that come, and take them out of what is ``left``."""
        batch = Batch(room.file(), room.size)
        try:
            for path, entry in self._arriving(names):
                if path not in left:
                    continue
                if batch.names and not batch.takes(self._room_for(path)):
                    self._put(batch, replace=replace)
                    room.empty()
                    batch = Batch(room.file(), room.size)
                with told_here(self._ferry.spool):
                    self.passed[path] = self._checked(path, *batch.add(path, entry, self._most(path)))
                left.remove(path)
            if batch.names:
                self._put(batch, replace=replace)
        finally:
            batch.drop()

    def _most(self, path: str) -> int:
        """What a file may hold: a listed size may be stale (wire-read 2.8), and yet is no invitation."""
        return max(ALWAYS_ALLOWED, MOST_FOLD * (self._files[path].size or 0))

    def _room_for(self, path: str) -> int:
        return (self._files[path].size or 0) + overhead(path)

    def _arriving(self, names: ZippedNames) -> Iterator[tuple[str, ZipEntry]]:
        """Files by path. Raises BrokenZip, at the latest after the last one."""
        source = self._job.source
        with wire.open_resource(source.client, source.address, self._job.resource.number) as pieces:
            for entry in read_zip(self._heeding(pieces)):
                path = names.path_of(entry.name)
                if path is not None:
                    yield path, entry

    def _heeding(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            self._ferry.heed_stop()
            yield piece

    def _put(self, batch: Batch, *, replace: bool) -> None:
        with told_here(self._ferry.spool):
            length = batch.close()
        wire.put_zip(
            self._job.destination.client,
            self._job.destination.address,
            self._job.resource.label,
            batch.file,
            length,
            replace=replace,
            on_bytes=lambda _: self._ferry.heed_stop(),
        )
        self.sent.update(batch.names)

    def _by_itself(self, path: str, *, replace: bool) -> None:
        source = self._job.source
        room = self._ferry.room.take(self._room_for(path), self._job.unit, self._ferry.heed_stop)
        try:
            file = room.file()
            with wire.open_file(source.client, source.address, self._job.resource.number, path) as pieces:
                size, digest = self._spooled(pieces, file, self._most(path))
            self.passed[path] = self._checked(path, size, digest)
            wire.put_file(
                self._job.destination.client,
                self._job.destination.address,
                self._job.resource.label,
                path,
                file,
                size,
                replace=replace,
                on_bytes=lambda _: self._ferry.heed_stop(),
            )
        finally:
            room.close()
        self.sent.add(path)

    def _spooled(self, pieces: Iterable[bytes], file: BinaryIO, most: int) -> tuple[int, str]:
        hashed, size = hashlib.md5(), 0
        for piece in self._heeding(pieces):
            with told_here(self._ferry.spool):
                file.write(piece)
            hashed.update(piece)
            size += len(piece)
            if size > most:
                raise DownloadBroken(what=self._job.unit, why=TOO_LARGE)
        return size, hashed.hexdigest()

    def _checked(self, path: str, size: int, digest: str) -> HeldFile:
        """What passed, if it is what the source's listing says; raises DownloadBroken."""
        listed = self._files[path]
        if listed.digest and listed.digest != digest:
            raise DownloadBroken(what=self._job.unit, why="a file has another digest")
        if not listed.digest and listed.size not in (None, size):
            raise DownloadBroken(what=self._job.unit, why="a file has another size")
        return but(listed, size=size, digest=digest)
