"""The manual's commands, options, settings and links are there, and its settings are all there are."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from xnat_ferry.cli.app import COMMANDS, app_for
from xnat_ferry.settings.preferences import Preferences
from xnat_ferry.transfer.session_state import Problem
from xnat_ferry.transfer.status import SessionCounts, Status

ROOT = Path(__file__).resolve().parents[2]
DOCS = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
MANUAL = (ROOT / "docs" / "manual.md").read_text(encoding="utf-8")


def commands_in(page: Path) -> Iterator[list[str]]:
    """Every command of ours on a page, in a block or in a line, without what stands for something else."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)
    blocks += re.findall(r"^ {4}(xnat-ferry .*)$", text, re.MULTILINE)
    blocks += re.findall(r"`(xnat-ferry [^`]+)`", text)
    for line in "\n".join(blocks).replace("\\\n", " ").splitlines():
        for part in re.split(r"&&|\|", re.sub(r"[\[(][^\])]*[\])]", "", line)):
            words = shlex.split(part.partition(">")[0], comments=True)
            if words[:1] == ["xnat-ferry"] and len(words) > 1:
                yield words[1:]


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.name)
def test_the_commands_and_options_on_a_page_are_there(page: Path) -> None:
    apps: dict[str, set[str]] = {}
    for name, *rest in commands_in(page):
        if name.startswith("-"):
            continue  # the screen's
        assert name in COMMANDS, (page.name, name)
        if name not in apps:
            taken = app_for(name)[name].assemble_argument_collection(parse_docstring=True)
            apps[name] = {one for argument in taken for one in argument.names}
        wanted = {word.partition("=")[0] for word in rest if re.match(r"--?[a-z]", word)}
        assert wanted <= apps[name], (page.name, name)


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.name)
def test_what_a_page_refers_to_is_there(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]*)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if target and "://" not in target:
            assert (page.parent / target).exists(), (page.name, target)


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.name)
def test_headings_that_a_page_refers_to_are_there(page: Path) -> None:
    for target, heading in re.findall(r"\]\(([^)#\s]*)#([^)]*)\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            other = (page.parent / target) if target else page
            assert heading in headings_of(other), (page.name, target, heading)


def headings_of(page: Path) -> set[str]:
    """The names by which a forge lets one refer to a page's headings."""
    found = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in found}


def test_the_settings_of_the_manual_are_all_there_are() -> None:
    (text,) = re.findall(r"```toml\n(.*?)```", MANUAL, re.DOTALL)
    told = tomllib.loads(text)
    msgspec.convert(told, Preferences)  # refuses what is none of them
    assert keys_of(told) == keys_of(msgspec.to_builtins(Preferences()))


def keys_of(settings: dict[str, Any]) -> set[tuple[str, str]]:
    return {(table, key) for table, keys in settings.items() for key in keys}


def test_the_manual_has_every_key_of_a_status() -> None:
    (told,) = re.findall(r"^\| `status` \| (.*) \|$", MANUAL, re.MULTILINE)
    keys = {key for kind in (Status, SessionCounts, Problem) for key in kind.__struct_fields__}
    assert keys <= set(re.findall(r"`([a-z_]+)`", told))
