"""The plain face: one file per command group, each loaded only when it is asked for."""

import gc
from collections.abc import Sequence

_SELDOM = 50_000
"""New objects after which rubbish is looked for: most of what a command makes are modules, which stay."""


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns its exit code."""
    gc.set_threshold(_SELDOM)
    # the screen uses this package's pages and has no need of its commands
    from xnat_ferry.cli import app

    return app.main(arguments)
