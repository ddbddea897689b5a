"""Loads libraries without what is optional to them, of no use here and slow to load."""

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
