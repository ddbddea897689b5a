"""How much room is left where this program writes."""

from msgspec import Struct


class Room(Struct, frozen=True, kw_only=True):
    """What is free where this program writes; bytes, ``None`` when it cannot be told."""

    what: str
    """spool or transfers."""
    folder: str
    free: int | None = None
    quota_left: int | None = None
    """What the account's quota leaves there; None without a quota, or where it cannot be read."""
    problem: str = ""
