"""The libraries that speak to a server, loaded without what only others want of them and is slow to load."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def _without(*names: str) -> Iterator[None]:
    """Imports in here do not find these packages, which are optional to them; those loaded already stay."""
    hidden = [name for name in names if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]  # how an import is made to fail
    try:
        yield
    finally:
        for name in hidden:
            sys.modules.pop(name, None)


with _without("click"):  # for a command line of its own, with colours
    import httpx as httpx


def load_xnatpy() -> Any:
    """The package ``xnat``, without pandas, which it loads for searches where there is one: half its cost."""
    with _without("pandas"):
        import xnat
    return xnat
