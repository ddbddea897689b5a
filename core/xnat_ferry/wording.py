"""The words both faces use for numbers: amounts, times, and what a comparison counted."""

from xnat_ferry.model import Mark

MARKS = {
    Mark.SAME: "same",
    Mark.AS_PLANNED: "changed as planned",
    Mark.ONLY_SOURCE: "missing there",
    Mark.ONLY_DESTINATION: "only there",
    Mark.DIFFERS: "differ",
    Mark.UNREADABLE: "unread",
    Mark.UNKNOWN: "not known",
}

ROW_BESIDE = "'xnat-ferry settle --remove-waiting' removes it, if this transfer sent all that lies there."
"""What to do about a row that waits beside the one that was proven."""


def size(count: float) -> str:
    """Bytes in decimal units, as disks and networks count: ``38.4 GB``."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" or count >= 100 else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def duration(seconds: float) -> str:
    """``0.4 s``, ``12 s``, ``3 min 20 s``, ``2 h 5 min``."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes == 0:
        return f"{rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def plural(count: int, word: str) -> str:
    """``1 file``, ``2 files``."""
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


def out_of(part: int, whole: int, word: str) -> str:
    """``1 of 1 file``, ``2 of 5 files``."""
    return f"{part:,} of {plural(whole, word)}"


def all_of(count: int, word: str) -> str:
    """``the one session``, ``all 2 sessions``."""
    return f"the one {word}" if count == 1 else f"all {plural(count, word)}"


def counts(numbers: dict[Mark, int]) -> str:
    """``= 120 same  + 3 missing there``: only the marks that occur."""
    present = [f"{mark} {number:,} {MARKS[mark]}" for mark, number in numbers.items() if number]
    return "  ".join(present) or "nothing was compared"
