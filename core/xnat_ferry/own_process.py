"""What a process that runs this program alone does without; a program that imports it is left as it is."""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_STOPPED = 4
_SELDOM = 50_000
"""New objects after which rubbish is looked for: most of what a command makes are modules, which stay."""


@contextmanager
def process_of_ours() -> Iterator[None]:
    """A whole process in which nothing is paid for what this program has no use of.

    Ctrl-C while modules are still being loaded ends it as it does later: with 4 and a word.
    """
    # numpy comes with pydicom and would begin a thread for each core of the machine
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    gc.set_threshold(_SELDOM)
    gc.freeze()  # modules stay: nobody has to go through them again for rubbish
    try:
        yield
    except BaseException as error:
        if not was_interrupted(error):
            raise
        if sys.stderr is not None:
            sys.stderr.write("xnat-ferry: interrupted.\n")
        raise SystemExit(_STOPPED) from None
    finally:
        gc.freeze()  # nor through all that is there when it ends


def was_interrupted(error: BaseException) -> bool:
    """Whether it comes of Ctrl-C; a class that is just being made tells that as an error of its own."""
    return isinstance(error, KeyboardInterrupt) or isinstance(error.__cause__, KeyboardInterrupt)
