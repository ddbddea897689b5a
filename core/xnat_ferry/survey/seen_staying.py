"""What was found of two projects of one server between which sessions shall be shared or relocated."""

from msgspec import Struct

from xnat_ferry.model import Road


class StayingSeen(Struct, frozen=True, kw_only=True):
    """Beside both views. ``None`` means the server did not say."""

    road: Road
    sharing: bool | None
    """Whether the source lets its data be given to other projects."""
    may_delete: bool | None
    """Whether this account may delete in the source, without which it may give nothing away."""
    subjects: dict[str, str] | None
    """The destination's subjects, shared in or its own: accession IDs by label."""
    runs_again: bool | None = None
    """Whether the site runs a project's script over what moves into it; for relocating only."""
    already: dict[str, str] = {}
    """Chosen sessions that the destination shows already: its label for each, by accession ID."""
