"""The record as Markdown. Everything from outside is escaped: no control characters, markup or new cells."""

import re
from collections.abc import Iterator

from xnat_ferry.record.page import sections_of
from xnat_ferry.record.sections.section import Section
from xnat_ferry.record.values import Record
from xnat_ferry.settings.redact import plain

_MARKUP = "\\`*_[]<>|#&~"
_ESCAPED = re.compile(rf"\\([{re.escape(_MARKUP)}])")
_LONGEST = 600


def to_markdown(record: Record) -> str:
    """The whole document."""
    lines = [f"# Transfer {_cell(record.transfer)}", ""]
    for section in sections_of(record):
        lines += _section(section)
    lines += ["The journal and the manifests lie beside this record.", ""]
    return "\n".join(lines)


def without_escapes(markdown: str) -> str:
    """The same to be read where Markdown is shown as it is written: ``NEURO_01``, not ``NEURO\\_01``."""
    return _ESCAPED.sub(r"\1", markdown)


def _section(section: Section) -> Iterator[str]:
    if section.title:
        yield f"## {section.title}"
        yield ""
    for name, value in section.facts:
        yield f"- **{name}** {_cell(value)}"
    if section.facts:
        yield ""
    if section.rows:
        yield _row(name.removesuffix("#") for name in section.head)
        yield _row("---:" if name.endswith("#") else "---" for name in section.head)
        for row in section.rows:
            yield _row(map(_cell, row))
        yield ""
    for note in section.notes:
        yield f"- {_cell(note)}"
    if section.notes:
        yield ""


def _row(cells: Iterator[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    safe = plain(text, _LONGEST)
    for character in _MARKUP:
        safe = safe.replace(character, "\\" + character)
    return safe
