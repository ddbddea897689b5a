"""The table envelope: JSON, CSV, XML or a page; every cell is a string (wire-read 0.7)."""

import csv
import io

from xnat_ferry.practice.http.replies import Reply, as_json, html_page, xml
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.xml_text import escape, quoteattr

Cells = dict[str, object]


def table(
    request: Request,
    rows: list[Cells],
    columns: list[str],
    *,
    title: str = "",
    total: bool = True,
    described: list[dict[str, str]] | None = None,
    default: str = "json",
    meta: dict[str, str] | None = None,
    headings: list[str] | None = None,
) -> Reply:
    """Rows in these columns, in the format asked for; ``total`` says whether ``totalRecords`` is told.

    ``meta`` is what else stands beside the rows, ``headings`` is what CSV calls the columns instead.
    """
    rows = _sorted(request, rows, columns)
    cells = [{name: _cell(row.get(name)) for name in columns} for row in rows]
    chosen = request.format(default)
    if chosen == "csv":
        return Reply(200, _as_csv(cells, columns, headings or columns).encode(), "text/csv")
    if chosen == "xml":
        return xml(_as_xml(cells, columns, title))
    if chosen == "html":
        return html_page("table")
    result: dict[str, object] = {"Result": cells}
    if described is not None:
        result["Columns"] = described
    if title:
        result["title"] = title
    if total:
        result["totalRecords"] = str(len(cells))
    return as_json({"ResultSet": result | (meta or {})})


def _sorted(request: Request, rows: list[Cells], columns: list[str]) -> list[Cells]:
    """``sortBy`` and ``sortOrder`` sort what was found: with paging, the page only (wire-read 2.1)."""
    names = [name for name in (request.get("sortBy") or "").split(",") if name in columns]
    if not names:
        return rows
    backwards = (request.get("sortOrder") or "").upper() == "DESC"
    return sorted(rows, key=lambda row: [_rank(row.get(name)) for name in names], reverse=backwards)


def _rank(value: object) -> tuple[int, float, str]:
    """Nothing, then numbers, then text."""
    if value in (None, ""):
        return (0, 0, "")
    return (1, value, "") if isinstance(value, int | float) else (2, 0, str(value))


def _as_csv(cells: list[dict[str, str]], columns: list[str], headings: list[str]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writerow(dict(zip(columns, headings, strict=False)))
    writer.writerows({key: value.replace("\n", " ") for key, value in row.items()} for row in cells)
    return out.getvalue()


def _as_xml(cells: list[dict[str, str]], columns: list[str], title: str) -> str:
    lines = "".join(
        "<row>" + "".join(f"<cell>{escape(row[name])}</cell>" for name in columns) + "</row>" for row in cells
    )
    heads = "".join(f"<column>{escape(name)}</column>" for name in columns)
    return (
        f"<ResultSet title={quoteattr(title)}><results><columns>{heads}</columns>"
        f"<rows>{lines}</rows></results></ResultSet>"
    )


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
