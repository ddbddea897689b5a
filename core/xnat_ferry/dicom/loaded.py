"""pydicom, loaded without what it fetches its examples by, a sixth of its cost."""

from xnat_ferry.loading import without

with without("requests"):
    from pydicom import config as config
    from pydicom import filereader as filereader
