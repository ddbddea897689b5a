"""What a PUT says of an object: an XML document, parameters by schema path or shortcut (wire-write 4)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from xnat_ferry.practice.http.bodies import body_of, media_type
from xnat_ferry.practice.http.multipart import is_multipart
from xnat_ferry.practice.http.replies import STANDARD, Refused
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.rules.shortcuts import shortcuts_of

_XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_LISTS = frozenset(
    {
        "scans/scan",
        "sharing/share",
        "resources/resource",
        "assessors/assessor",
        "experiments/experiment",
        "fields/field",
        "aliases/alias",
        "file",
        "out/file",
        "in/file",
    }
)
"""Where a document holds further objects."""
_ODD_NAMES = {"QCManualAssessment": "qcManualAssessorData", "QCAssessment": "qcAssessmentData"}
_VARIABLE = re.compile(r"fields/field\[name=(?P<name>[^\]]+)\]/field")
_PATH = re.compile(r"[A-Za-z_][\w-]*(/[A-Za-z_][\w-]*)*")
_DATES = ("date", "dob", "demographics/dob")
_NUMBERS = ("yob", "demographics/yob", "demographics/education")
_SPELT = {name.lower(): name for name in ("ID", "UID", "subject_ID", "image_session_ID")}
"""The case of a field's name does not matter in a parameter: xnatpy says ``id``."""
TEXT = ""
"""The path of an element's own text."""


@dataclass
class Incoming:
    """One object as the caller describes it."""

    xsi_type: str = ""
    """"" where nothing says it."""
    values: dict[str, str] = field(default_factory=dict)
    """By schema path below the type."""
    parts: dict[str, list["Incoming"]] = field(default_factory=dict)
    """The objects inside, by path."""
    variables: dict[str, str] = field(default_factory=dict)
    """Custom variables of the old kind."""
    by_path: list[tuple[str, str, str]] = field(default_factory=list)
    """Parameters, by shortcut or in full: type, path, value."""
    is_document: bool = False

    def take(self, *types: str) -> None:
        """Take over the parameters of these types; those of others are ignored (wire-read 13.11)."""
        for xsi_type, path, value in self.by_path:
            if xsi_type in types:
                self._set(path, value)

    def _set(self, path: str, value: str) -> None:
        variable = _VARIABLE.fullmatch(path)
        if variable:
            self.variables[variable["name"].strip("'\"")] = value
            return
        plain = re.sub(r"\[[^\]]*\]", "", path)
        plain = _SPELT.get(plain.lower(), plain)
        if _PATH.fullmatch(plain):
            # a path that the schema does not know is passed over without a word
            self.values[plain] = _as_stored(plain, value)


def incoming(request: Request, context: str) -> Incoming:
    """The document and the parameters of a request; ``context`` names the shortcuts. Raises Refused."""
    form: dict[str, str] = {}
    found = Incoming()
    text = _document(request, form)
    if text:
        found = _parse(text)
    given = {**form, **{name: values[-1] for name, values in request.query.items()}}
    known = shortcuts_of(context)
    typed = [name for name in given if ":" in name and "/" in name]
    for name, value in given.items():
        if name in typed or name in known:
            xsi_type, _, path = known.get(name, name).partition("/")
            found.by_path.append((xsi_type, path, value))
    found.xsi_type = given.get("xsiType") or found.xsi_type
    if not found.xsi_type and typed:
        found.xsi_type = typed[0].partition("/")[0]
    return found


def _document(request: Request, form: dict[str, str]) -> bytes:
    if is_multipart(request):
        body = body_of(request)
        form.update(body.fields)
        return b"".join(one.file.read() for one in body.files if one.name.endswith(".xml"))
    xml = media_type(request) in ("text/xml", "application/xml") or request.get("req_format") == "xml"
    return request.body.read() if request.length and (xml or request.flag("inbody")) else b""


def _parse(text: bytes) -> Incoming:
    try:
        return _read(fromstring(text), True)
    except (ParseError, DefusedXmlException) as error:
        raise Refused(422, f"An error occurred parsing the XML: {error}") from None


def _read(element: Element, is_document: bool = False) -> Incoming:
    found = Incoming(element.get(_XSI_TYPE) or _type_of(element), is_document=is_document)
    for path, value in _flat(element, "", found):
        if path == "fields/field":
            continue
        found.values[path] = _as_stored(path, value)
    for variable in found.parts.pop("fields/field", []):
        found.variables[variable.values.get("name", "")] = variable.values.get(TEXT, "")
    return found


def _flat(element: Element, above: str, found: Incoming) -> Iterator[tuple[str, str]]:
    """Attributes and texts by path; what stands in a list becomes a part."""
    for name, value in element.attrib.items():
        if not name.startswith("{"):
            yield above + name, value
    text = (element.text or "").strip()
    if text:
        yield above.rstrip("/"), text
    for child in element:
        path = above + _local(child)
        if path in _LISTS:
            found.parts.setdefault(path, []).append(_read(child))
        else:
            yield from _flat(child, path + "/", found)


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _type_of(element: Element) -> str:
    """``xnat:MRSession`` is of the type ``xnat:mrSessionData``."""
    name = _local(element)
    if name in _ODD_NAMES:
        return "xnat:" + _ODD_NAMES[name]
    capitals = re.match(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]", name)
    if capitals is None:
        return ""
    return f"xnat:{capitals[0].lower()}{name[capitals.end() :]}Data"


def _as_stored(path: str, value: str) -> str:
    """A value as the database keeps it, dates by year first. 400 for what the schema does not allow there.

    (wire-write 4.1)
    """
    if value in ("", "NULL"):
        return value
    written = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", value) if path in _DATES else None
    if written:
        return f"{written[3]}-{int(written[1]):02d}-{int(written[2]):02d}"
    date = path in _DATES and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value)
    if date or (path in _NUMBERS and not re.fullmatch(r"-?\d+", value)):
        raise Refused(400, STANDARD[400])
    return value
