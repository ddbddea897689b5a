"""An object as an XNAT document: attributes and elements in the schema's order (wire-read 0.3, 8.3, 9)."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from xnat_ferry.practice.http.replies import Reply, xml
from xnat_ferry.practice.http.xml_text import escape, quoteattr
from xnat_ferry.practice.rooms.items.item import TEXT, Item
from xnat_ferry.practice.rules import model

_NAMESPACES = (
    'xmlns:xnat="http://nrg.wustl.edu/xnat" xmlns:xdat="http://nrg.wustl.edu/xdat" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
)
_HIDDEN = ("xnat_abstractresource_id",)
"""Keys of the database: in JSON only."""


def item_xml(item: Item) -> Reply:
    """The document of one object."""
    name = f"xnat:{model.document_name(item.xsi_type)}"
    return xml(_element(name, item, f" {_NAMESPACES}"))


@dataclass
class _Node:
    """What stands at one step of the paths."""

    text: str = ""
    below: dict[str, "_Node"] = field(default_factory=dict)
    items: dict[str, list[Item]] = field(default_factory=dict)

    def at(self, path: str) -> "_Node":
        node = self
        for step in path.split("/"):
            node = node.below.setdefault(step, _Node())
        return node


def _element(name: str, item: Item, more: str = "") -> str:
    root = _Node()
    for path, value in item.fields.items():
        if path == TEXT:
            root.text = str(value)
        elif path not in _HIDDEN:
            root.at(path).text = str(value)
    for path, items in item.children.items():
        above, _, last = path.rpartition("/")
        (root.at(above) if above else root).items[last] = items
    return _written(name, root, model.parts_of(item.xsi_type), more)


def _written(name: str, node: _Node, parts: dict[str, model.Part], more: str = "") -> str:
    attributes = "".join(f" {key}={quoteattr(node.below[key].text)}" for key in _attributes(node, parts))
    inner = escape(node.text) + "".join(_elements(node, parts))
    return f"<{name}{more}{attributes}>{inner}</{name}>" if inner else f"<{name}{more}{attributes}/>"


def _attributes(node: _Node, parts: dict[str, model.Part]) -> list[str]:
    """The names that are attributes; without a schema, all that is plain, as in the members of lists."""
    if not parts:
        return [key for key, one in node.below.items() if not one.below and not one.items]
    return [part.name for part in parts.values() if part.attribute and part.name in node.below]


def _elements(node: _Node, parts: dict[str, model.Part]) -> Iterator[str]:
    attributes = set(_attributes(node, parts))
    known = [name for name in parts if name not in attributes]
    others = [name for name in (*node.below, *node.items) if name not in parts and name not in attributes]
    for name in dict.fromkeys([*known, *others]):
        part = parts.get(name)
        for item in node.items.get(name, []):
            yield _element(f"xnat:{name}", item, _actual(item, part))
        if name in node.below:
            yield _written(f"xnat:{name}", node.below[name], part.parts if part else {})


def _actual(item: Item, part: model.Part | None) -> str:
    """``xsi:type`` where the schema's own type does not say what this is."""
    as_declared = part is not None and part.type == item.xsi_type
    if not model.known(item.xsi_type) or (as_declared and item.xsi_type not in model.MUST_BE_TOLD):
        return ""
    return f' xsi:type="{item.xsi_type}"'
