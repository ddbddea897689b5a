"""Item JSON: plain values in ``data_fields``, everything else in ``children`` (wire-read 2.6)."""

from datetime import datetime

from xnat_ferry.practice.http.replies import Reply, as_json
from xnat_ferry.practice.rooms.items.item import TEXT, Item
from xnat_ferry.practice.rules import model
from xnat_ferry.practice.site.site import Site

Json = dict[str, object]


def item_json(site: Site, item: Item) -> Reply:
    """One object and all that hangs on it, in one body."""
    written = _Writer(site, item).written(item, "")
    reply = as_json({"items": [written]})
    return Reply(200, iter([reply.body]) if isinstance(reply.body, bytes) else reply.body, reply.kind)


class _Writer:
    """Writes one tree of items; what has no date of its own has the root's."""

    def __init__(self, site: Site, root: Item) -> None:
        self._site, self._inserted = site, root.inserted

    def written(self, item: Item, name: str) -> Json:
        return {
            "meta": self._meta(item),
            "data_fields": {
                (name if path == TEXT else path): _value(item.xsi_type, path, value)
                for path, value in item.fields.items()
            },
            "children": [
                {"field": path, "items": [self.written(child, path.rpartition("/")[2]) for child in children]}
                for path, children in item.children.items()
            ],
        }

    def _meta(self, item: Item) -> Json:
        events = [one.id for one in self._site.noted.of(item.id)] if item.id else []
        meta: Json = {
            "create_event_id": events[0] if events else 1,
            "xsi:type": item.xsi_type,
            "isHistory": False,
            "start_date": _java_date(item.inserted or self._inserted),
        }
        if len(events) > 1:
            meta["modified_event_id"] = events[-1]
        return meta


def _java_date(written: str) -> str:
    """As Java's ``Date`` prints itself, in the server's zone."""
    when = datetime.strptime(written, "%Y-%m-%d %H:%M:%S.%f").astimezone()
    return when.strftime("%a %b %d %H:%M:%S %Z %Y")


def _value(xsi_type: str, path: str, value: object) -> object:
    """Numbers become JSON numbers; truth values and dates stay words."""
    part = model.part_at(f"{xsi_type}/{path}")
    if not isinstance(value, str) or part is None:
        return value
    try:
        if part.type in ("integer", "long", "int"):
            return int(value)
        if part.type in ("float", "double", "decimal"):
            return float(value)
    except ValueError:
        return value
    return value
