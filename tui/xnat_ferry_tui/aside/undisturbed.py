"""Long work aside makes very many values; the collector would stop everybody to look through them."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_MANY = 2_000
"""Fewer values are no reason to do anything otherwise."""


@contextmanager
def undisturbed(values: int) -> Iterator[None]:
    """Nothing is collected meanwhile, and what was made is not looked at by the collector later.

    Frozen values have no cycles, so they go without it, as soon as nobody has them any more.
    """
    if values < _MANY:
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
