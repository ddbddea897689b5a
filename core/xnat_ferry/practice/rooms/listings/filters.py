"""Query variables that narrow a listing: lists, wildcards, ranges (wire-read 2.1)."""

import re
from collections.abc import Callable
from datetime import datetime

Test = Callable[[object], bool]


class BadQuery(Exception):
    """The database would not have understood this; what is answered then differs between the listings."""


def test_for(sort: str, values: str) -> Test:
    """Whether a cell is one of these comma-separated values; ``sort`` is ``string``, ``number`` or ``date``.

    Raises BadQuery.
    """
    one = {"number": _number_test, "date": _date_test}.get(sort, _string_test)
    tests = [one(value) for value in values.split(",") if value]
    return lambda cell: any(test(cell) for test in tests)


def _string_test(value: str) -> Test:
    if "%" in value or "*" in value:
        pattern = re.compile(".*".join(re.escape(part) for part in re.split(r"[%*]", value)), re.DOTALL)
        return lambda cell: pattern.fullmatch(_text(cell)) is not None
    return lambda cell: _text(cell) == value


def _number_test(value: str) -> Test:
    low, dash, high = value.partition("-")
    first, last = _number(low), _number(high if dash else low)
    return lambda cell: _text(cell) != "" and first <= _number(_text(cell)) <= last


def _date_test(value: str) -> Test:
    """A dash always makes a range, so that a date written with dashes is none."""
    low, dash, high = value.partition("-")
    first, last = _date(low), _date(high if dash else low)
    return lambda cell: _text(cell) != "" and first <= _text(cell) <= last


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise BadQuery(text) from None


def _date(text: str) -> str:
    for form in ("%m/%d/%Y", "%Y%m%d"):
        try:
            return datetime.strptime(text, form).strftime("%Y-%m-%d")  # noqa: DTZ007  a date has no zone
        except ValueError:
            continue
    raise BadQuery(text)


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return "" if cell is None else str(cell)
