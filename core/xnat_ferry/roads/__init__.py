"""The roads: how one session gets to where the plan wants it. One file each, all walked by ``walk``.

A road is a ``Crossing`` that stands in ``CROSSINGS`` under its name: it opens its ends, prepares once, and
brings one session over. Going through the sessions, stopping, counting and telling what failed are the same
for all.
"""

from collections.abc import Mapping

from xnat_ferry.errors import RoadClosed
from xnat_ferry.plan import Plan, Road
from xnat_ferry.roads.copy import Copy
from xnat_ferry.roads.crossing import Crossing
from xnat_ferry.roads.download import Download
from xnat_ferry.roads.receiver import ByReceiver
from xnat_ferry.roads.relocate import Relocate
from xnat_ferry.roads.resources import Resources
from xnat_ferry.roads.share import Share
from xnat_ferry.roads.upload import Upload

CROSSINGS: Mapping[Road, type[Crossing]] = {
    Road.COPY: Copy,
    Road.RECEIVER: ByReceiver,
    Road.RESOURCES: Resources,
    Road.SHARE: Share,
    Road.RELOCATE: Relocate,
    Road.UPLOAD: Upload,
    Road.DOWNLOAD: Download,
}


def crossing_of(plan: Plan) -> type[Crossing]:
    """The road that a plan names; raises RoadClosed for one that this version cannot take."""
    road = CROSSINGS.get(plan.road)
    if road is None:
        raise RoadClosed(road=plan.road.value, why="this version does not know it")
    return road


__all__ = ["CROSSINGS", "Crossing", "crossing_of"]
