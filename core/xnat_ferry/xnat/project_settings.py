"""Which settings of a site and a project change what arrives there (wire-read 4)."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec

from xnat_ferry.errors import NotAnAnswer, NotFound, ServerAnswer
from xnat_ferry.project import ProjectSettings, Script, SeriesFilter, Unread, UploaderRules
from xnat_ferry.xnat.client import XnatClient, data_path

Found = TypeVar("Found")
Entries = Mapping[str, Mapping[str, str]]
"""Rows of a configuration tool, by their path (wire-read 4.2)."""

_SITE_KEYS = (
    "checksums",
    "enableSitewideAnonymizationScript",
    "sitewideAnonymizationScript",
    "enableSitewideSeriesImportFilter",
    "sitewideSeriesImportFilter",
    "sitewideSeriesImportFilterMode",
)
"""What any login may read (wire-read 1.9)."""
_ANON, _FILTER, _APPLET, _ROUTING = "anon", "seriesImportFilter", "applet", "dicom"


def read_settings(client: XnatClient, project: str) -> ProjectSettings:
    """All of them but the arc codes: three requests, and one for each configuration that there is.

    What cannot be read is None and named in ``unread``; what was never set is there and says so.
    """
    reading = _Reading()
    site = reading.of("the site's settings", lambda: _site_values(client))
    own_tools = reading.of("the project's configuration", lambda: _tools(client, _of_project(project)))
    site_tools = reading.of("the site's configuration", lambda: _tools(client, _OF_SITE))

    def entries(where: str, tools: set[str] | None, tool: str, what: str) -> Entries | None:
        if tools is None:
            return None
        return reading.of(what, lambda: _entries(client, where, tool)) if tool in tools else {}

    own = _of_project(project)
    scripts = entries(own, own_tools, _ANON, "the project's anonymisation script")
    filters = entries(own, own_tools, _FILTER, "the project's series filter")
    applets = (
        entries(_OF_SITE, site_tools, _APPLET, "the site's upload rules"),
        entries(own, own_tools, _APPLET, "the project's upload rules"),
    )
    routing = entries(_OF_SITE, site_tools, _ROUTING, "the site's routing rules")
    return ProjectSettings(
        site_script=reading.of("the site's anonymisation script", lambda: _site_script(client, site)),
        project_script=None if scripts is None else _project_script(scripts),
        site_filter=reading.of("the site's series filter", lambda: _site_filter(client, site)),
        project_filter=reading.of("the project's series filter", lambda: _project_filter(client, filters)),
        uploader=_uploader(*applets),
        checksums=_flag(site, "checksums"),
        routing=None if routing is None else _rules(routing),
        unread=tuple(reading.failed),
    )


def read_rerun(client: XnatClient) -> bool | None:
    """Whether the site runs a project's script again over what moves into the project (wire-write 1.12).

    None where this account may not know, as most may not (wire-read 1.9). One request.
    """
    try:
        return client.json("/xapi/siteConfig/rerunProjectAnonOnRename") is True
    except ServerAnswer:
        return None


class _Reading:
    """Reads one thing after another and remembers what failed."""

    def __init__(self) -> None:
        self.failed: list[Unread] = []

    def of(self, what: str, read: Callable[[], Found | None]) -> Found | None:
        try:
            return read()
        except ServerAnswer as error:
            self.failed.append(Unread(what, str(error)))
            return None


# made before threads want it: two that do for the first time at once may crash
_CONTENTS = msgspec.json.Decoder(dict[str, Any])
_OF_SITE = data_path("config")


def _of_project(project: str) -> str:
    return data_path("projects", project, "config")


def _site_values(client: XnatClient) -> dict[str, Any]:
    path = "/xapi/siteConfig/values/" + ",".join(_SITE_KEYS)
    values = client.json(path)
    if not isinstance(values, dict):
        raise NotAnAnswer(server=client.server, what=f"GET {path}", status=200, said="JSON that is no object")
    return values


def _tools(client: XnatClient, where: str) -> set[str]:
    """The configured tools; a 404 is XNAT's word for none."""
    try:
        return {row.get("tool", "") for row in client.table(where)}
    except NotFound:
        return set()


def _entries(client: XnatClient, where: str, tool: str) -> Entries:
    try:
        return {row.get("path", ""): row for row in client.table(f"{where}/{tool}")}
    except NotFound:
        return {}


def _enabled(row: Mapping[str, str]) -> bool:
    return row.get("status", "enabled") != "disabled"


def _site_script(client: XnatClient, site: Mapping[str, Any] | None) -> Script | None:
    if site is None:
        return None
    enabled, text = _flag(site, "enableSitewideAnonymizationScript"), site.get("sitewideAnonymizationScript")
    if enabled is None or not isinstance(text, str):
        # older servers do not tell it among their settings (wire-read 4.3)
        enabled = client.json("/xapi/anonymize/site/enabled") is True
        text = client.text("/xapi/anonymize/site") if enabled else ""
    return Script(enabled=enabled, text=text)


def _project_script(entries: Entries) -> Script:
    """The path in its tool repeats the project's (wire-read 4.3); no tool holds more than one script."""
    row = next(iter(entries.values()), None)
    return Script(enabled=_enabled(row), text=row.get("contents", "")) if row else Script(enabled=False)


def _site_filter(client: XnatClient, site: Mapping[str, Any] | None) -> SeriesFilter | None:
    enabled = _flag(site, "enableSitewideSeriesImportFilter")
    if site is None or enabled is None:
        return None
    return SeriesFilter(
        enabled=enabled,
        mode=str(site.get("sitewideSeriesImportFilterMode") or ""),
        patterns=str(site.get("sitewideSeriesImportFilter") or ""),
    )


def _project_filter(client: XnatClient, entries: Entries | None) -> SeriesFilter | None:
    """Its contents are JSON inside the row (wire-read 4.4)."""
    if entries is None:
        return None
    row = entries.get("config")
    if row is None:
        return SeriesFilter(enabled=False)
    try:
        told = _CONTENTS.decode(row.get("contents", ""))
    except (msgspec.DecodeError, ValueError, RecursionError):
        what = "the project's series filter"
        raise NotAnAnswer(
            server=client.server, what=what, status=200, said="something that is no JSON"
        ) from None
    return SeriesFilter(
        enabled=_enabled(row) and str(told.get("enabled", True)).lower() == "true",
        mode=str(told.get("mode") or ""),
        patterns=_lines(told.get("list")),
    )


def _lines(patterns: Any) -> str:
    """One text, or a list of them."""
    return "\n".join(map(str, patterns)) if isinstance(patterns, list) else str(patterns or "")


def _uploader(site: Entries | None, own: Entries | None) -> UploaderRules | None:
    """The project's word stands over the site's (wire-read 4.5)."""
    if site is None or own is None:
        return None

    def told(path: str) -> str:
        rows = [entries[path] for entries in (own, site) if path in entries and _enabled(entries[path])]
        return rows[0].get("contents", "").strip() if rows else ""

    def flag(path: str) -> bool | None:
        return {"true": True, "false": False}.get(told(path).lower())

    return UploaderRules(
        allow_create_subject=flag("allow-create-subject"),
        require_date=flag("require-date"),
        allow_bulk_upload=flag("allow-bulk-upload"),
        subject_labels=told("default-subject-labeling-scheme"),
        session_labels=told("default-session-labeling-scheme"),
    )


def _rules(entries: Entries) -> tuple[str, ...]:
    return tuple(
        f"{path}: {line.strip()}"
        for path, row in sorted(entries.items())
        if _enabled(row)
        for line in row.get("contents", "").splitlines()
        if line.strip()
    )


def _flag(values: Mapping[str, Any] | None, key: str) -> bool | None:
    value = (values or {}).get(key)
    return {"true": True, "false": False}.get(str(value).lower())
