"""The options that say how much of a server, a line and a disk a transfer may take."""

from dataclasses import dataclass, fields
from typing import Annotated

from cyclopts import Parameter

from xnat_ferry.transfer.pacing.pace import Pace
from xnat_ferry.transfer.pacing.wished_pace import parse_bytes, with_wishes

Number = Annotated[float | None, Parameter(show_default=False)]
Amount = Annotated[str | None, Parameter(show_default=False)]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Asking:
    """The options of the pace of requests. Those left out are as they were, or as they come.

    Parameters
    ----------
    at_once
        Sessions carried side by side (2).
    connections
        Connections to each server at most (4).
    requests_per_second
        Requests to each server at most.
    """

    at_once: Annotated[int | None, Parameter(show_default=False)] = None
    connections: Annotated[int | None, Parameter(show_default=False)] = None
    requests_per_second: Number = None

    def over(self, pace: Pace) -> Pace:
        """A pace with what was given changed; raises UsageError for what makes no sense."""
        given = {one.name: getattr(self, one.name) for one in fields(self)}
        wishes = {
            name: parse_bytes(value) if isinstance(value, str) else value
            for name, value in given.items()
            if value is not None
        }
        return with_wishes(pace, wishes)


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Streaming(Asking):
    """And of the pace of bytes.

    Parameters
    ----------
    bytes_per_second
        Bytes from and to each server at most, down and up together: 20M, 1.5G, 500k.
    """

    bytes_per_second: Amount = None


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Pacing(Streaming):
    """And of what lies on this machine meanwhile.

    Parameters
    ----------
    spool_size
        Bytes in flight at most; without it 4G, or what the largest scans need, or half of what is free.
    """

    spool_size: Amount = None


JUST_ASKING, STREAMING, AS_IT_COMES = Asking(), Streaming(), Pacing()
