"""Every dependency has its reason in CONTRIBUTING, and nothing we bring along binds whoever uses it."""

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
OURS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
NAMED = [Requirement(text).name for text in OURS["dependencies"]]
OPTIONAL = [
    Requirement(text).name for name in ("keyring", "receiver") for text in OURS["optional-dependencies"][name]
]

PERMISSIVE = re.compile(
    r"\b(MIT|BSD|0BSD|Apache|PSF|PSFL|Python Software Foundation|ISC|Zlib|CC0|MPL[- ]2\.0|Mozilla Public)\b"
)
BINDING = re.compile(r"\bA?GPL|GNU (Affero )?General Public", re.IGNORECASE)


def licence_of(name: str) -> str:
    """What a package says of its licence, in whichever of the three places it says it."""
    told = distribution(name).metadata
    lines = [
        text.partition("\n")[0]
        for key in ("License-Expression", "License")
        for text in told.get_all(key) or []
    ]
    return " / ".join(
        [*lines, *(text for text in told.get_all("Classifier") or [] if text.startswith("License ::"))]
    )


def brought_along(name: str, seen: set[str]) -> Iterator[str]:
    """A package and all that it needs, each once; what is not installed for this Python is left out."""
    key = re.sub(r"[-_.]+", "-", name).lower()
    if key in seen:
        return
    seen.add(key)
    try:
        needed = distribution(name).requires or []
    except PackageNotFoundError:
        return
    yield key
    for requirement in map(Requirement, needed):
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield from brought_along(requirement.name, seen)


def everything() -> list[str]:
    seen: set[str] = set()
    return [found for name in (*NAMED, *OPTIONAL) for found in brought_along(name, seen)]


def rows() -> dict[str, list[str]]:
    """CONTRIBUTING's table: package to what it is for, who keeps it, its licence."""
    text = (ROOT / "CONTRIBUTING.md").read_text().partition("## Dependencies")[2]
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line.startswith("|")
    ]
    return {cell[0]: cell[1:] for cell in cells[2:]}


@pytest.mark.parametrize("name", [*NAMED, *OPTIONAL])
def test_a_dependency_says_what_it_is_for_who_keeps_it_and_its_licence(name: str) -> None:
    assert name in rows(), f"{name} is not in CONTRIBUTING's table"
    assert len(rows()[name]) == 3
    assert all(rows()[name])


def test_the_table_names_nothing_that_is_not_needed() -> None:
    assert set(rows()) == {*NAMED, *OPTIONAL}


@pytest.mark.parametrize("name", everything())
def test_what_is_brought_along_may_be_used_freely(name: str) -> None:
    licence = licence_of(name)
    assert PERMISSIVE.search(licence), f"{name}: {licence or 'says nothing of its licence'}"
    assert not BINDING.search(licence), f"{name}: {licence}"
