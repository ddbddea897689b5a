"""``src``: a file that was put into the user's cache before (wire-write 1.2, 4.8)."""

import re

from xnat_ferry.practice.http.replies import Refused
from xnat_ferry.practice.rooms.imports.call import Upload
from xnat_ferry.practice.rooms.user_cache import cached
from xnat_ferry.practice.site.site import Site

_ADDRESS = re.compile(r"/user/cache/resources/(?P<resource>[^/]+)/files/(?P<file>.+)")


def prestored(site: Site, user: str, address: str) -> Upload:
    """The file of a relative address. Raises Refused."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        raise Refused(400, "src uri is invalid.")
    place = cached(site, user, found["resource"], found["file"])
    if not place.is_file():
        raise Refused(404, "Unknown src file.")
    return Upload(place.name, place.open("rb"))
