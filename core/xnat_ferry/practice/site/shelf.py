"""Keeps what a server holds between runs, beside the files themselves."""

import pickle
from collections.abc import Iterator

from xnat_ferry.practice.site.records import StoredFile
from xnat_ferry.practice.site.site import Site

_NAME = "site.pickle"


def store(site: Site) -> None:
    """Write everything down; what was only promised is made first."""
    for promised in _files(site):
        promised.on_disk()
        promised.make = None
    site.data.mkdir(parents=True, exist_ok=True)
    with (site.data / _NAME).open("wb") as file:
        pickle.dump(site.kept(), file)


def restore(site: Site) -> bool:
    """Take up what an earlier run of ours left in the same folder; False when there is nothing."""
    path = site.data / _NAME
    if not path.exists():
        return False
    with path.open("rb") as file:
        site.take_up(pickle.load(file))  # noqa: S301  written by ourselves, in a folder of the user's own
    return True


def _files(site: Site) -> Iterator[StoredFile]:
    for session in site.sessions:
        session.filled()
        for resource in session.resources.values():
            yield from resource.files.values()
        for scan in session.scans.values():
            yield from scan.files()
    for row in site.waiting.values():
        for scan in row.scans.values():
            yield from scan.files()
