"""A pace as people write it: numbers, and amounts of bytes such as 20M."""

import math
import re
from collections.abc import Mapping

from msgspec.structs import replace

from xnat_ferry import wording
from xnat_ferry.errors import UsageError
from xnat_ferry.settings.redact import plain
from xnat_ferry.transfer.pacing.pace import Pace

_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s*([kKMGT]?)(i?)[bB]?")
_POWERS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}


def with_wishes(pace: Pace, wishes: Mapping[str, float | int]) -> Pace:
    """A pace with what is wished changed; raises UsageError for what makes no sense."""
    for name, value in wishes.items():
        if not 0 < value < math.inf:  # nan is neither
            raise UsageError(what=f"{name.replace('_', '-')} must be a number above 0.")
    return replace(pace, **wishes)


def typed_pace(texts: Mapping[str, str]) -> Pace:
    """A pace by the names of its fields; what is empty is as it comes. Raises UsageError."""
    return with_wishes(Pace(), {name: _read(name, text) for name, text in texts.items() if text.strip()})


def as_typed(pace: Pace) -> dict[str, str]:
    """What would be typed for a pace: empty where it is as it comes."""
    usual = Pace()
    values = {name: getattr(pace, name) for name in pace.__struct_fields__}
    return {name: "" if value == getattr(usual, name) else str(value) for name, value in values.items()}


def in_words(pace: Pace) -> str:
    """``2 sessions at once, 4 connections to each server, at most 20.0 MB a second``."""
    caps = (
        (pace.requests_per_second, "at most {:g} requests a second"),
        (pace.bytes_per_second and wording.size(pace.bytes_per_second), "at most {} a second"),
        (pace.spool_size and wording.size(pace.spool_size), "{} on the spool"),
    )
    return ", ".join(
        [
            f"{wording.plural(pace.at_once, 'session')} at once",
            f"{wording.plural(pace.connections, 'connection')} to each server",
            *(words.format(cap) for cap, words in caps if cap),
        ]
    )


def _read(name: str, text: str) -> float | int:
    if name in ("bytes_per_second", "spool_size"):
        return parse_bytes(text)
    try:
        return float(text) if name == "requests_per_second" else int(text)
    except ValueError:
        raise UsageError(what=f"'{plain(text, 40)}' is no number.") from None


def parse_bytes(text: str) -> int:
    """``20M`` as a number of bytes: decimal, or by 1024 with an i (``20Mi``). Raises UsageError."""
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        raise UsageError(
            what=f"'{plain(text, 40)}' is no amount of bytes: write for instance 500k, 20M or 1.5G."
        )
    number, power, binary = found.groups()
    return int(float(number) * (1024 if binary else 1000) ** _POWERS[power.upper()])
