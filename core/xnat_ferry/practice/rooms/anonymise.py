"""Site and project scripts: assignments and deletions of plain tags act (wire-write 1.12, wire-read 13.8)."""

import re
import warnings
from collections.abc import Callable
from io import BytesIO

from pydicom import Dataset, dcmread
from pydicom.datadict import dictionary_VR, keyword_for_tag

_ASSIGN = re.compile(r"\(([0-9A-Fa-f]{4}),([0-9A-Fa-f]{4})\)\s*:=\s*(.+)")
_DELETE = re.compile(r"-\s*\(([0-9A-Fa-f]{4}),([0-9A-Fa-f]{4})\)\s*$")
_PASSING = re.compile(r"^(\s*//.*|\s*version\b.*|\s*)$")


def run_script(
    content: bytes, script: str, names: dict[str, str], identifier: str, tell: Callable[[str], None]
) -> bytes:
    """The file after a script; ``names`` are project, subject and session. What is not understood is told."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # odd values in real files are kept as they are
        dataset = dcmread(BytesIO(content), force=True)
        for line in script.splitlines():
            _run_line(dataset, line.strip(), names, tell)
        _leave_trace(dataset, identifier)
        out = BytesIO()
        dataset.save_as(out, enforce_file_format=False)
    return out.getvalue()


def _run_line(dataset: Dataset, line: str, names: dict[str, str], tell: Callable[[str], None]) -> None:
    assigned, deleted = _ASSIGN.fullmatch(line), _DELETE.fullmatch(line)
    if assigned:
        tag = int(assigned[1] + assigned[2], 16)
        value = assigned[3].strip()
        if value.startswith('"') and value.endswith('"'):
            _assign(dataset, tag, value[1:-1])
        elif value in names:
            _assign(dataset, tag, names[value])
        else:
            tell(f"cannot interpret: {line}")
    elif deleted:
        dataset.pop(int(deleted[1] + deleted[2], 16), None)
    elif not _PASSING.match(line):
        tell(f"cannot interpret: {line}")


def _assign(dataset: Dataset, tag: int, value: str) -> None:
    keyword = keyword_for_tag(tag)
    if keyword:
        setattr(dataset, keyword, value)
    else:
        dataset.add_new(tag, dictionary_VR(tag) if keyword else "LO", value)


def _leave_trace(dataset: Dataset, identifier: str) -> None:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = (
        identifier,
        "XNAT",
        "XNAT DicomEdit Script",
    )
    dataset.DeidentificationMethodCodeSequence = [
        *dataset.get("DeidentificationMethodCodeSequence", []),
        code,
    ]
