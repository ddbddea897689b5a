"""Writes the table of tests/contract/README.md: ``python -m tests.contract.table``.

It reads the tests' source, so that it needs no server and no collection: the marks say which section a test
belongs to, its name says the fact, and ``LEFT_OUT`` says what is not copied and why.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.contract.facts import LeftOut

HERE = Path(__file__).parent
TABLE = HERE / "README.md"
_HEAD = """\
# What the practice server copies of a real XNAT

Written by `python -m tests.contract.table`; a test fails when it is not up to date. The sections are those of
our two notes on XNAT's wire, `read` and `write`; every fact is a test of that name, or is left out with its
reason.

| section | shown | left out |
|---|---|---|
"""


def written() -> str:
    """The whole page, from the tests as they are."""
    shown: dict[str, list[str]] = defaultdict(list)
    left: dict[str, list[LeftOut]] = defaultdict(list)
    for path in sorted(HERE.rglob("test_*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        for section, words in _facts(tree):
            shown[section].append(words)
        for one in _left_out(tree):
            left[one.section].append(one)
    sections = sorted({*shown, *left}, key=_place)
    rows = [f"| [{name}](#{_anchor(name)}) | {len(shown[name])} | {len(left[name])} |\n" for name in sections]
    total = f"| **all** | **{_count(shown)}** | **{_count(left)}** |\n"
    return _HEAD + "".join(rows) + total + "".join(_section(name, shown, left) for name in sections)


def _section(name: str, shown: dict[str, list[str]], left: dict[str, list[LeftOut]]) -> str:
    facts = "".join(f"- {words}\n" for words in shown[name])
    gaps = "".join(f"- *left out:* {one.fact}: {one.why}\n" for one in left[name])
    return f"\n## {name}\n\n{facts}{gaps}"


def _facts(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Section and words of every marked test."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or not node.name.startswith("test_"):
            continue
        for mark in node.decorator_list:
            if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Name) and mark.func.id == "fact":
                section, *words = [ast.literal_eval(argument) for argument in mark.args]
                yield section, words[0] if words else _spoken(node.name)


def _spoken(name: str) -> str:
    return name.removeprefix("test_").replace("_", " ")


def _left_out(tree: ast.Module) -> Iterator[LeftOut]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "LeftOut":
            named = {word.arg or "": ast.literal_eval(word.value) for word in node.keywords}
            yield LeftOut(*(ast.literal_eval(argument) for argument in node.args), **named)


def _place(section: str) -> tuple[str, list[int]]:
    paper, _, numbers = section.partition(" ")
    return paper, [int(number) for number in numbers.split(".")]


def _anchor(section: str) -> str:
    return section.replace(" ", "-").replace(".", "")


def _count(sections: dict[str, list[str]] | dict[str, list[LeftOut]]) -> int:
    return sum(len(found) for found in sections.values())


if __name__ == "__main__":
    TABLE.write_text(written(), "utf-8")
