"""The end of the street: archived from the prearchive; for a move, proven sessions removed at the source."""

from xnat_ferry.settle.archiving import archive_session, await_archiving
from xnat_ferry.settle.moving import recount_removals, settle_transfer

__all__ = ["archive_session", "await_archiving", "recount_removals", "settle_transfer"]
