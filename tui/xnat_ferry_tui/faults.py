"""Says that something is broken in xnat-ferry itself, and where, without anything that was in memory."""

import platform
import time
from collections.abc import Iterator
from pathlib import Path
from traceback import extract_tb

import textual

from xnat_ferry import __version__
from xnat_ferry.settings.private import make_private, write_private

_HERE = "xnat_ferry"


def in_few_words(error: BaseException) -> str:
    """The kind of the error and its place. Its message may hold a label or worse, so it is left out."""
    ours = [frame for frame in extract_tb(error.__traceback__) if _HERE in frame.filename]
    place = f" at {Path(ours[-1].filename).name}, line {ours[-1].lineno}" if ours else ""
    return f"A fault in xnat-ferry itself ({type(error).__name__}{place}). Please report this line."


def keep_report(error: BaseException, folder: Path) -> Path | None:
    """Write down where it happened, for a report; None where that cannot be written.

    Versions, kinds of errors, file names and lines: no message, no variable, no folder of this machine.
    """
    path = folder / f"fault-{time.strftime('%Y%m%d-%H%M%S')}.txt"
    try:
        make_private(folder)
        write_private(path, ("\n".join(_report(error)) + "\n").encode())
    except OSError:
        return None
    return path


def _report(error: BaseException) -> Iterator[str]:
    yield f"xnat-ferry {__version__}, Python {platform.python_version()}, textual {textual.__version__}"
    one: BaseException | None = error
    while one is not None:
        yield type(one).__name__
        for frame in extract_tb(one.__traceback__):
            yield f"  {Path(frame.filename).name}, line {frame.lineno}, in {frame.name}"
        one = one.__cause__ or one.__context__
