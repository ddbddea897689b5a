"""Every room's routes, together."""

from xnat_ferry.practice.http.routing import Router
from xnat_ferry.practice.rooms import (
    changing,
    files,
    imports,
    items,
    listings,
    login,
    prearchive,
    schemas,
    settings,
    tracking,
)

_ROOMS = (login, listings, items, files, settings, imports, prearchive, schemas, tracking, *changing.ROOMS)


def all_routes() -> Router:
    """The router of the server."""
    return Router(room.ROUTES for room in _ROOMS)
