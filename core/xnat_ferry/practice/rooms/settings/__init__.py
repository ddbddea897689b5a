"""Site and project settings that a transfer looks at (wire-read 4, 13, wire-write 1.12, 2.8)."""

from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.rooms.settings import anonymize, arc, config, custom_fields, lists, study_routing

ROUTES = Routes()
for _part in (arc, config, anonymize, study_routing, lists, custom_fields):
    ROUTES.handlers += _part.ROUTES.handlers
