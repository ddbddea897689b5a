"""What the schemas say of data types: what descends from what, and which fields there are (wire-read 7.2)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

_XS = "{http://www.w3.org/2001/XMLSchema}"
_XDAT = "{http://nrg.wustl.edu/xdat}"
_NUMBERS = ("integer", "long", "float", "double", "decimal", "int")
_ACTUAL = {"xnat:abstractDemographicData": "xnat:demographicData"}
"""What really stands where the schema allows several things."""
MUST_BE_TOLD = frozenset(_ACTUAL.values())
"""Types that a document has to name, since the schema does not."""
_EXPERIMENT = "xnat:experimentData"


@dataclass
class Part:
    """One element or attribute of a type."""

    name: str
    type: str = "string"
    """``string``, ``integer``, ``date`` … or another data type such as ``xnat:investigatorData``."""
    attribute: bool = False
    many: bool = False
    parts: dict[str, "Part"] = field(default_factory=dict)
    """What stands inside where the type has no name, attributes first."""


@dataclass
class DataType:
    """One data type with all that it inherits, in the order of the schema."""

    name: str
    base: str
    abstract: bool
    parts: dict[str, Part]


def ancestors(xsi_type: str) -> tuple[str, ...]:
    """A type and all those it descends from, nearest first."""
    found: list[str] = []
    while xsi_type in _types():
        found.append(xsi_type)
        xsi_type = _types()[xsi_type].base
    return tuple(found)


@cache
def is_a(xsi_type: str, other: str) -> bool:
    """Whether a type is the other one or descends from it, whatever the case of both."""
    return other.lower() in (name.lower() for name in ancestors(spelled(xsi_type)))


@cache
def spelled(xsi_type: str) -> str:
    """A type's name as the schema writes it; itself where there is no such type."""
    return next((name for name in _types() if name.lower() == xsi_type.lower()), xsi_type)


def known(xsi_type: str) -> bool:
    """Whether there is such a type."""
    return spelled(xsi_type) in _types()


def secured(xsi_type: str) -> bool:
    """Whether rights are given on this type itself: on those that objects are of, not on what they share."""
    name = spelled(xsi_type)
    holds_rights = is_a(name, _EXPERIMENT) or name in ("xnat:subjectData", "xnat:projectData")
    return known(name) and holds_rights and not _types()[name].abstract


@cache
def creatable() -> tuple[str, ...]:
    """The types that a right to create can be held on: subjects and every kind of experiment."""
    return tuple(name for name in _types() if secured(name) and name != "xnat:projectData")


def parts_of(xsi_type: str) -> dict[str, Part]:
    """A type's parts by name; none where there is no such type."""
    found = _types().get(xsi_type)
    return found.parts if found else {}


@cache
def part_at(path: str) -> Part | None:
    """What stands at ``xnat:mrSessionData/scanner/model``, in any case, conditions in brackets apart."""
    xsi_type, _, below = path.partition("/")
    parts = parts_of(spelled(xsi_type))
    found: Part | None = None
    for step in below.split("/"):
        name = step.partition("[")[0].lower()
        found = next((part for part in parts.values() if part.name.lower() == name), None)
        if found is None:
            return None
        parts = parts_of(found.type) if ":" in found.type else found.parts
    return found


def sort_of(path: str) -> str:
    """``number``, ``date``, ``boolean`` or ``string``: how a path is filtered (wire-read 2.1)."""
    part = part_at(path)
    if part is not None and part.type in _NUMBERS:
        return "number"
    if part is not None and part.type in ("date", "boolean"):
        return part.type
    return "date" if path.lower().endswith(("/meta/insert_date", "/meta/last_modified")) else "string"


@cache
def document_name(xsi_type: str) -> str:
    """``MRSession`` for ``xnat:mrSessionData``: the root of a document of this type."""
    for element in _schema().findall(f"{_XS}element"):
        if element.get("type") == xsi_type:
            return element.get("name", "")
    return xsi_type.partition(":")[2]


@cache
def _schema() -> Element:
    text = (files("xnat_ferry.practice.rooms.schemas") / "xnat.xsd").read_bytes()
    root: Element = fromstring(text)
    return root


@cache
def _types() -> dict[str, DataType]:
    found: dict[str, DataType] = {}
    for element in _schema().findall(f"{_XS}complexType"):
        extension = element.find(f"{_XS}complexContent/{_XS}extension")
        base = extension.get("base", "") if extension is not None else ""
        inherited = found[base].parts if base in found else {}
        inner = extension if extension is not None else element
        appinfo = element.find(f"{_XS}annotation/{_XS}appinfo/{_XDAT}element")
        abstract = appinfo is not None and appinfo.get("abstract") == "true"
        own = {part.name: part for part in _parts(inner)}
        name = f"xnat:{element.get('name')}"
        found[name] = DataType(name, base, abstract, {**inherited, **own})
    return found


def _parts(element: Element) -> Iterator[Part]:
    for attribute in element.findall(f"{_XS}attribute"):
        yield Part(attribute.get("name", ""), _plain(attribute.get("type", "")), attribute=True)
    for child in element.findall(f"{_XS}sequence/{_XS}element"):
        inner = child.find(f"{_XS}complexType")
        part = Part(
            child.get("name", ""), _plain(child.get("type", "")), many=child.get("maxOccurs") == "unbounded"
        )
        if inner is not None:
            simple = inner.find(f"{_XS}simpleContent/{_XS}extension")
            part.type = _plain(simple.get("base", "")) if simple is not None else part.type
            within = simple if simple is not None else inner
            part.parts = {one.name: one for one in _parts(within)}
        yield part


def _plain(xsi_type: str) -> str:
    return _ACTUAL.get(xsi_type, xsi_type).removeprefix("xs:") or "string"
