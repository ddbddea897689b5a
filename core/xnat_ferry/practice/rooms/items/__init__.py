"""Single objects: a page for people, JSON and XML for programs (wire-read 2.6)."""

from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.rooms.items import experiments, projects, subjects

ROUTES = Routes()
for _part in (projects, subjects, experiments):
    ROUTES.handlers += _part.ROUTES.handlers
