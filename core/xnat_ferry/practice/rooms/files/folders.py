"""The list of resources, and each one's catalog (wire-read 2.7)."""

from xnat_ferry.practice.http.negotiation import TABLE, negotiate
from xnat_ferry.practice.http.replies import STANDARD, Refused, Reply, xml
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Routes
from xnat_ferry.practice.http.tables import Cells, table
from xnat_ferry.practice.rooms.files.catalogs import catalog_of
from xnat_ferry.practice.rooms.files.choosing import Chosen, choose, held_at, places_of
from xnat_ferry.practice.rooms.writing.addresses import list_templates, resource_templates
from xnat_ferry.practice.rules.places import Held
from xnat_ferry.practice.site.records import Assessor, Scan, Session

ROUTES = Routes()
_COLUMNS = ["xnat_abstractresource_id", "label", "element_name", "category", "cat_id", "cat_desc"]
_COLUMNS += ["file_count", "file_size", "tags", "content", "format"]


@ROUTES.at(*list_templates())
def list_resources(request: Request, **names: str) -> Reply:
    """One row a resource."""
    negotiate(request, *TABLE)
    chosen = choose(request, names)
    found = held_at(request, places_of(request, chosen, Refused(404, STANDARD[404])), "")
    if request.flag("cache_file_stats") and chosen.project is None and not request.flag("file_stats"):
        raise Refused(500, STANDARD[500])
    return table(request, [_row(chosen, one) for one in found], _COLUMNS, title="Resources")


def _row(chosen: Chosen, held: Held) -> Cells:
    category, cat_id, cat_desc = category_of(chosen, held)
    return {
        "xnat_abstractresource_id": held.resource.id,
        "label": held.resource.label,
        "element_name": "xnat:resourceCatalog",
        "category": category,
        "cat_id": cat_id,
        "cat_desc": cat_desc,
        "file_count": len(held.resource.files),
        "file_size": held.resource.size,
        "tags": held.resource.tags,
        "content": held.resource.content,
        "format": held.resource.format,
    }


def category_of(chosen: Chosen, held: Held) -> tuple[str, str, str]:
    """The level, the ID there and its type; a session's own resources have a type that is a space."""
    holder = held.place.holder
    if isinstance(holder, Scan):
        return "scans", holder.id, holder.type
    if isinstance(holder, Assessor):
        return "assessors", holder.id, holder.xsi_type
    if isinstance(holder, Session):
        return ("resources", "", "") if chosen.all else ("resources", holder.id, " ")
    return "resources", "", " "


@ROUTES.at(*resource_templates())
def show_catalog(request: Request, resource: str, **names: str) -> Reply:
    """Catalog XML, also with ``format=json``; a session's label is looked up at all its levels."""
    negotiate(request, "xml")
    unknown = Refused(404, "Unable to find the specified catalog.")
    chosen = choose(request, names)
    deep = Chosen(chosen.project, chosen.subject, chosen.sessions, all=True)
    places = places_of(request, chosen if chosen.falls_back or chosen.within else deep, unknown)
    found = held_at(request, places, resource)
    if not found:
        raise unknown
    if len(found) > 1:
        raise Refused(404, STANDARD[404])  # of several none is shown
    if found[0].resource.lost:
        raise Refused(404, "Unable to find catalog file.")
    root = f"{found[0].resource.place.as_posix()}/" if request.flag("includeRootPath") else ""
    return xml(catalog_of(found[0], root))
