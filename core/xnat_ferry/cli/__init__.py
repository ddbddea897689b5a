"""The plain face: one file per command group in ``commands``, each loaded only when it is asked for."""

from collections.abc import Sequence


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns its exit code."""
    # the screen uses this package's pages and has no need of its commands
    from xnat_ferry.cli import app

    return app.main(arguments)
