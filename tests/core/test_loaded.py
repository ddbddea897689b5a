"""pydicom is loaded at one place: two threads that begin with two of its modules may see a half of one."""

import ast
from collections.abc import Iterator
from pathlib import Path

CORE = Path(__file__).resolve().parents[2] / "core" / "xnat_ferry"
PLACES = {"dicom/loaded.py", "dicom/loaded_network.py"}


def test_nobody_else_loads_it_while_threads_run() -> None:
    loading = {
        str(path.relative_to(CORE))
        for path in CORE.rglob("*.py")
        if path.relative_to(CORE).parts[0] != "practice"  # a process of its own, which loads it as it starts
        for name in _loaded(ast.parse(path.read_text()))
        if name.partition(".")[0] in ("pydicom", "pynetdicom")
    }
    assert loading == PLACES


def _loaded(node: ast.AST) -> Iterator[str]:
    """What a module imports, but for what it does for types alone."""
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                continue
            case ast.Import():
                yield from (alias.name for alias in child.names)
            case ast.ImportFrom(module=str(module)):
                yield module
            case _:
                yield from _loaded(child)
