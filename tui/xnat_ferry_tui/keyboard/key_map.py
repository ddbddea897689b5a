"""The user's own keys, from a TOML file beside the settings; what is wrong with it is told, never fatal."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import platformdirs

from xnat_ferry.settings.redact import plain
from xnat_ferry_tui.keyboard import keys

_NAMED = re.compile(r"(?:(?:ctrl|shift|alt)\+)*(?:[a-z0-9]|f[0-9]{1,2}|[a-z]+(?:_[a-z]+)*)")
_OURS = frozenset({"escape", "enter", "tab", "shift+tab", "ctrl+c", "ctrl+q"})
"""Keys that close, answer, move on and leave: without them one could not get out, so a dialog's stay."""


class KeyMap(dict[str, str]):
    """Other keys by the ID of an action, commas between; ``wrong``: sentences about what was left out."""

    def __init__(self, keys: Mapping[str, str], wrong: tuple[str, ...] = ()) -> None:
        super().__init__(keys)
        self.wrong = wrong


def key_map_file() -> Path:
    """Where it lies; it need not exist."""
    return platformdirs.user_config_path("xnat-ferry") / "keys.toml"


def read_key_map(path: Path) -> KeyMap:
    """The keys of a file such as ``[transfer]`` and ``stop = "X"``; empty where there is none."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return KeyMap({})
    except (OSError, ValueError) as error:
        return KeyMap(
            {}, (f"{path.name} cannot be read, so all keys are as usual: {plain(str(error), 120)}",)
        )
    good: dict[str, str] = {}
    wrong: list[str] = []
    for key_id, wanted in _entries(told):
        reason = _against(key_id, wanted, good)
        if reason:
            wrong.append(f"{path.name}: {plain(key_id, 40)} {reason}")
        else:
            good[key_id] = ",".join([*str(wanted).replace(" ", "").split(","), *_kept(keys.by_id(key_id))])
    return KeyMap(good, tuple(wrong))


def _kept(key: keys.Key) -> list[str]:
    """Its keys that it does not lose to others."""
    return [name for name in key.keys.split(",") if name in _OURS and key.where in keys.DIALOGS]


def _entries(told: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for where, what in told.items():
        if isinstance(what, dict):
            yield from ((f"{where}.{name}", wanted) for name, wanted in what.items())
        else:
            yield where, what


def _against(key_id: str, wanted: object, good: Mapping[str, str]) -> str:
    """Why an entry cannot be had; "" where it can."""
    try:
        key = keys.by_id(key_id)
    except KeyError:
        return "is no action; the help (F1) shows the names."
    if not isinstance(wanted, str) or not wanted.strip():
        return 'needs a key, as in "f5,c".'
    for name in wanted.replace(" ", "").split(","):
        if len(name) != 1 and not _NAMED.fullmatch(name):
            return f"wants {plain(name, 20)!r}, which is no key."
        if name in _OURS:
            return f"wants {name}, which closes, answers or leaves everywhere."
        taken = _taken(name, key, good)
        if taken:
            return f"wants {plain(name, 20)}, which is the key of {taken}."
    return ""


def _taken(name: str, key: keys.Key, good: Mapping[str, str]) -> str:
    """The other action that has this key where the two could meet."""
    for other in keys.KEYS:
        if (
            _meet(key, other)
            and other.id != key.id
            and _long(name) in _long_names(good.get(other.id, other.keys))
        ):
            return other.id
    return ""


def _meet(one: keys.Key, other: keys.Key) -> bool:
    """Whether a person could mean the one or the other; over an area only the help works everywhere."""
    places = {one.where, other.where}
    if keys.EVERYWHERE in places and not places.isdisjoint(keys.DIALOGS):
        return keys.HELP in (one.id, other.id)
    return len(places) == 1 or keys.EVERYWHERE in places or keys.LISTS in places


def _long_names(names: str) -> list[str]:
    return [_long(name) for name in names.split(",")]


def _long(name: str) -> str:
    """The name that Textual has for a character: ``question_mark`` for ``?``."""
    from textual.keys import _character_to_key  # its own key maps go through it, and nothing public does

    return _character_to_key(name) if len(name) == 1 else name
