"""Site and project settings that a transfer looks at (wire-read 1.9, 4)."""

import json

from xnat_ferry.practice.access import may_delete, may_read, readable_project, visible_project
from xnat_ferry.practice.anonymise import SITE_SCRIPT
from xnat_ferry.practice.http import Refused, Reply, Request, as_json, text


def prearchive_code(request: Request, project: str) -> Reply:
    found = visible_project(request.site, request.user, project)
    if request.method == "PUT":
        if not may_delete(request.site, request.user, project):
            raise Refused(403, f"User cannot edit project {project}")
        found.prearchive_code = int(request.rest.strip("/") or 0)
        return Reply(200)
    return text(str(found.prearchive_code))


def site_config(request: Request) -> Reply:
    """All that any login may read, some keys, or one raw value."""
    values: dict[str, object] = {
        "checksums": request.site.server.checksums,
        "enableSitewideAnonymizationScript": request.site.server.site_anonymization,
        "sitewideAnonymizationScript": SITE_SCRIPT,
        "enableSitewideSeriesImportFilter": False,
        "sitewideSeriesImportFilterMode": "blacklist",
        "sitewideSeriesImportFilter": "",
        "siteId": "XNAT",
        "siteUrl": request.base,
        "uiAllowNonAdminProjectCreation": True,
        "sessionXmlRebuilderInterval": 5,
        "sessionXmlRebuilderRepeat": 60000,
    }
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


def site_script(request: Request) -> Reply:
    rest = request.rest.strip("/")
    if rest == "enabled":
        return as_json(request.site.server.site_anonymization)
    return text(SITE_SCRIPT)


def project_script(request: Request, project: str) -> Reply:
    """403 for the unknown and the hidden alike (wire-read 1.8)."""
    if not may_read(request.site, request.user, project):
        return Reply(403)
    script = request.site.projects[project].script
    if request.rest.strip("/") == "enabled":
        return as_json(bool(script))
    return text(script) if script else Reply(204)


def config(request: Request, project: str) -> Reply:
    """The configuration service, as far as the series import filter goes."""
    readable_project(request.site, request.user, project, "configuration")
    chosen = request.site.projects[project].series_filter
    if request.rest.strip("/") != "seriesImportFilter/config" or chosen is None:
        raise Refused(404, "Config file does not exist")
    contents = {"mode": chosen.mode, "enabled": True, "list": "\n".join(chosen.patterns)}
    row = {
        "tool": "seriesImportFilter",
        "path": "config",
        "project": project,
        "user": "admin",
        "contents": json.dumps(contents),
        "version": "1",
        "status": "enabled",
    }
    return as_json({"ResultSet": {"Result": [row]}})
