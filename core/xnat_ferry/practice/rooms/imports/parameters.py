"""What an import is told, by query or by the fields of a form (wire-write 0.3, 1.2, 1.3)."""

from collections.abc import Mapping

from xnat_ferry.practice.http.replies import STANDARD, Refused
from xnat_ferry.practice.http.request import Request


class Parameters:
    """Values by name, the last of several counting."""

    def __init__(self, values: Mapping[str, list[str]]) -> None:
        self._values = values

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def get(self, *names: str) -> str | None:
        """The first of these that is there and not empty, else "" if one is there, else None."""
        found = [self._values[name][-1] for name in names if name in self._values]
        return next(filter(None, found), "") if found else None

    def all(self, name: str) -> list[str]:
        """All values of one name."""
        return list(self._values.get(name, []))

    def flag(self, name: str) -> bool:
        """True if present and neither ``false`` nor ``0``, also when empty."""
        value = self.get(name)
        return value is not None and value.lower() not in ("false", "0")

    def exactly(self, name: str) -> bool:
        """True for ``true`` only, as ``rename`` and the ``prevent`` ones want it."""
        return self.get(name) == "true"

    def but(self, **values: str) -> "Parameters":
        """These with some in place of what was given."""
        return Parameters({**self._values, **{name: [value] for name, value in values.items()}})


def from_query(request: Request) -> Parameters:
    """The query. 500 for a parameter without any value: write ``x=`` or leave it out. Raises Refused."""
    if any(part and "=" not in part for part in request.query_string.split("&")):
        raise Refused(500, STANDARD[500])
    return Parameters(request.query)
