"""How short a file may have become whose header a script rewrote: one that is shorter was cut."""

from xnat_ferry.model import Instance

_HEADER_MAY_SHRINK = 4096
"""Bytes that a script takes away as a rule: it writes other texts into a header, and leaves a trace."""
_PREAMBLE = 132
"""What stands before every header (PS3.10 7.1)."""


def fewest_bytes(one: Instance, *, much: bool = False) -> int:
    """The fewest bytes that may be left of a file; 0 where nothing is known.

    ``much`` says that a script may take away as much as the header holds, such as all private elements.
    """
    pixels = one.pixel_bytes
    if pixels == 0 and one.pixel_md5:
        return 0  # deflated: what becomes of it when it is packed again is not known
    with_pixels = 0 if pixels is None else pixels + _PREAMBLE
    return with_pixels if much else max(one.size - _HEADER_MAY_SHRINK, with_pixels)
