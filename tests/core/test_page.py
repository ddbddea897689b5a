"""Lines for people fit their terminal, break between words, and obey nothing that a server says."""

import shlex
import unicodedata
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from xnat_ferry.checks.grouping import as_one
from xnat_ferry.cli.streams import NARROW
from xnat_ferry.cli.telling.page import USUAL, Line, command_lines, page_width, paragraph, show

widths = st.integers(NARROW, 120)
hostile = st.text(st.characters(codec="utf-8"), max_size=300) | st.text(
    "長[red]\x1b\u202e ab-_", max_size=300
)


class Terminal(StringIO):
    """Standard output as a terminal has it."""

    def isatty(self) -> bool:
        return True


@given(hostile, widths)
def test_no_line_is_wider_than_the_page_and_none_commands_the_terminal(text: str, width: int) -> None:
    for line in paragraph(text, width, "  -> ", "     "):
        assert cell_len(line.text) <= width
        assert not [one for one in line.text if unicodedata.category(one) in {"Cc", "Cf", "Zl", "Zp"}]


@given(st.lists(st.text("abc-_[]", min_size=1, max_size=20), max_size=60), widths)
def test_words_that_fit_a_line_are_never_broken(words: list[str], width: int) -> None:
    lines = paragraph(" ".join(words), width, "  ", "      ")
    assert " ".join(line.text for line in lines).split() == words


def test_only_a_word_longer_than_any_line_is_broken() -> None:
    lines = [line.text for line in paragraph("short " + "x" * 100, 40)]
    assert [len(line) for line in lines] == [5, 40, 40, 20]


@given(st.lists(st.text("ab c'$\"", min_size=1, max_size=30), min_size=1, max_size=20))
def test_a_long_command_is_the_same_for_a_shell_when_it_is_copied(arguments: list[str]) -> None:
    words = [" ".join(one.split()) or "x" for one in arguments]
    text = "\n".join(line.text for line in command_lines(words, USUAL, "  "))
    assert shlex.split(text.replace("\\\n", "")) == words  # as a shell reads a line that goes on


def test_markup_of_a_server_is_text_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    printed = shown(monkeypatch, "[red]x[/red] [link=http://a.example]y[/link] :smile:")
    assert "[red]x[/red] [link=http://a.example]y[/link] :smile:" in printed
    assert "\x1b[" in printed


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[3" not in shown(monkeypatch, "text")


def test_elsewhere_than_on_a_terminal_there_is_plain_text_of_the_usual_width(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show([Line("text", "red")])
    assert capsys.readouterr().out == "text\n"
    assert page_width() == USUAL


def test_findings_that_differ_in_the_name_alone_are_told_once() -> None:
    assert as_one([(name, f"{name} is odd") for name in "abcde"]) == [
        "a is odd",
        "The same of b, c and 2 more (all with --json).",
    ]
    assert as_one([("a", "both"), ("b", "both")]) == ["both"]


def test_findings_that_say_different_things_are_told_up_to_three() -> None:
    said = [(name, f"{name} lacks scan {number}") for number, name in enumerate("abcde")]
    assert as_one(said)[2:] == ["c lacks scan 2", "And 2 more like these (all with --json)."]
    assert as_one([*said[:2], ("f", "f lacks scan 0")]) == [
        "a lacks scan 0",
        "The same of f.",
        "b lacks scan 1",
    ]
    assert as_one([("1", "1 has 1 file"), ("2", "2 has 2 files")]) == ["1 has 1 file", "2 has 2 files"]


def shown(monkeypatch: pytest.MonkeyPatch, text: str) -> str:
    monkeypatch.setenv("TERM", "xterm-256color")
    terminal = Terminal()
    monkeypatch.setattr("sys.stdout", terminal)
    show([Line(text, "red")])
    return terminal.getvalue()
