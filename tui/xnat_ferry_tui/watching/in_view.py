"""Which transfer is looked at. Reads plans from the disk: use a thread."""

from pathlib import Path

from xnat_ferry.errors import FerryError
from xnat_ferry.transfer import folder as transfer_folders
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry_tui.watching.watched import Watched

Found = tuple[Watched | None, list[str]]
"""A transfer whose plan can be read, and the IDs of those before it that cannot."""


def newest(transfers: Path) -> Found:
    """The newest transfer that can be read."""
    return first_readable(transfer_folders.find_all(transfers))


def next_older(transfers: Path, watched: Watched | None) -> Found:
    """The one before the transfer that is looked at; after the oldest, the newest."""
    found = transfer_folders.find_all(transfers)
    ids = [folder.id for folder in found]
    here = ids.index(watched.folder.id) + 1 if watched and watched.folder.id in ids else 0
    return first_readable(found[here:] + found[:here])


def first_readable(folders: list[TransferFolder]) -> Found:
    """The first of them that can be read."""
    unreadable: list[str] = []
    for folder in folders:
        try:
            return Watched(folder), unreadable
        except FerryError:
            unreadable.append(folder.id)
    return None, unreadable
