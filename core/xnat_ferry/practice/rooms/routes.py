"""Every room's routes, together."""

from xnat_ferry.practice.http.routing import Router
from xnat_ferry.practice.rooms import (
    archiving,
    catalog_download,
    changing,
    files,
    header_dump,
    history,
    imports,
    items,
    listeners,
    listings,
    memberships,
    people,
    prearchive,
    reconstructions,
    schemas,
    search,
    settings,
    site_config,
    tracking,
    workflows,
)
from xnat_ferry.practice.rooms.login import accounts, pages, sessions, tokens

_ROOMS = (
    pages,
    sessions,
    tokens,
    accounts,
    site_config,
    reconstructions,
    listings,
    people,
    memberships,
    items,
    files,
    catalog_download,
    header_dump,
    settings,
    imports,
    prearchive,
    archiving,
    listeners,
    schemas,
    tracking,
    history,
    workflows,
    search,
    *changing.ROOMS,
)


def all_routes() -> Router:
    """The router of the server."""
    return Router(room.ROUTES for room in _ROOMS)
