"""How much of a server, a line and a disk one transfer may take."""

from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from xnat_ferry import wording
from xnat_ferry.errors import CannotWrite, SpoolTooSmall
from xnat_ferry.plan import Plan
from xnat_ferry.settings.private import write_private
from xnat_ferry.settings.room import read_room
from xnat_ferry.xnat.limits import Limits

GIGABYTE = 1000**3


class Pace(Struct, frozen=True, kw_only=True):
    """The user's wishes; the defaults suit a shared server and a login node. ``None``: no cap of its own."""

    at_once: int = 2
    """Sessions that are carried side by side, each with a download and an upload of its own."""
    connections: int = 4
    requests_per_second: float | None = None
    bytes_per_second: int | None = None
    spool_size: int | None = None
    """Bytes in flight at most; None: what ``spool_size`` chooses."""

    @property
    def limits(self) -> Limits:
        """What holds for each server."""
        return Limits(
            connections=self.connections,
            requests_per_second=self.requests_per_second,
            bytes_per_second=self.bytes_per_second,
            attempts=8,
        )

    def divided(self, among: int) -> "Pace":
        """The share of each of several workers at once, so that together they keep what one would."""
        return replace(
            self,
            connections=max(1, self.connections // among),
            requests_per_second=self.requests_per_second and self.requests_per_second / among,
            bytes_per_second=self.bytes_per_second and max(1, self.bytes_per_second // among),
            spool_size=self.spool_size and max(1, self.spool_size // among),
        )


# made before threads want it: two that do for the first time at once may crash
_PACE = msgspec.json.Decoder(Pace)


def spool_size(pace: Pace, free: int | None, largest: int) -> int:
    """Bytes that may be in flight: as asked for, else 4 GB or room for four of the largest unit.

    Never more than half of what is ``free``, as long as the ``largest`` unit (bytes on the spool) fits.
    """
    if pace.spool_size is not None:
        return pace.spool_size
    wanted = max(4 * GIGABYTE, 4 * largest)
    return wanted if free is None else min(wanted, max(free // 2, min(largest, free)))


def spool_for(plan: Plan, pace: Pace, folder: Path) -> int:
    """The size of the spool in ``folder`` for a plan; raises SpoolTooSmall for less than its largest unit."""
    from xnat_ferry.transfer.units.cutting import largest_unit  # brings along what speaks with servers

    largest = largest_unit(plan)
    size = spool_size(pace, read_room("spool", folder).left, largest)
    if size < largest:
        what = "the plan"
        raise SpoolTooSmall(size=wording.size(size), unit=what, needed=wording.size(largest))
    return size


def keep_pace(path: Path, pace: Pace) -> None:
    """Write a transfer's pace for its workers, those of a resume too; raises CannotWrite."""
    try:
        write_private(path, msgspec.json.encode(pace))
    except OSError as error:
        raise CannotWrite(folder=path.parent, why=error.strerror) from None


def read_pace(path: Path) -> Pace:
    """The pace that was kept; the usual one where none was."""
    try:
        return _PACE.decode(path.read_bytes())
    except (OSError, msgspec.MsgspecError, ValueError, RecursionError):
        return Pace()
