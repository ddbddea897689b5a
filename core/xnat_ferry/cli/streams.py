"""The standard streams: one may be closed from the start, on a full disk, or read by nobody any more."""

import os
import shutil
import sys
from io import TextIOWrapper, UnsupportedOperation
from pathlib import Path

NARROW = 40
"""The least width that is written for."""
_NUMBERS = {"stdin": 0, "stdout": 1, "stderr": 2}


def make_ready() -> None:
    """Have all three, before anything is opened that would take a closed one's number.

    A terminal that knows few characters gets the others spelled out instead of an error. One of a few
    columns, or that says 0, is taken for one of NARROW: drawing panels of help would take for ever.
    """
    for name, number in _NUMBERS.items():
        if getattr(sys, name) is None:
            if not _is_open(number):
                _lead_nowhere(number)
            setattr(sys, name, Path(os.devnull).open("r" if name == "stdin" else "w"))  # noqa: SIM115  for good
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    width = shutil.get_terminal_size().columns
    if width < NARROW or not os.environ.get("COLUMNS", "1").strip("0"):
        os.environ["COLUMNS"] = str(max(width, NARROW))


def give_up_stdout() -> None:
    """What is still to be said there is said to nobody."""
    _lead_nowhere(sys.stdout.fileno())


def why_unsaid() -> str:
    """Why standard output takes nothing more; "" where it does, which costs an empty line."""
    try:
        sys.stdout.flush()
        os.write(sys.stdout.fileno(), b"\n")  # where nothing is buffered, nothing was left to be flushed
    except UnsupportedOperation:
        return ""  # it is no file
    except OSError as error:
        return error.strerror or type(error).__name__
    return ""


def talk(text: str, end: str = "\n") -> None:
    """Words on standard error; a full disk there is no reason to leave off what is talked about."""
    try:
        print(text, end=end, file=sys.stderr, flush=True)
    except BrokenPipeError:
        raise
    except OSError:
        _lead_nowhere(sys.stderr.fileno())


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def _lead_nowhere(number: int) -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    if nowhere != number:
        os.dup2(nowhere, number)
        os.close(nowhere)
