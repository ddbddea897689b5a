"""Says that something is broken in xnat-ferry itself, and where, without anything that was in memory."""

from pathlib import Path
from traceback import extract_tb

_HERE = "xnat_ferry"


def in_few_words(error: BaseException) -> str:
    """The kind of the error and its place. Its message may hold a label or worse, so it is left out."""
    ours = [frame for frame in extract_tb(error.__traceback__) if _HERE in frame.filename]
    place = f" at {Path(ours[-1].filename).name}, line {ours[-1].lineno}" if ours else ""
    return f"A fault in xnat-ferry itself ({type(error).__name__}{place}). Please report this line."
