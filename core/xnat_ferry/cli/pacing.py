"""The options that say how much of a server, a line and a disk a transfer may take."""

import re
from dataclasses import dataclass, fields
from typing import Annotated

from cyclopts import Parameter
from msgspec.structs import replace

from xnat_ferry.errors import UsageError
from xnat_ferry.settings.redact import plain
from xnat_ferry.transfer.pace import Pace

_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s*([kKMGT]?)(i?)[bB]?")
_POWERS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}

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
        wanted = {
            name: parse_bytes(value) if isinstance(value, str) else value
            for name, value in given.items()
            if value is not None
        }
        for name, value in wanted.items():
            if value <= 0:
                raise UsageError(what=f"--{name.replace('_', '-')} must be more than nothing.")
        return replace(pace, **wanted)


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


def parse_bytes(text: str) -> int:
    """``20M`` as a number of bytes: decimal, or by 1024 with an i (``20Mi``). Raises UsageError."""
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        raise UsageError(
            what=f"'{plain(text, 40)}' is no amount of bytes: write for instance 500k, 20M or 1.5G."
        )
    number, power, binary = found.groups()
    return int(float(number) * (1024 if binary else 1000) ** _POWERS[power.upper()])
