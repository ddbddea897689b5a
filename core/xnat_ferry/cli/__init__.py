"""The plain face: one file per command group, each loaded only when it is asked for."""

from xnat_ferry.cli.app import main

__all__ = ["main"]
