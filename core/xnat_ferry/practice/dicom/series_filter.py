"""Series import filters: what a project or the site refuses is dropped silently (wire-read 4.4)."""

import json
import re
from collections.abc import Callable
from functools import lru_cache

from pydicom.datadict import tag_for_keyword

from xnat_ferry.practice.site.site import Site

TextOf = Callable[[int], str | None]
"""An element's text by tag; None where the object has no such element."""
_SERIES_DESCRIPTION = 0x0008103E
_HEX = re.compile(r"\(?([0-9A-Fa-f]{4}),?([0-9A-Fa-f]{4})\)?")


def refuses(site: Site, project: str, text_of: TextOf) -> bool:
    """Whether the site's filter or the project's keeps an object out; ``project`` may be ""."""
    return _site_refuses(site, text_of) or (bool(project) and project_refuses(site, project, text_of))


def project_refuses(site: Site, project: str, text_of: TextOf) -> bool:
    """Whether a project's own filter keeps an object out."""
    contents = site.config(project, "seriesImportFilter", "config")
    if contents is None:
        return False
    mode, patterns = _told(contents)
    return _refuses(mode, patterns, text_of)


@lru_cache(maxsize=64)
def _told(contents: str) -> tuple[str, str]:
    """Mode and patterns of a stored filter; no mode where it is off."""
    told = json.loads(contents)
    if str(told.get("enabled", True)).lower() != "true":
        return "", ""
    return str(told.get("mode", "")), str(told.get("list", ""))


def _site_refuses(site: Site, text_of: TextOf) -> bool:
    known = site.preferences
    if not known["enableSitewideSeriesImportFilter"]:
        return False
    return _refuses(
        str(known["sitewideSeriesImportFilterMode"]), str(known["sitewideSeriesImportFilter"]), text_of
    )


def _refuses(mode: str, text: str, text_of: TextOf) -> bool:
    """A blacklist refuses what matches, a whitelist all else; other modes are left out."""
    mode = mode.lower()
    if mode not in ("blacklist", "whitelist"):
        return False
    matched = any(_matches(pattern, text_of(tag)) for tag, pattern in _patterns(text))
    return matched == (mode == "blacklist")


def _matches(pattern: re.Pattern[str], value: str | None) -> bool:
    """Anywhere in the value. An element that is not there matches only ``!EXISTS``."""
    if pattern.pattern == "EXISTS" and value is not None:
        return True
    if value is None:
        return pattern.pattern == "!EXISTS"
    return pattern.search(value) is not None


@lru_cache(maxsize=64)
def _patterns(text: str) -> tuple[tuple[int, re.Pattern[str]], ...]:
    """One a line, without regard to case; ``[Tag]`` begins those for another element, # a comment."""
    tag, found = _SERIES_DESCRIPTION, []
    for raw in re.split(r"\\n|\n", text):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("[") and line.endswith("]") and (named := _tag(line[1:-1])):
            tag = named
            continue
        try:
            found.append((tag, re.compile(line, re.IGNORECASE)))
        except re.error:
            continue  # XNAT would not have stored it
    return tuple(found)


def _tag(name: str) -> int | None:
    given = _HEX.fullmatch(name)
    return int(given[1] + given[2], 16) if given else tag_for_keyword(name)
