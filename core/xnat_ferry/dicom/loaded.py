"""pydicom, loaded without what it fetches its examples by, a sixth of its cost.

Nothing else in the core imports it when it runs: its modules import each other, and of two threads that begin
with two of them at once Python lets one see a module that is half done.
"""

from xnat_ferry.loading import without

with without("requests"):
    from pydicom import config as config
    from pydicom import datadict as datadict
    from pydicom import filereader as filereader
    from pydicom import hooks as hooks
    from pydicom import uid as uid
