"""The ids by which scripts show in the headers that they changed (wire-read 13.8)."""

from xnat_ferry.practice.site.site import Site


def script_id(site: Site, project: str) -> str:
    """Of the site's script for "", else of a project's."""
    return project or "site"
