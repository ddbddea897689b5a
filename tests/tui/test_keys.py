"""The one table of keys is complete and without doubles."""

from collections import Counter

import pytest

from xnat_ferry_tui import keys
from xnat_ferry_tui.app import FerryApp
from xnat_ferry_tui.screens.area import Area
from xnat_ferry_tui.screens.browse import BrowseArea
from xnat_ferry_tui.screens.checks import ChecksArea
from xnat_ferry_tui.screens.transfer import TransferArea
from xnat_ferry_tui.screens.verify import VerifyArea
from xnat_ferry_tui.widgets.lines import Lines

AREAS: list[type[Area]] = [ChecksArea, BrowseArea, TransferArea, VerifyArea]


@pytest.mark.parametrize("area", AREAS, ids=lambda area: area.AREA)
def test_no_key_means_two_things_in_one_place(area: type[Area]) -> None:
    here = [key for key in keys.KEYS if key.where in (area.AREA, keys.EVERYWHERE, keys.LISTS)]
    counts = Counter(name for key in here for name in key.keys.split(","))
    assert [name for name, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("key", keys.KEYS, ids=lambda key: f"{key.where}-{key.keys}")
def test_every_key_does_something(key: keys.Key) -> None:
    places = {area.AREA: area for area in AREAS} | {keys.EVERYWHERE: FerryApp, keys.LISTS: Lines}
    name = key.action.partition("(")[0]
    assert callable(getattr(places[key.where], f"action_{name}"))


@pytest.mark.parametrize("area", keys.AREAS)
def test_the_bar_fits_into_eighty_columns(area: str) -> None:
    bar = " " + "  ".join(f"{keys.shown(key)} {key.label}" for key in keys.for_area(area))
    assert len(bar) <= 80
