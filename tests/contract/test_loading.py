"""What each part loads, looked at in a process of its own: the import contracts see only what is written."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {"textual", "pydicom", "httpx", "xnat", "numpy", "starlette", "uvicorn", "rich.progress"}


def loaded_by(code: str, tmp_path: Path) -> set[str]:
    """The modules in memory after ``code`` has run in a fresh interpreter."""
    script = f"import sys\n{code}\nprint('LOADED', *sys.modules)"
    environment = {
        "PYTHONPATH": f"{ROOT / 'core'}:{ROOT / 'tui'}",
        "HOME": str(tmp_path),
        "PATH": "/usr/bin:/bin",
        "XNAT_FERRY_TRANSFERS": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=True
    )
    return set(done.stdout.rpartition("LOADED")[2].split())


@pytest.mark.parametrize(
    ("arguments", "unwanted"),
    [
        (["status"], HEAVY),
        (["status", "--json"], HEAVY),
        (["--help"], HEAVY),
        (["check", "nowhere:P", "nowhere:Q"], {"textual", "pydicom", "starlette", "uvicorn", "numpy"}),
    ],
    ids=["status", "status --json", "--help", "check"],
)
def test_a_command_loads_no_more_than_it_needs(
    arguments: list[str], unwanted: set[str], tmp_path: Path
) -> None:
    code = f"from xnat_ferry.cli import main\nmain({arguments!r})"
    assert not loaded_by(code, tmp_path) & unwanted


@pytest.mark.parametrize(
    ("arguments", "unwanted"),
    [(["status"], HEAVY), (["status", "--help"], HEAVY), (["demo", "--help"], {"textual", "pydicom"})],
    ids=["status", "status --help", "demo --help"],
)
def test_the_front_door_opens_the_plain_face_without_the_screen(
    arguments: list[str], unwanted: set[str], tmp_path: Path
) -> None:
    code = f"sys.argv = ['xnat-ferry', *{arguments!r}]\nfrom xnat_ferry_tui.entry import main\nmain()"
    assert not loaded_by(code, tmp_path) & unwanted


def test_the_screen_starts_without_what_only_servers_and_headers_need(tmp_path: Path) -> None:
    modules = loaded_by("import xnat_ferry_tui.opening", tmp_path)
    assert not modules & {"httpx", "stamina", "pydicom", "numpy", "starlette", "uvicorn", "cyclopts", "xnat"}


def test_the_worker_loads_neither_screen_nor_practice_server(tmp_path: Path) -> None:
    modules = loaded_by("import xnat_ferry.worker", tmp_path)
    assert not modules & {"textual", "starlette", "uvicorn", "xnat_ferry.practice", "cyclopts"}


def test_headers_are_read_without_what_pydicom_fetches_its_examples_by(tmp_path: Path) -> None:
    code = "from xnat_ferry.dicom.start import header_in\nheader_in(b'', ended=True)"
    modules = loaded_by(code, tmp_path)
    assert "pydicom" in modules
    assert not modules & {"requests", "urllib3"}


@pytest.mark.parametrize("package", ["checks", "plan.build", "verify.compare"])
def test_what_judges_loads_no_more_than_values(package: str, tmp_path: Path) -> None:
    assert not loaded_by(f"import xnat_ferry.{package}", tmp_path) & {"textual", "pydicom", "xnat"}


def test_what_the_screens_threads_load_first_has_no_package_that_loads_its_modules(tmp_path: Path) -> None:
    """Of two threads that begin with two modules of such a package, one may see a half of the other's."""
    tui, found = ROOT / "tui" / "xnat_ferry_tui", set[str]()
    for path in tui.rglob("*.py"):
        found.update(re.findall(r"^    +from (xnat_ferry\.\w+)", path.read_text(), re.MULTILINE))
    code = f"""import xnat_ferry_tui.opening, xnat_ferry_tui.app
before = set(sys.modules)
for name in {found} - before: __import__(name)
sys.modules = sys.modules.keys() - before"""
    late = loaded_by(code, tmp_path)
    assert "xnat_ferry.settle" in late
    assert not {name for name in late if name.rpartition(".")[0] in found & late}
