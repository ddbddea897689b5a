"""Faults on order: rules that match a request and spoil its answer."""

import re
import threading
import tomllib
from pathlib import Path

import msgspec
from msgspec import Struct

from xnat_ferry.practice.errors import PracticeError


class Fault(Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One rule. ``match`` is a method and a regular expression for the path, in one string."""

    match: str
    nth: int | None = None
    every: int | None = None
    times: int | None = None
    larger_than: int | None = None
    """Only requests that announce a body of more bytes, as a proxy's limit has it."""
    status: int | None = None
    body: str | None = None
    cut_after: float | None = None
    delay: float = 0.0
    until_released: bool = False
    """Taken in whole, and nothing is done about it until somebody releases all that is held so."""
    bytes_per_second: float | None = None
    truncate: bool = False
    skip_file: int = 0
    flip_byte: bool = False
    login_page: bool = False
    expire_login: bool = False
    no_space: bool = False
    hold: float = 0.0
    drop_file: int = 0
    reset: bool = False

    def matches(self, method: str, path: str, size: int = 0) -> bool:
        if self.larger_than is not None and size <= self.larger_than:
            return False
        wanted, _, pattern = self.match.partition(" ")
        return wanted in (method, "*", "ANY") and re.match(pattern or ".*", path) is not None

    def due(self, count: int) -> bool:
        """Whether the count-th match (from 1) is one to spoil."""
        if self.nth is not None:
            return count == self.nth
        if self.every is not None:
            return count % self.every == 0
        return self.times is None or count <= self.times

    @property
    def name(self) -> str:
        """What it does, for the request log."""
        done = [name for name in self.__struct_fields__[4:] if getattr(self, name)]
        return ",".join(done)


class Rules:
    """The rules in force, and how often each has matched."""

    def __init__(self, faults: list[Fault]) -> None:
        self._lock = threading.Lock()
        self.releases = 0
        """How often what was held has been released."""
        self.replace(faults)

    def replace(self, faults: list[Fault]) -> None:
        with self._lock:
            self._faults = faults
            self._counts = [0] * len(faults)

    def release(self) -> None:
        """Let go on what is held until then."""
        with self._lock:
            self.releases += 1

    def all(self) -> list[Fault]:
        return list(self._faults)

    def hit(self, method: str, path: str, size: int = 0) -> Fault | None:
        """The first rule that is due for this request, whose body is so large; every match counts."""
        chosen = None
        with self._lock:
            for place, fault in enumerate(self._faults):
                if fault.matches(method, path, size):
                    self._counts[place] += 1
                    if chosen is None and fault.due(self._counts[place]):
                        chosen = fault
        return chosen


def read_faults(name: str | None) -> list[Fault]:
    """The rules of a file; raises PracticeError."""
    if name is None:
        return []
    try:
        raw = tomllib.loads(Path(name).expanduser().read_text("utf-8"))
        unknown = set(raw) - {"faults"}
        if unknown:
            raise PracticeError(f"The faults file {name} has {min(unknown)}: it may only hold [[faults]].")
        return parse_faults(raw.get("faults", []))
    except (OSError, UnicodeDecodeError):
        raise PracticeError(f"The faults file {name} cannot be read: name a TOML file.") from None
    except (
        tomllib.TOMLDecodeError,
        msgspec.ValidationError,
        re.error,
        OverflowError,
        RecursionError,
    ) as error:
        raise PracticeError(f"The faults file {name} makes no sense: {error}. Mend that place.") from None


def parse_faults(raw: object) -> list[Fault]:
    """Rules from plain values; raises msgspec.ValidationError or re.error."""
    faults = msgspec.convert(raw, list[Fault])
    for fault in faults:
        re.compile(fault.match.partition(" ")[2])
    return faults
