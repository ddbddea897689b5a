"""What a process that runs this program alone does without; a program that imports it is left as it is."""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager

_SELDOM = 50_000
"""New objects after which rubbish is looked for: most of what a command makes are modules, which stay."""


@contextmanager
def process_of_ours() -> Iterator[None]:
    """A whole process in which nothing is paid for what this program has no use of."""
    # numpy comes with pydicom and would begin a thread for each core of the machine
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    gc.set_threshold(_SELDOM)
    gc.freeze()  # modules stay: nobody has to go through them again for rubbish
    try:
        yield
    finally:
        gc.freeze()  # nor through all that is there when it ends
