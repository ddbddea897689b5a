"""The data model as XML Schema, and the plugins that would add to it (wire-read 7.2, 8.3).

The schemas beside this file are as small as a client needs that builds its classes from them: every data
type that a listing names, and the fields that clients read and set.
"""

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from xnat_ferry.practice.http.replies import Reply, as_json
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes

ROUTES = Routes()


@ROUTES.at("/xapi/schemas")
def listed(request: Request) -> Reply:
    """The names of all schemas, those in a folder with its name in front."""
    return as_json(list(_documents()))


@ROUTES.at("/xapi/schemas/{name}", "/xapi/schemas/{folder}/{name}")
def document(request: Request, name: str, folder: str = "") -> Reply:
    """One schema as XML; the unknown is 404 without a word."""
    text = _documents().get(f"{folder}/{name}" if folder else name)
    if text is None:
        return Reply(404)
    return Reply(200, text, "application/xml")


@ROUTES.at("/xapi/plugins")
def plugins(request: Request) -> Reply:
    """A plain server has none: an empty object, where others have each plugin by its ID."""
    return as_json({})


@cache
def _documents() -> dict[str, bytes]:
    """Every schema by its name."""
    return dict(sorted(_below(files(__package__), "")))


def _below(folder: Traversable, prefix: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found += _below(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(".xsd"):
            found.append((prefix + entry.name.removesuffix(".xsd"), entry.read_bytes()))
    return found
