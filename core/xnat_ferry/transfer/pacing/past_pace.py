"""How fast earlier transfers between two servers were: all that is known of how long the next one takes."""

from pathlib import Path

from xnat_ferry.errors import FerryError
from xnat_ferry.events import TransferFinished
from xnat_ferry.transfer.folder import TransferFolder, find_all
from xnat_ferry.transfer.journal import replay

_LOOKED_AT = 10
_ENOUGH = 1_000_000
"""Bytes; what is smaller tells of waiting times and not of the line."""


def past_pace(transfers: Path, source: str, destination: str) -> float | None:
    """Bytes a second of the newest finished transfer between these servers; None: not known."""
    paces = (_pace(folder, source, destination) for folder in find_all(transfers)[:_LOOKED_AT])
    return next((pace for pace in paces if pace), None)


def _pace(folder: TransferFolder, source: str, destination: str) -> float | None:
    try:
        plan = folder.read_plan()
    except FerryError:
        return None
    if (plan.source.server, plan.destination.server) != (source, destination):
        return None
    ended = [event for event in replay(folder.journal) if isinstance(event, TransferFinished)]
    if not ended or ended[-1].bytes_up < _ENOUGH or not ended[-1].seconds:
        return None
    return ended[-1].bytes_up / ended[-1].seconds
