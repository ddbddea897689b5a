"""Every dialog that there is, found by itself."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages

from textual.screen import ModalScreen

import xnat_ferry_tui
from xnat_ferry_tui.dialogs.dialog import Dialog


def all_dialogs() -> list[type[Dialog[object]]]:
    """What lies over an area, of whichever module; one that is no ``Dialog`` fails."""
    for module in walk_packages(xnat_ferry_tui.__path__, "xnat_ferry_tui."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    found = [one for one in _below(ModalScreen) if one.__module__.startswith("xnat_ferry_tui.")]
    assert [one for one in found if not issubclass(one, Dialog)] == []
    return [
        one
        for one in found
        if issubclass(one, Dialog) and one is not Dialog and not one.__name__.startswith("_")
    ]


def _below(kind: type[ModalScreen[object]]) -> Iterator[type[ModalScreen[object]]]:
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)
