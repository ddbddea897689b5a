"""Every error is a sentence, an advice and a place in the drawn tree."""

import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from xnat_ferry import errors
from xnat_ferry.cli.pages.error_table import page
from xnat_ferry.errors import FerryError


def everything(root: type[FerryError] = FerryError) -> Iterator[type[FerryError]]:
    yield root
    for branch in root.__subclasses__():
        yield from everything(branch)


@pytest.mark.parametrize("kind", list(everything()), ids=lambda kind: kind.__name__)
def test_has_a_sentence_and_an_advice(kind: type[FerryError]) -> None:
    assert 1 <= len(kind.sentence) <= 140
    assert 10 <= len(kind.advice) <= 140
    assert kind.advice.endswith(".")
    assert kind.exit_code in {1, 2, 3, 4}


@pytest.mark.parametrize("kind", list(everything()), ids=lambda kind: kind.__name__)
def test_stands_in_the_tree_at_the_top_of_its_module(kind: type[FerryError]) -> None:
    assert kind.__name__ in (errors.__doc__ or "").replace("├", " ").split()


@pytest.mark.parametrize("kind", list(everything()), ids=lambda kind: kind.__name__)
def test_reads_as_one_sentence_with_its_facts(kind: type[FerryError]) -> None:
    names = [name for _, name, _, _ in string.Formatter().parse(kind.sentence) if name]
    error = kind(**dict.fromkeys(names, "thing"))
    assert "{" not in str(error)
    assert "\n" not in str(error)


def test_the_page_of_errors_is_what_the_tree_says() -> None:
    written = Path(__file__).resolve().parents[2] / "docs" / "errors.md"
    assert written.read_text(encoding="utf-8") == page(), "make errors writes it anew"


def test_the_page_has_every_error_that_says_something_of_its_own() -> None:
    bare = {kind for kind in everything() if kind.sentence == "{what}"}
    named = set(re.findall(r"\| `(\w+)` \| \d \|$", page(), re.MULTILINE))
    assert named == {kind.__name__ for kind in everything() if kind not in {*bare, FerryError}}
