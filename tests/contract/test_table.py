"""The list of facts is what the tests say, and every test of the wire says which fact it shows."""

import ast

from tests.contract.table import HERE, TABLE, written


def test_the_table_of_facts_is_up_to_date() -> None:
    assert TABLE.read_text("utf-8") == written(), "run: python -m tests.contract.table"


def test_every_test_of_the_wire_names_its_section() -> None:
    unmarked = [
        f"{path.name}::{node.name}"
        for path in sorted((HERE / "wire").glob("test_*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
        and node.name.startswith("test_")
        and not any(ast.unparse(mark).startswith("fact(") for mark in node.decorator_list)
    ]
    assert unmarked == []
