"""The libraries that speak to a server, loaded without what only others want of them and is slow to load."""

from typing import Any

from xnat_ferry.loading import without

with without("click"):  # for a command line of its own, with colours
    import httpx as httpx


def load_xnatpy() -> Any:
    """The package ``xnat``, without pandas, which it loads for searches where there is one: half its cost."""
    with without("pandas"):
        import xnat
    return xnat
