"""Names in a sentence: a few of many, fit to be shown."""

from collections.abc import Iterable

from xnat_ferry.settings.redact import plain

_SOME = 5


def some(names: Iterable[str], most: int = _SOME) -> str:
    """``1, 2, 3, 4, 5 and 7 more``; each once, in the order given, ``most`` of them by name."""
    each = list(dict.fromkeys(names))
    more = len(each) - most
    return ", ".join(plain(name, 60) for name in each[:most]) + (f" and {more:,} more" if more > 0 else "")


def scans(ids: Iterable[str]) -> str:
    """``scan 4`` or ``scans 4, 5``."""
    each = list(dict.fromkeys(ids))
    return f"scan{'' if len(each) == 1 else 's'} {some(each)}"
