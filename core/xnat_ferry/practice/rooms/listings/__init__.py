"""Projects, subjects, experiments, scans and assessors as tables (wire-read 2.1 to 2.4)."""

from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.rooms.listings import assessors, experiments, projects, scans, subjects

ROUTES = Routes()
for _part in (projects, subjects, experiments, scans, assessors):
    ROUTES.handlers += _part.ROUTES.handlers
