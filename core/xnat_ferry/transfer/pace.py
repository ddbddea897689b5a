"""How much of a server, a line and a disk one transfer may take."""

from msgspec import Struct

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


def spool_size(pace: Pace, free: int | None, largest: int) -> int:
    """Bytes that may be in flight: as asked for, else 4 GB or room for four of the largest unit.

    Never more than half of what is ``free``, as long as the ``largest`` unit (bytes on the spool) fits twice.
    """
    if pace.spool_size is not None:
        return pace.spool_size
    wanted = max(4 * GIGABYTE, 4 * largest)
    return wanted if free is None else min(wanted, max(free // 2, min(largest, free)))
