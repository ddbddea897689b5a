"""The anonymisation scripts as they are kept: one truth behind three addresses (wire-read 4.3, 13.8).

The site's script is a preference, a project's a member of it; the configuration service, the legacy editor
and the XAPI show and set the same. Every change is a version of the configuration with an ``id`` of its own,
which is what an anonymised header says.
"""

from xnat_ferry.practice.site.site import Site

TOOL = "anon"


def path_of(project: str) -> str:
    """Where the configuration service has a script; "" is the site."""
    return f"/projects/{project}" if project else "script"


def current(site: Site, project: str) -> tuple[str, bool]:
    """The text, "" where there is none, and whether it is enabled."""
    if not project:
        values = site.preferences
        return str(values["sitewideAnonymizationScript"]), bool(values["enableSitewideAnonymizationScript"])
    found = site.projects[project]
    return found.script, bool(found.script) and found.script_enabled


def versions(site: Site, project: str) -> list[dict[str, str]]:
    """All versions, oldest first. What was set otherwise (a world, a preference) becomes one now."""
    text, enabled = current(site, project)
    status = "enabled" if enabled else "disabled"
    with site.lock:
        known = site.configs.get((project, TOOL, path_of(project)), [])
        last = (known[-1]["contents"], known[-1]["status"]) if known else ("", "disabled")
        if (text or known) and (text, status) != last:
            site.configure("admin", project, TOOL, path_of(project), text, status=status)
        return site.configs.get((project, TOOL, path_of(project)), [])


def script_id(site: Site, project: str) -> str:
    """What a run of this script writes into (0012,0064); "" where there is no script."""
    known = versions(site, project)
    return known[-1]["id"] if known else ""


def put(site: Site, user: str, project: str, text: str) -> None:
    """Another text; a project's script is enabled with that, the site's keeps its state."""
    with site.lock:
        versions(site, project)
        enabled = True
        if project:
            site.projects[project].script, site.projects[project].script_enabled = text, True
        else:
            site.preferences["sitewideAnonymizationScript"] = text
            enabled = bool(site.preferences["enableSitewideAnonymizationScript"])
        status = "enabled" if text and enabled else "disabled"
        site.configure(user, project, TOOL, path_of(project), text, status=status)


def switch(site: Site, user: str, project: str, *, enable: bool) -> bool:
    """On or off; False where there is no script."""
    with site.lock:
        known = versions(site, project)
        if not known:
            return False
        if project:
            site.projects[project].script_enabled = enable
        else:
            site.preferences["enableSitewideAnonymizationScript"] = enable
        status = "enabled" if enable else "disabled"
        if known[-1]["status"] != status:
            site.configure(user, project, TOOL, path_of(project), known[-1]["contents"], status=status)
        return True
