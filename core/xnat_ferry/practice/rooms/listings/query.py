"""What a listing was asked for: root type, columns, filters, a page (wire-read 2.1)."""

import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Any, NamedTuple

from xnat_ferry.practice.http.replies import STANDARD, Refused, Reply
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.routing import Handler
from xnat_ferry.practice.http.tables import Cells, table
from xnat_ferry.practice.rooms.listings.filters import BadQuery, Test, test_for
from xnat_ferry.practice.rooms.listings.kind import Kind, Parts, Read
from xnat_ferry.practice.rules import model
from xnat_ferry.practice.rules.shortcuts import columns_of

_ALL_AT_ONCE = 100
"""How many come where only ``offset`` is given."""


class Column(NamedTuple):
    """One column and where its cells come from."""

    path: str
    shown: str
    """The key in the answer."""
    read: Read
    many: str


class Page(NamedTuple):
    """Which of the rows are wanted."""

    limit: int
    offset: int


class Query:
    """One listing of one kind of object; the root type follows from what is asked."""

    def __init__(self, request: Request, kind: Kind, root: str) -> None:
        self.request, self.kind = request, kind
        self._paths = columns_of(kind.context)
        self.root = self._root(root)
        self.columns: list[Column] = []

    def ask(self, defaults: Iterable[str], *unasked: str) -> None:
        """The columns of the request or these; the key and those unasked for come too."""
        given = self.request.get("columns")
        names = list(defaults) if given in (None, "DEFAULT") else str(given).split(",")
        for name in (*names, f"{self.root}/{self.kind.key}", *unasked):
            column = self._column(name)
            # a name that there is not is dropped without a word
            if column is not None and all(column.path != other.path for other in self.columns):
                self.columns.append(column)

    @property
    def shown(self) -> list[str]:
        """The keys of the rows, without ``URI``."""
        return [column.shown for column in self.columns]

    def filters(self) -> list[tuple[Column, Test]]:
        """What narrows the rows. Raises BadQuery."""
        found = []
        for name, values in self.request.query.items():
            if name == "xsiType" or not (name in self._paths or "/" in name):
                continue
            column = self._column(name)
            if column is not None:
                found.append((column, test_for(model.sort_of(column.path), values[-1])))
        return found

    def lines(self, records: Iterable[Any], *, filtered: bool = True) -> Iterator[tuple[Any, Parts]]:
        """The rows to show, as a record each with one member of each list that repeats it."""
        tests = self.filters() if filtered else []
        many = {column.many for column in (*self.columns, *(column for column, _ in tests)) if column.many}
        nothing: Parts = {}
        for record in records:
            if not model.is_a(self.kind.type_of(record), self.root):
                continue
            for parts in self._repeated(record, many) if many else (nothing,):
                if all(test(column.read(record, parts)) for column, test in tests):
                    yield record, parts

    def cells(self, lines: Iterable[tuple[Any, Parts]], uri: str) -> list[Cells]:
        """The rows as they are sent; ``uri`` is what stands before the ID."""
        reads = [(column.shown, column.read) for column in self.columns]
        return [
            {**{shown: read(record, parts) for shown, read in reads}, "URI": f"{uri}{record.id}"}
            for record, parts in lines
        ]

    def _raw_headings(self) -> list[str]:
        """The columns as the database calls them: what CSV shows where there is no row."""
        return [re.sub(r"\W+", "_", column.path) for column in self.columns]

    def page(self) -> Page | None:
        """The page asked for, None for everything."""
        limit, offset = self.request.get("limit"), self.request.get("offset")
        if limit == "*" or (limit is None and offset is None):
            return None
        return Page(_whole(limit, _ALL_AT_ONCE), _whole(offset, 0))

    def paged(self, records: Iterable[Any]) -> Iterable[tuple[Any, Parts]]:
        """The rows of the page that is asked for; the database gives them no order."""
        page = self.page()
        lines = self.lines(records)
        return lines if page is None else itertools.islice(lines, page.offset, page.offset + page.limit)

    def answer(
        self,
        lines: Iterable[tuple[Any, Parts]],
        uri: str,
        *,
        title: str = "",
        raw: bool = False,
        pages: bool = True,
    ) -> Reply:
        """The table; ``raw`` says whether CSV without a row shows the database's names."""
        rows = self.cells(lines, uri)
        total = not pages or self.page() is None
        columns = self.shown if raw and not rows else [*self.shown, "URI"]
        headings = self._raw_headings() if raw and not rows else None
        return table(self.request, rows, columns, title=title, total=total, headings=headings)

    def fields(self) -> Reply | None:
        """The short names that are allowed, where ``?fields`` asks for them."""
        if self.request.get("fields") is None:
            return None
        rows: list[Cells] = [{"key": name, "xpath": path} for name, path in self._paths.items()]
        return table(self.request, rows, ["key", "xpath"], total=False)

    def _repeated(self, record: Any, many: set[str]) -> Iterator[Parts]:
        lists = {name: list(self.kind.items(name, record)) or [_Nothing()] for name in sorted(many)}
        for members in itertools.product(*lists.values()):
            yield dict(zip(lists, members, strict=True))

    def _column(self, name: str) -> Column | None:
        path = name if "/" in name else self._paths.get(name)
        found = self.kind.find(path) if path else None
        if path is None or found is None:
            return None
        low = path.lower()
        short = next((key for key, known in self._paths.items() if known.lower() == low), low)
        return Column(low, short, found.read, found.many)

    def _root(self, root: str) -> str:
        """``xsiType`` with one value, else the narrowest type that a column or filter names."""
        given = self.request.get("xsiType")
        if given and "," not in given:
            if not model.known(given):
                raise BadQuery(given)
            return model.spelled(given)
        names = [*self.request.query, *(self.request.get("columns") or "").split(",")]
        for name in names:
            path = name if "/" in name else self._paths.get(name, "")
            xsi_type = model.spelled(path.partition("/")[0])
            if model.is_a(xsi_type, root):
                root = xsi_type
        return root


class _Nothing:
    """Stands where a list is empty: every cell of it is empty."""

    fields: dict[str, str] = {}  # noqa: RUF012  nobody writes here

    def files(self) -> tuple[()]:
        return ()

    def __getattr__(self, name: str) -> str:
        return ""

    def __getitem__(self, place: int) -> str:
        return ""

    def __str__(self) -> str:
        return ""


def _whole(text: str | None, otherwise: int) -> int:
    if text is None:
        return otherwise
    if not text.isdigit():
        raise BadQuery(text)
    return int(text)


def broken(*, silently: bool) -> Callable[[Handler], Handler]:
    """What a listing is that the database cannot make: 500, or silently 200 and nothing (wire-read 0.5)."""

    def wrap(handler: Handler) -> Handler:
        @wraps(handler)
        def answer(request: Request, **names: str) -> Reply:
            try:
                return handler(request, **names)
            except BadQuery:
                if silently:
                    return Reply(200, b"", "application/json")
                raise Refused(500, STANDARD[500]) from None

        return answer

    return wrap
