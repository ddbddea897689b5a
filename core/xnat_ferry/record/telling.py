"""How a record picks from a journal what it tells, and writes moments and what others said."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from xnat_ferry.events import AnyEvent, Event
from xnat_ferry.settings.redact import plain, redact

E = TypeVar("E", bound=Event)


def of_kind(happened: Sequence[AnyEvent], kind: type[E]) -> list[E]:
    """The events of one kind, in their order."""
    return [one for one in happened if isinstance(one, kind)]


def moment(at: float | None) -> str:
    """A time as people and programs read it, "" for none."""
    if at is None:
        return ""
    return datetime.fromtimestamp(at).astimezone().isoformat(sep=" ", timespec="seconds")


def safe(text: str) -> str:
    """What a server or a person said, fit to be shown."""
    return plain(redact(text))
