"""The files of an archive that is unpacked on receipt, by the ending of its name (wire-write 4.5)."""

import gzip
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO

from xnat_ferry.practice.http.replies import STANDARD, Refused

_ZIPS = (".zip", ".zar")
_TARS = (".tar", ".xar", ".tgz", ".tar.gz")


def is_archive(name: str) -> bool:
    return name.lower().endswith((*_ZIPS, *_TARS, ".gz"))


def members(name: str, file: IO[bytes]) -> Iterator[tuple[str, IO[bytes]]]:
    """The files inside, one at a time, folders left out. Raises Refused."""
    try:
        if name.lower().endswith(_ZIPS):
            yield from _zipped(file)
        elif name.lower().endswith(_TARS):
            yield from _tarred(file)
        else:
            with gzip.open(file) as inside:
                yield name[: -len(".gz")], inside  # type: ignore[misc]  # read like any file
    except (zipfile.BadZipFile, tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error):
        raise Refused(500, STANDARD[500]) from None


def _zipped(file: IO[bytes]) -> Iterator[tuple[str, IO[bytes]]]:
    with zipfile.ZipFile(file) as archive:
        for entry in archive.infolist():
            if not entry.is_dir():
                with archive.open(entry) as inside:
                    yield entry.filename, inside


def _tarred(file: IO[bytes]) -> Iterator[tuple[str, IO[bytes]]]:
    with tarfile.open(fileobj=file, mode="r:*") as archive:
        for entry in archive:
            inside = archive.extractfile(entry) if entry.isfile() else None
            if inside is not None:
                yield entry.name.removeprefix("./"), inside
