"""Labels as a table that a spreadsheet opens: CSV in and out, every cell text."""

import csv
from collections.abc import Iterable
from pathlib import Path

from xnat_ferry.errors import BadLabelRule
from xnat_ferry.labels import LabelRules, Labels
from xnat_ferry.model import SessionRow

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = ("id", "subject", "session", "to_subject", "to_session")


def read_label_table(path: Path) -> dict[str, Labels]:
    """The labels by accession ID where the table has an ``id``, else by session label.

    Needs the columns ``to_subject`` and ``to_session`` and one of ``id`` and ``session``; others are
    passed over. Raises BadLabelRule with the line.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            return _read(path, csv.DictReader(file))
    except OSError as error:
        raise BadLabelRule(rule=path, why=error.strerror or "it cannot be read") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadLabelRule(rule=path, why=f"it is not CSV in UTF-8 ({error})") from None


def _read(path: Path, rows: "csv.DictReader[str]") -> dict[str, Labels]:
    names = set(rows.fieldnames or ())
    if not {"to_subject", "to_session"} <= names or not names & {"id", "session"}:
        raise BadLabelRule(
            rule=path, why=f"its first line must name the columns {', '.join(COLUMNS)}, with commas between"
        )
    table: dict[str, Labels] = {}
    for row in rows:
        key = _unguarded(row.get("id") or row.get("session") or "")
        labels = Labels(_unguarded(row["to_subject"] or ""), _unguarded(row["to_session"] or ""))
        if not key or not labels.subject or not labels.session:
            raise BadLabelRule(rule=path, why=f"line {rows.line_num} leaves a label empty")
        if key in table:
            raise BadLabelRule(rule=path, why=f"line {rows.line_num} names {key} again")
        table[key] = labels
    return table


def write_label_table(path: Path, rows: Iterable[SessionRow], rules: LabelRules) -> None:
    """Every session with its labels before and after; raises OSError."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for row in rows:
            after = rules.apply(row)
            cells = (row.id, row.subject, row.label, after.subject, after.session)
            writer.writerow([_guarded(cell) for cell in cells])


def _guarded(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe in front, and before those that are."""
    return f"'{text}" if text.lstrip("'").startswith(_FORMULA) else text


def _unguarded(text: str) -> str:
    text = text.strip()
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(_FORMULA) else text
