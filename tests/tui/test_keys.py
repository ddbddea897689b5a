"""The one table of keys is complete and without doubles."""

from collections import Counter
from pathlib import Path

import pytest

from tests.tui.dialogs import all_dialogs
from xnat_ferry_tui.app import FerryApp
from xnat_ferry_tui.keyboard import keys
from xnat_ferry_tui.keyboard.key_map import KeyMap, read_key_map
from xnat_ferry_tui.keyboard.key_table import page
from xnat_ferry_tui.screens.area import Area
from xnat_ferry_tui.screens.browse import BrowseArea
from xnat_ferry_tui.screens.checks import ALL_STEPS, ChecksArea
from xnat_ferry_tui.screens.transfer import TransferArea
from xnat_ferry_tui.screens.verify import VerifyArea
from xnat_ferry_tui.screens.wizard.step import Step
from xnat_ferry_tui.widgets.key_bar import bar_text
from xnat_ferry_tui.widgets.lines import Lines

_QUOTES = "')"
_WITH_FIELDS = ("form", "palette", "projects")
"""Their arrows go through fields, or through a list in which nobody stands."""
AREAS: list[type[Area]] = [ChecksArea, BrowseArea, TransferArea, VerifyArea]
STEPS: dict[str, type[Step]] = {f"checks.{step.NAME}": step for step in ALL_STEPS}
PLACES = [(area,) for area in keys.AREAS if area != "checks"] + [(step, "checks") for step in STEPS]
"""The places that work together, area by area and step by step."""
DIALOGS = {dialog.PLACE: dialog for dialog in all_dialogs()}


@pytest.mark.parametrize("places", PLACES, ids="-".join)
def test_no_key_means_two_things_in_one_place(places: tuple[str, ...]) -> None:
    here = [key for key in keys.KEYS if key.where in (*places, keys.EVERYWHERE, keys.LISTS)]
    counts = Counter(name for key in here for name in key.keys.split(",") if name)
    assert [name for name, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("place", DIALOGS)
def test_no_key_means_two_things_in_a_dialog(place: str) -> None:
    lists = [] if place in _WITH_FIELDS else [keys.LISTS]
    here = [*keys.at([place, *lists]), keys.by_id(keys.HELP)]
    counts = Counter(name for key in here for name in key.keys.split(",") if name)
    assert [name for name, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("key", keys.KEYS, ids=lambda key: f"{key.where}-{key.keys}")
def test_every_key_does_something(key: keys.Key) -> None:
    areas = {area.AREA: area for area in AREAS}
    places = areas | DIALOGS | {keys.EVERYWHERE: FerryApp, keys.LISTS: Lines}
    name, _, parameters = key.action.partition("(")
    if key.where in STEPS:
        assert callable(getattr(STEPS[key.where], f"do_{parameters.strip(_QUOTES)}"))
    else:
        assert callable(getattr(places[key.where], f"action_{name}"))


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("places", PLACES, ids="-".join)
def test_no_key_is_cut_off_and_help_and_palette_are_always_there(places: tuple[str, ...], width: int) -> None:
    bar = bar_text(places, {}, width)
    assert len(bar) <= width
    labels = {f"{keys.shown(key)} {key.label}" for key in keys.at([*places, keys.EVERYWHERE])}
    assert set(bar.strip().split("  ")) <= labels
    assert bar.endswith("F1 Help  ^P More")


@pytest.mark.parametrize("places", PLACES, ids="-".join)
def test_at_eighty_columns_the_bar_has_all_keys_that_are_meant_for_it(places: tuple[str, ...]) -> None:
    meant = [key.label for key in keys.at(places) if key.bar]
    assert [label for label in meant if label not in bar_text(places, {}, 80)] == []


@pytest.mark.parametrize("key", keys.KEYS, ids=lambda key: key.id)
def test_every_function_key_has_a_letter_beside_it(key: keys.Key) -> None:
    names = key.keys.split(",")
    functions = [name for name in names if name[:1] == "f" and name[1:].isdigit()]
    assert not functions or len(names) > len(functions)


def test_ids_are_unique_and_say_where_and_what() -> None:
    assert keys.by_id("transfer.stop").keys == "x"
    assert keys.by_id("everywhere.area-checks").keys == "1"
    assert len({key.id for key in keys.KEYS}) == len(keys.KEYS)


def read(folder: Path, text: str) -> KeyMap:
    path = folder / "keys.toml"
    path.write_text(text, encoding="utf-8")
    return read_key_map(path)


def test_without_a_file_all_keys_are_as_usual(tmp_path: Path) -> None:
    assert read_key_map(tmp_path / "keys.toml") == {}


def test_a_users_own_key_is_taken(tmp_path: Path) -> None:
    own = read(tmp_path, '[transfer]\nstop = "X, ctrl+x"\n')
    assert own == {"transfer.stop": "X,ctrl+x"}
    assert own.wrong == ()
    assert "X Stop" in bar_text(["transfer"], own, 80)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[transfer]\nsink = "X"', "transfer.sink is no action"),
        ("[transfer]\nstop = 7", "needs a key"),
        ('[transfer]\nstop = "hyper+x+"', "is no key"),
        ('[transfer]\nstop = "escape"', "closes, answers or leaves"),
        ('[transfer]\nstop = "?"', "the key of everywhere.help"),
        ('[transfer]\nstop = "j"', "the key of lists.down"),
        ('[transfer]\nstop = "X"\narchive = "X"', "the key of transfer.stop"),
        ("[transfer", "cannot be read"),
    ],
)
def test_what_is_wrong_in_it_is_told_and_left_out(tmp_path: Path, text: str, words: str) -> None:
    own = read(tmp_path, text + "\n")
    assert "transfer.archive" not in own
    assert [words in one for one in own.wrong] == [True]


def test_what_closes_a_dialog_closes_it_whatever_key_is_given_to_it(tmp_path: Path) -> None:
    own = read(tmp_path, '[ask]\nno = "j"\nyes = "J"\n[everywhere]\nconnect = "y"\nhelp = "f2"\n')
    assert own == {"ask.yes": "J", "everywhere.help": "f2"}
    assert ["lists.down" in one or "browse.step" in one for one in own.wrong] == [True, True]
    assert read(tmp_path, '[ask]\nno = "f6"\n') == {"ask.no": "f6,enter,escape"}
    assert "the key of everywhere.help" in read(tmp_path, '[tell]\nclose = "?"\n').wrong[0]
    assert read(tmp_path, '[tell]\nclose = "C"\n').wrong == ()


def test_a_key_that_was_given_away_is_free_for_another(tmp_path: Path) -> None:
    own = read(tmp_path, '[transfer]\nstop = "X"\narchive = "x"\n')
    assert own == {"transfer.stop": "X", "transfer.archive": "x"}


def test_the_page_of_keys_is_what_the_table_says() -> None:
    written = Path(__file__).resolve().parents[2] / "docs" / "keys.md"
    assert written.read_text(encoding="utf-8") == page(), "make keys writes it anew"
