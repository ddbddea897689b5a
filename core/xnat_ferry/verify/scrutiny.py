"""How closely sessions are compared."""

from pathlib import Path

from msgspec import Struct

from xnat_ferry.model import Level


class Scrutiny(Struct, frozen=True, kw_only=True):
    """What a person or a plan asks of a comparison, for one session as for all."""

    level: Level
    scratch: Path
    """A folder for a file while it is looked into."""
    refresh: bool = False
    """Whether the destination first takes digests that its catalogs lack; nothing else is changed there."""
    every_header: bool = False
    """At level full, whether all files are fetched from the source again, to compare all that scripts may
    have changed; else only those of which digests cannot tell that they are the same."""
