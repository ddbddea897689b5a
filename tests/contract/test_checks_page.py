"""The page about the checks names all that they find, all answers and all options, and nothing else."""

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import xnat_ferry.checks
from tests.core.shore import Shore
from xnat_ferry.checks import Answer, Conflict, ConflictClass, Finding, Option
from xnat_ferry.checks.meeting import xnat_says
from xnat_ferry.labels import FIELDS
from xnat_ferry.practice.process import PracticeServer

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")
FOUND, _, REST = PAGE.partition("## Conflicts and answers")
CONFLICTS = REST.partition("## Label rules")[0]


def words_of_the_source() -> Iterator[str]:
    """Every text in the checks that is written as a kind is, and the ends of composed ones."""
    for package in xnat_ferry.checks.__path__:
        for path in Path(package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield from re.findall(r"\A-?[a-z]+(?:-[a-z]+)*\Z", node.value)


def test_every_kind_of_finding_is_on_the_page_and_no_other() -> None:
    words = set(words_of_the_source())
    ends = {word for word in words if word.startswith("-")}
    kinds = {word for word in words - ends if "-" in word} - set(ConflictClass)
    named = set(re.findall(r"^\| `([a-z-]+)` \| (?:ok|fail|warn|unknown)", FOUND, re.MULTILINE))
    composed = {name for name in named if name.endswith(tuple(ends))}
    assert {name for name in named - composed if "-" in name} == kinds
    assert named - composed - kinds <= words
    assert {name.removesuffix(end) for name in composed for end in ends} <= words


def test_every_class_of_conflicts_is_on_the_page_with_its_answers() -> None:
    assert re.findall(r"^\| `([a-z-]+)` \|", CONFLICTS, re.MULTILINE) == list(ConflictClass)
    assert set(re.findall(r"`(skip|rename|complete|merge)` ", CONFLICTS)) == set(Answer)


def test_the_words_are_those_of_xnat() -> None:
    for reply in (xnat_says.SAME_FILES, xnat_says.OTHER_STUDY, xnat_says.OTHER_PROJECT):
        assert f"`{reply.says}`" in CONFLICTS
    assert xnat_says.other_subject("LABEL").says in CONFLICTS
    assert xnat_says.bad_label("é").says in CONFLICTS


def test_the_options_are_on_the_page() -> None:
    assert set(re.findall(r"^\| `([a-z]+)` \|.*E\.3\.\d", FOUND, re.MULTILINE)) == set(Option)
    for field in FIELDS:
        assert f"`{{{field}}}`" in PAGE


def test_the_readme_shows_what_a_check_really_says(tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (command, shown) = re.findall(r"```\n\$ xnat-ferry (check(?:.|\\\n)*?)\n(DEMO(?:.|\n)*?)\n```", readme)[0]
    with PracticeServer(world="demo") as server:
        done = Shore(server, tmp_path).ferry(
            *shlex.split(command.replace("\\\n", "")), XNAT_USER=server.user, XNAT_PASS=server.password
        )
        said = done.stdout.replace(server.url.removeprefix("http://"), "127.0.0.1:8080")
    assert said.splitlines() == shown.splitlines()
    assert done.returncode == 0


def test_the_keys_of_its_json_are_on_the_page() -> None:
    told = PAGE.partition("## In JSON")[2]
    for rows, kind in (("findings", Finding), ("conflicts", Conflict)):
        (cell,) = re.findall(rf"^\| `{rows}` \| (.*) \|$", told, re.MULTILINE)
        assert set(kind.__struct_encode_fields__) <= set(re.findall(r"`([a-z]+)`", cell))
