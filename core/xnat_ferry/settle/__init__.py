"""The end of the street: archived from the prearchive; for a move, proven sessions removed at the source."""

from xnat_ferry.settle.archiving import archive_session, await_archiving

__all__ = ["archive_session", "await_archiving"]
