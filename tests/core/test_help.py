"""What the commands say of themselves: at 80 columns, to a shell that completes, and as a manual page."""

import subprocess
from pathlib import Path

import pytest
from rich.cells import cell_len

from xnat_ferry.cli import main
from xnat_ferry.cli.app import COMMANDS, app_for
from xnat_ferry.cli.help import run_on
from xnat_ferry.cli.pages.man_page import page

ROOT = Path(__file__).resolve().parents[2]
COMPLETE = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_xnat_ferry
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What bash is given to complete this command."""
    written = tmp_path_factory.mktemp("completion") / "xnat-ferry"
    written.write_text(app_for().generate_completion(shell="bash"), encoding="utf-8")
    return written


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_fits_a_terminal_of_80(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main([name, "--help"]) == 0
    shown = capsys.readouterr().out
    assert max(map(cell_len, shown.splitlines())) <= 80
    assert "`" not in shown  # what marks code in a docstring is no mark on a terminal


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_says_what_it_is_for(name: str) -> None:
    command = app_for(name)[name]
    told = [one for one in command.assemble_argument_collection(parse_docstring=True) if one.show]
    assert [one.name for one in told if not (one.parameter.help or "").endswith((".", ")"))] == []


def test_a_command_tells_of_itself_in_its_own_words(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    main(["settle", "--help"])
    assert "Deleting is permanent." in " ".join(capsys.readouterr().out.split())


def test_lines_of_the_source_are_no_lines_of_a_terminal() -> None:
    assert run_on("one\n    two\n\n    three\n") == "one two\n\nthree"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["sett"], {"settle"}),
        (["settle", "--remove"], {"--remove-waiting"}),
        (["plan", "SRC", "DST", "--road", "re"], {"receiver", "relocate"}),
    ],
)
def test_bash_completes_commands_options_and_their_values(
    words: list[str], found: set[str], script: Path
) -> None:
    done = subprocess.run(
        ["bash", "-c", COMPLETE, "bash", script, "xnat-ferry", *words],
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(done.stdout.split()) == found


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_are_given_theirs(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    said = capsys.readouterr().out
    assert [name for name in COMMANDS if name not in said] == []


def test_the_manual_page_is_what_the_commands_say() -> None:
    written = ROOT / "docs" / "xnat-ferry.1"
    assert written.read_text(encoding="utf-8") == page(), "make man writes it anew"
