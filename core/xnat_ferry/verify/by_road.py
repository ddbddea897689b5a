"""What may have changed files on a road, so that what arrived is not judged by what never touched it."""

from msgspec.structs import replace

from xnat_ferry.model import Road
from xnat_ferry.plan import Plan
from xnat_ferry.project import ProjectSettings, Script, SeriesFilter
from xnat_ferry.xnat.client import XnatClient
from xnat_ferry.xnat.project_settings import read_rerun, read_settings

_UNTOUCHED = ProjectSettings(
    site_script=Script(enabled=False),
    project_script=Script(enabled=False),
    site_filter=SeriesFilter(enabled=False),
    project_filter=SeriesFilter(enabled=False),
)
"""Nothing passes the importer, so no script and no filter of the destination sees it (wire-write 1.12)."""


def settings_for(client: XnatClient, plan: Plan) -> ProjectSettings:
    """What changes files on the plan's road to the destination.

    For a relocation that is the new owner's script, on a site that runs it again (wire-write 5.3).
    """
    project = plan.destination.project
    if not plan.road.stays:
        return read_settings(client, project)
    if plan.road == Road.SHARE or (runs_again := read_rerun(client)) is False:
        return _UNTOUCHED
    script = read_settings(client, project).project_script
    if script is not None and script.runs and not runs_again:
        script = None  # whether it ran is not known
    return replace(_UNTOUCHED, project_script=script)
