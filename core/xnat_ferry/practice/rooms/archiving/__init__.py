"""Archiving what waits in the prearchive (wire-write 2.5, 2.6, 3)."""

from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.rooms.archiving import service, validation
from xnat_ferry.practice.rooms.archiving.jobs import archive_row

__all__ = ["ROUTES", "archive_row"]

ROUTES = Routes()
ROUTES.handlers += service.ROUTES.handlers + validation.ROUTES.handlers
