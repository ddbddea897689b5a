"""Site and project scripts at work (wire-write 1.12, wire-read 4.3, 13.8).

Of DicomEdit 6 this understands assignments and deletions of plain tags, ``removeAllPrivateTags``, variables,
conditions on one tag, and the expressions of ``scripts.py``. What else stands there is told and passed over.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from pydicom.charset import default_encoding
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.filereader import read_sequence
from pydicom.sequence import Sequence

from xnat_ferry.practice.dicom.elements import (
    Edits,
    Element,
    Items,
    Plain,
    as_dataset,
    as_element,
    new_element,
    text_of,
)
from xnat_ferry.practice.dicom.instances import Instance, Unreadable, read_instance
from xnat_ferry.practice.dicom.scripts import (
    Assign,
    Choose,
    Define,
    Delete,
    DropPrivate,
    Expression,
    Reject,
    Script,
    ScriptError,
    Statement,
    Unknown,
    read_script,
)
from xnat_ferry.practice.dicom.storing import Written, copied

__all__ = ["Rejected", "ScriptError", "anonymise", "edits_of", "run_script"]

_TRACE = 0x00120064
_SHORT_STRING = 16
Tell = Callable[[str], None]


class Rejected(Exception):
    """The script wants no such object; it is to be dropped without a word."""


def edits_of(instance: Instance, script: str, names: dict[str, str], identifier: str, tell: Tell) -> Edits:
    """What a script changes in an object; ``names`` are project, subject and session.

    A name that has no value (the project of what is unassigned) leaves its assignment out. The last edit is
    the trace that every run leaves. Raises ScriptError for a broken script, Rejected if it rejects.
    """
    run = _Run(instance, names, tell)
    run.all(read_script(script))
    run.edits[_TRACE] = _trace(instance, run.edits.get(_TRACE), identifier)
    return run.edits


def anonymise(
    source: Path,
    target: Path,
    script: str,
    names: dict[str, str],
    identifier: str,
    tell: Tell,
    *,
    digest: bool = True,
) -> Written:
    """One file by a script into another file, only the header in memory; what is no DICOM is just copied."""
    with source.open("rb") as file:
        try:
            instance = read_instance(file)
        except Unreadable:
            file.seek(0)
            return copied(file, target, digest=digest)
        return instance.write(target, edits_of(instance, script, names, identifier, tell), digest=digest)


def run_script(content: bytes, script: str, names: dict[str, str], identifier: str, tell: Tell) -> bytes:
    """The same with bytes, for what is small."""
    try:
        instance = read_instance(BytesIO(content))
    except Unreadable:
        return content
    with TemporaryDirectory() as folder:
        place = Path(folder) / "object"
        instance.write(place, edits_of(instance, script, names, identifier, tell), digest=False)
        return place.read_bytes()


class _Run:
    """One script over one object; later statements see what earlier ones did."""

    def __init__(self, instance: Instance, names: dict[str, str], tell: Tell) -> None:
        self._instance, self._names, self._tell = instance, dict(names), tell
        self.edits: dict[int, Element | None] = {}

    def all(self, script: Script) -> None:
        for statement in script:
            self._do(statement)

    def _do(self, statement: Statement) -> None:
        match statement:
            case Assign(tag, expression):
                self._assign(tag, self._value(expression))
            case Define(name, expression):
                self._names[name] = self._value(expression) or ""
            case Delete(tag):
                self.edits[tag] = None
            case DropPrivate():
                self._drop_private()
            case Choose():
                self._choose(statement)
            case Reject():
                raise Rejected
            case Unknown(line):
                self._tell(f"cannot interpret: {line}")

    def _assign(self, tag: int, value: str | None) -> None:
        if value is None:
            return
        there = self._instance.header.get_item(tag) if tag in self._instance.header else None
        try:
            self.edits[tag] = new_element(tag, there.VR if there is not None else None, value)
        except ValueError:
            self._tell(f"cannot assign {value} to ({tag >> 16:04X},{tag & 0xFFFF:04X})")

    def _drop_private(self) -> None:
        for tag in self._instance.header.keys():  # noqa: SIM118  a dataset iterates over elements
            if tag.is_private:
                self.edits[int(tag)] = None

    def _choose(self, choice: Choose) -> None:
        found = self._text(choice.tag)
        if choice.operator.endswith("~"):
            holds = re.fullmatch(choice.wanted, found) is not None
        else:
            holds = found == choice.wanted
        chosen = choice.then if holds != choice.operator.startswith("!") else choice.otherwise
        if chosen is not None:
            self._do(chosen)

    def _value(self, expression: Expression) -> str | None:
        return expression(self._text, self._names)

    def _text(self, tag: int) -> str:
        if tag in self.edits:
            element = self.edits[tag]
            return "" if element is None else text_of(element)
        return self._instance.text(tag)


def _trace(instance: Instance, left: Element | None, identifier: str) -> Element:
    """One more item that names the script (wire-read 13.8); earlier ones stay."""
    code = (
        (0x00080100, Plain("SH", identifier[:_SHORT_STRING])),
        (0x00080102, Plain("SH", "XNAT")),
        (0x00080104, Plain("LO", "XNAT DicomEdit Script")),
    )
    if left is None and _TRACE not in instance.header:
        return Items((code,))
    stored = instance.header.get_item(_TRACE) if left is None else None
    if isinstance(stored, RawDataElement) and stored.value:
        earlier = _texts(stored.value, stored.is_implicit_VR, stored.is_little_endian)
        if earlier is not None:
            return Items((*earlier, code))
    item = as_dataset(code)
    before = as_element(_TRACE, left) if left is not None else instance.header[_TRACE]
    return DataElement(_TRACE, "SQ", Sequence([*(before.value or []), item]))


@lru_cache(maxsize=64)
def _texts(value: bytes, implicit: bool, little: bool) -> tuple[tuple[tuple[int, Plain], ...], ...] | None:
    """Items of nothing but ASCII text; None for others. The same few come with every object of a session."""
    items = read_sequence(BytesIO(value), implicit, little, len(value), [default_encoding])
    elements = [[item[tag] for tag in item.keys()] for item in items]  # noqa: SIM118
    texts = (one.value for item in elements for one in item)
    if not all(isinstance(text, str) and text.isascii() for text in texts):
        return None
    return tuple(tuple((int(one.tag), Plain(one.VR, one.value)) for one in item) for item in elements)
