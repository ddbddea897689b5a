"""What all kinds of objects have in common: a value is found by its schema path (wire-read 2.1)."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, NamedTuple

from xnat_ferry.practice.clock import written
from xnat_ferry.practice.rules import model
from xnat_ferry.practice.rules.shortcuts import columns_of
from xnat_ferry.practice.site.site import Site

Parts = Mapping[str, Any]
"""What a row shows of the lists inside an object, by the list's name."""
Read = Callable[[Any, Parts], object]
_VARIABLE = re.compile(r"fields/field\[name=['\"]?([^'\"\]]+)['\"]?\]/field", re.IGNORECASE)


class Found(NamedTuple):
    """Where the value at a path comes from."""

    read: Read
    many: str = ""
    """The list that repeats the row, or ""."""


class History:
    """Who made and who changed an object last, from what was noted of it."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def changed(self, identifier: str, inserted: str) -> str:
        """When an object was changed last."""
        found = self._site.noted.of(identifier)
        return written(found[-1].launched) if found else inserted

    def maker(self, identifier: str) -> str:
        """The login that made an object; what a world describes is the administrator's."""
        found = self._site.noted.of(identifier)
        return found[0].user if found else "admin"


class Kind:
    """One kind of object; ``top`` is the type that all objects of the kind are of."""

    context = ""
    top = ""
    key = "ID"
    """The primary key below the type."""
    own: Mapping[str, Callable[[Any], object]]
    """What a record has a member for, by path in lower case."""

    def __init__(self, site: Site, project: str = "") -> None:
        self.site, self.project = site, project
        self.history = History(site)

    @property
    def _short(self) -> Iterable[str]:
        return columns_of(self.context).values()

    def type_of(self, record: Any) -> str:
        """The data type of one record."""
        return self.top

    def items(self, many: str, record: Any) -> Iterable[Any]:
        """The members of a list inside a record."""
        if many == "sharing":
            return list(record.shares.items())
        return list(record.variables.items())

    def find(self, path: str) -> Found | None:
        """Where a path's value comes from; None for a path that there is not."""
        xsi_type, _, below = path.partition("/")
        xsi_type = model.spelled(xsi_type)
        elsewhere = self.elsewhere(xsi_type, below)
        if elsewhere is not None:
            return elsewhere
        if not model.is_a(xsi_type, self.top) and xsi_type not in model.ancestors(self.top):
            return None
        found = self._own(below) or self._stored(xsi_type, below)
        if found is None or xsi_type in model.ancestors(self.top):
            return found
        return Found(partial(self._guarded, xsi_type, found.read), found.many)

    def elsewhere(self, xsi_type: str, below: str) -> Found | None:
        """What another kind of object answers."""
        return None

    def _own(self, below: str) -> Found | None:
        variable = _VARIABLE.fullmatch(below)
        if variable:
            name = variable[1]
            return Found(lambda record, parts: getattr(record, "variables", {}).get(name, ""))
        lists: dict[str, Found] = {
            "sharing/share/project": Found(partial(_member, "sharing", 0), "sharing"),
            "sharing/share/label": Found(partial(_member, "sharing", 1), "sharing"),
            "fields/field/name": Found(partial(_member, "variables", 0), "variables"),
            "fields/field/field": Found(partial(_member, "variables", 1), "variables"),
        }
        if below.lower() in lists:
            return lists[below.lower()]
        read = self.own.get(below.lower())
        return Found(lambda record, parts: read(record)) if read else None

    def _stored(self, xsi_type: str, below: str) -> Found | None:
        plain = re.sub(r"\[[^\]]*\]", "", below)
        if model.part_at(f"{xsi_type}/{plain}") is None and f"{xsi_type}/{below}" not in self._short:
            return None
        return Found(partial(_stored_at, plain))

    def _guarded(self, xsi_type: str, read: Read, record: Any, parts: Parts) -> object:
        return read(record, parts) if model.is_a(self.type_of(record), xsi_type) else ""


def _member(name: str, place: int, record: Any, parts: Parts) -> object:
    return parts[name][place]


def _stored_at(path: str, record: Any, parts: Parts) -> object:
    fields: dict[str, str] = record.fields
    if not fields or path in fields:
        return fields.get(path, "")
    return next((value for name, value in fields.items() if name.lower() == path.lower()), "")
