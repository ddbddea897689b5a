"""What the address of one object answers: a page, JSON, XML, or a pseudo path (wire-read 0.3, 2.3)."""

from collections.abc import Callable, Mapping

from xnat_ferry.practice.http.negotiation import ITEM, negotiate
from xnat_ferry.practice.http.replies import Reply, html_page
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.tables import Cells, table
from xnat_ferry.practice.rooms.items.as_json import item_json
from xnat_ferry.practice.rooms.items.as_xml import item_xml
from xnat_ferry.practice.rooms.items.item import Item

_MEDIA = {"html": "text/html", "xml": "text/xml", "json": "application/json", "txt": "text/plain"}


def show(request: Request, build: Callable[[], Item], title: str) -> Reply:
    """The object itself; a page, for which nothing has to be built, unless something else is asked for."""
    variant = negotiate(request, *ITEM)
    chosen = request.format(variant)
    if chosen not in ("json", "xml"):
        return html_page(title)
    with request.site.lock:
        item = build()
        return item_json(request.site, item) if chosen == "json" else item_xml(item)


def status(request: Request, word: str) -> Reply:
    """``active`` or ``quarantine``, under the media type that was negotiated."""
    variant = negotiate(request, *ITEM)
    return Reply(200, word.encode(), _MEDIA.get(request.format(variant), "text/html"))


def projects(request: Request, owner: str, label: str, shares: Mapping[str, str]) -> Reply:
    """Where an object is, the owner first, with its label in each."""
    variant = negotiate(request, *ITEM)
    site = request.site
    rows: list[Cells] = []
    for name, shown in {owner: label, **shares}.items():
        found = site.projects.get(name)
        fields = found.fields if found else {}
        rows.append(
            {
                "label": shown or label,
                "ID": name,
                "Secondary_ID": fields.get("secondary_ID", name),
                "Name": fields.get("name", name),
            }
        )
    return table(request, rows, ["label", "ID", "Secondary_ID", "Name"], default=variant)
