"""Loads libraries without what is optional to them, of no use here and slow to load."""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without(*names: str) -> Iterator[None]:
    """Imports in here do not find these packages, which are optional to them; those loaded already stay."""
    hidden = [name for name in names if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]  # how an import is made to fail
    try:
        yield
    finally:
        for name in hidden:
            sys.modules.pop(name, None)


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
