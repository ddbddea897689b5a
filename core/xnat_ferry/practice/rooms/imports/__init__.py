"""The import service, one module for each step of an upload (wire-write 1)."""

from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.rooms.imports import direct, inbox, service

ROUTES = Routes()
for _room in (service, direct, inbox):
    ROUTES.handlers += _room.ROUTES.handlers
