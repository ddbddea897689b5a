"""Where a plan for the road receiver sends: a DICOM receiver's address and names."""

import re

from msgspec import Struct

from xnat_ferry.errors import UsageError

_TITLE = re.compile(r"[ -\[\]-~]{1,16}")
"""An application entity title: up to 16 characters, no backslash, no control character (PS3.5 6.2)."""


class Receiver(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A DICOM storage SCP, and what this side calls itself."""

    host: str = ""
    port: int = 0
    aet: str = ""
    """The receiver's AE title."""
    calling: str = "XNATFERRY"
    """This side's AE title, by which some receivers let in or route."""

    def __str__(self) -> str:
        return f"{self.aet} at {self.host}:{self.port}"


NO_RECEIVER = Receiver()


def parse_receiver(address: str, aet: str, calling: str) -> Receiver:
    """``HOST:PORT`` and two titles; raises UsageError for anything else."""
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise UsageError(what=f"{address[:80]!r} is no HOST:PORT (--receiver).")
    for option, title in (("--aet", aet), ("--calling", calling)):
        if not _TITLE.fullmatch(title) or not title.strip():
            raise UsageError(
                what=f"{title[:40]!r} is no AE title: up to 16 characters, no backslash ({option})."
            )
    return Receiver(host=host, port=int(port), aet=aet, calling=calling)
