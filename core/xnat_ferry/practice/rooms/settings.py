"""Site and project settings that a transfer looks at (wire-read 1.9, 4)."""

import json

from xnat_ferry.practice.http.replies import Refused, Reply, as_json, text
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.rooms.access import may_delete, may_read, readable_project, visible_project

ROUTES = Routes()


@ROUTES.at("/data/projects/{project}/prearchive_code", methods="GET PUT")
def prearchive_code(request: Request, project: str) -> Reply:
    found = visible_project(request.site, request.user, project)
    if request.method == "PUT":
        if not may_delete(request.site, request.user, project):
            raise Refused(403, f"User cannot edit project {project}")
        found.prearchive_code = int(request.rest.strip("/") or 0)
        return Reply(200)
    return text(str(found.prearchive_code))


@ROUTES.at("/xapi/siteConfig", prefix=True)
def site_config(request: Request) -> Reply:
    """All that any login may read, some keys, or one raw value."""
    values = {**request.site.preferences, "siteUrl": request.base}
    rest = request.rest.strip("/")
    if not rest:
        return as_json(values)
    if rest.startswith("values/"):
        wanted = rest.removeprefix("values/").split(",")
        return as_json({key: values[key] for key in wanted if key in values})
    if rest not in values:
        raise Refused(404, f"No preference {rest}")
    value = values[rest]
    return text(json.dumps(value) if isinstance(value, bool) else str(value))


@ROUTES.at("/xapi/anonymize/site", prefix=True)
def site_script(request: Request) -> Reply:
    rest = request.rest.strip("/")
    if rest == "enabled":
        return as_json(request.site.preferences["enableSitewideAnonymizationScript"])
    return text(str(request.site.preferences["sitewideAnonymizationScript"]))


@ROUTES.at("/xapi/anonymize/projects/{project}", prefix=True)
def project_script(request: Request, project: str) -> Reply:
    """403 for the unknown and the hidden alike (wire-read 1.8)."""
    if not may_read(request.site, request.user, project):
        return Reply(403)
    script = request.site.projects[project].script
    if request.rest.strip("/") == "enabled":
        return as_json(bool(script))
    return text(script) if script else Reply(204)


@ROUTES.at("/data/projects/{project}/config")
def config(request: Request, project: str) -> Reply:
    """The configuration service, as far as the series import filter goes."""
    readable_project(request.site, request.user, project, "configuration")
    tool, _, path = request.rest.strip("/").partition("/")
    versions = request.site.configs.get((project, tool, path))
    if not versions:
        raise Refused(404, "Config file does not exist")
    return as_json({"ResultSet": {"Result": [versions[-1]]}})
