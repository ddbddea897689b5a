"""When digests tell that all of a file but its header is what was sent, and when only the original can."""

from xnat_ferry.model import NOT_KNOWN, Instance
from xnat_ferry.verify.observed import Content


def same_tail(sent: Instance, there: Content) -> bool:
    """Whether what follows the pixel data is known to be the same; the pixel data are, or there are none."""
    return not sent.pixel_md5 or sent.tail_md5 == there.tail_md5


def needs_original(sent: Instance) -> bool:
    """Whether a script may leave of a file what only a look at the original tells to be the same.

    That is so without pixel data, with anything behind them, and where nobody looked behind them in transit.
    """
    return sent.pixel_md5 in ("", NOT_KNOWN) or bool(sent.tail_md5)
