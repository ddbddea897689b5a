"""What was seen of one session at the destination, as a value."""

from msgspec import Struct

from xnat_ferry.model import StoredScan, Where


class Observed(Struct, frozen=True, kw_only=True):
    """What is there now. ``knows_uids`` is False where the server shows names and sizes only."""

    where: Where
    study_uid: str
    scans: tuple[StoredScan, ...]
    knows_uids: bool
    problem: str = ""
    """Why none of it could be looked at, in a sentence."""
