"""Brings bytes into a resource's folder and into its catalog (wire-write 4.5, 4.6)."""

import hashlib
from pathlib import Path, PurePosixPath
from typing import IO

from xnat_ferry.practice.http.bodies import Sent
from xnat_ferry.practice.http.replies import PIECE, STANDARD, Refused
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.rooms.writing.unpacking import is_archive, members
from xnat_ferry.practice.rules.erasing import replace
from xnat_ferry.practice.rules.places import Place
from xnat_ferry.practice.site.records import Resource, StoredFile


class Storing:
    """One request's files on their way into one resource: bytes first, the catalog at the end."""

    def __init__(self, request: Request, place: Place, resource: Resource) -> None:
        self._request, self._place, self._resource = request, place, resource
        self._revision = resource.revision
        self._stored: list[StoredFile] = []
        self.duplicates: list[str] = []
        """Paths that were there already and must not be replaced."""

    def take(self, sent: Sent, path: str) -> None:
        """One file under its path, or what is inside it. Raises Refused."""
        name = path + sent.name if not path or path.endswith("/") else path
        if self._request.flag("extract") and is_archive(name):
            folder = name[: name.rfind("/") + 1]
            for inside, file in members(name.rpartition("/")[2], sent.file):
                self._store(folder + inside, file)
        else:
            self._store(name, sent.file)

    def _store(self, path: str, file: IO[bytes]) -> None:
        if path.endswith("_catalog.xml"):
            raise Refused(500, f"XNAT cannot catalog {path}")
        if path.startswith("/") or ".." in PurePosixPath(path).parts:
            raise Refused(500, STANDARD[500])
        if path in self._resource.files and not self._request.flag("overwrite"):
            self.duplicates.append(path)
            return
        place = self._resource.place / path
        replace(self._request.site, self._place.project, place)
        size, digest = _write(file, place)
        self._stored.append(self._entry(path, place, size, digest))

    def _entry(self, path: str, place: Path, size: int, digest: str) -> StoredFile:
        request = self._request
        return StoredFile(
            path,
            place,
            size,
            digest if request.site.keeps_checksums else "",
            format=request.get("format") or "",
            content=request.get("content") or "",
            tags=request.get("tags") or "",
            description=request.get("description") or "",
            created=request.site.now(),
            created_by=request.user,
        )

    def finish(self) -> None:
        """Write the catalog, if nobody else did in the meantime. Raises Refused."""
        with self._request.site.lock:
            if self._resource.revision != self._revision:
                where = self._resource.place / f"{self._resource.label}_catalog.xml"
                raise Refused(500, f"Another thread or process modified {where} since it was read.")
            self._resource.files |= {file.path: file for file in self._stored}
            self._resource.revision += 1


def _write(file: IO[bytes], place: Path) -> tuple[int, str]:
    """Size and MD5 of what was written."""
    size, hashed = 0, hashlib.md5()
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("wb") as out:
        while piece := file.read(PIECE):
            out.write(piece)
            hashed.update(piece)
            size += len(piece)
    return size, hashed.hexdigest()
