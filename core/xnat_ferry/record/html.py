"""The record as one HTML file: no scripts, nothing fetched, fit for paper, and all from outside escaped."""

from collections.abc import Iterator
from html import escape

from xnat_ferry.record.page import sections_of
from xnat_ferry.record.sections.section import Section
from xnat_ferry.record.values import Record
from xnat_ferry.settings.redact import plain

_LONGEST = 600
_STYLE = """\
body { font: 11pt/1.4 system-ui, sans-serif; max-width: 70em; margin: 2em auto; padding: 0 1em; color: #111; }
h1 { font-size: 1.5em; } h2 { font-size: 1.15em; margin-top: 2em; break-after: avoid; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.2em 1.5em; }
dt { color: #555; } dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; font-size: 0.9em; }
th, td { border-bottom: 1px solid #ccc; padding: 0.25em 0.6em; text-align: left; overflow-wrap: anywhere; }
th { color: #555; font-weight: 600; } .n { text-align: right; } tr { break-inside: avoid; }
thead { display: table-header-group; }
@media print { body { font-size: 9pt; margin: 0; max-width: none; } }
@page { margin: 15mm; }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def to_html(record: Record) -> str:
    """The whole document."""
    title = f"Transfer {_safe(record.transfer)}"
    body = "\n".join(line for section in sections_of(record) for line in _section(section))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{title}</title>\n<style>\n{_STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n{body}\n"
        "<p>The journal and the manifests lie beside this record.</p>\n</body>\n</html>\n"
    )


def _section(section: Section) -> Iterator[str]:
    if section.title:
        yield f"<h2>{escape(section.title)}</h2>"
    if section.facts:
        yield "<dl>"
        for name, value in section.facts:
            yield f"<dt>{escape(name)}</dt><dd>{_safe(value)}</dd>"
        yield "</dl>"
    if section.rows:
        numbers = [name.endswith("#") for name in section.head]
        yield "<table>"
        yield f"<thead>{_row('th', [name.removesuffix('#') for name in section.head], numbers)}</thead>"
        yield "<tbody>"
        for row in section.rows:
            yield _row("td", row, numbers)
        yield "</tbody>"
        yield "</table>"
    if section.notes:
        yield "<ul>"
        for note in section.notes:
            yield f"<li>{_safe(note)}</li>"
        yield "</ul>"


def _row(tag: str, cells: tuple[str, ...] | list[str], numbers: list[bool]) -> str:
    starts = (f'<{tag} class="n">' if number else f"<{tag}>" for number in numbers)
    shown = (f"{start}{_safe(cell)}</{tag}>" for start, cell in zip(starts, cells, strict=True))
    return f"<tr>{''.join(shown)}</tr>"


def _safe(text: str) -> str:
    return escape(plain(text, _LONGEST))
