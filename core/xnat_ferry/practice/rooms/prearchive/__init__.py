"""What waits in the prearchive: reading it, acting on it, removing it (wire-write 2)."""

from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.rooms.archiving.rebuilder import rebuild_idle
from xnat_ferry.practice.rooms.prearchive import batch, listing, session
from xnat_ferry.practice.rooms.waiting.building import build_row

__all__ = ["ROUTES", "build_row", "rebuild_idle"]

ROUTES = Routes()
ROUTES.handlers += listing.ROUTES.handlers + session.ROUTES.handlers + batch.ROUTES.handlers
