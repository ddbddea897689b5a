"""Resources and files, read: lists, catalogs, files and downloads (wire-read 2.4, 2.7 to 2.10)."""

from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.rooms.files import folders, serving

ROUTES = Routes()
ROUTES.handlers += folders.ROUTES.handlers + serving.ROUTES.handlers
