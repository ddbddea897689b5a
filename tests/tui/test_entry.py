"""The front door: what the command line asks for, and what a fault leaves behind."""

from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from xnat_ferry.errors import SettingsUnreadable
from xnat_ferry.settings.paths import servers_file
from xnat_ferry.settings.preferences import Window
from xnat_ferry.settings.servers import store_alias
from xnat_ferry_tui import entry
from xnat_ferry_tui.entry import Options, prepare_environment, screen_options
from xnat_ferry_tui.faults import keep_report
from xnat_ferry_tui.opening import window_of
from xnat_ferry_tui.read_only import by_address, is_closed
from xnat_ferry_tui.terminal.themes import THEMES, after


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ([], Options()),
        (["demo"], Options(demo=True)),
        (["demo", "--theme", "light"], Options(demo=True, theme="light")),
        (["--theme=contrast", "--read-only"], Options(theme="contrast", read_only=True)),
        (["--mouse", "--ascii"], Options(mouse=True, ascii=True)),
        (["--theme"], Options(theme="")),
        (["demo", "--headless"], None),
        (["check", "A", "B"], None),
        (["--help"], None),
    ],
)
def test_what_the_command_line_asks_for(arguments: list[str], wanted: Options | None) -> None:
    assert screen_options(arguments) == wanted


def test_the_command_line_comes_before_the_settings() -> None:
    settings = Window(theme="light", read_only=True)
    assert window_of(Options(), settings) == settings
    assert window_of(Options(theme="contrast"), settings) == Window(theme="contrast", read_only=True)


def test_a_server_that_is_for_looking_only_is_known_by_any_of_its_names() -> None:
    for alias in ("clinical", "hospital"):
        store_alias(servers_file(), alias, "https://b.example")
    window = by_address(Window(read_only_at=("clinical", "https://C.example/")))
    assert is_closed(window, "https://b.example")
    assert is_closed(window, "https://c.example")
    assert not is_closed(window, "https://a.example")
    with pytest.raises(SettingsUnreadable, match=r"read_only_at .* 'clinicla'"):
        by_address(Window(read_only_at=("clinicla",)))


def test_every_theme_has_one_name_everywhere() -> None:
    names = tuple(theme.name for theme in THEMES)
    assert names == entry.THEMES == get_args(get_type_hints(Window)["theme"])
    assert [after(name) for name in names] == [*names[1:], names[0]]


def test_over_ssh_what_the_user_has_set_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TEXTUAL_FPS", "TEXTUAL_ANIMATIONS", "TEXTUAL_SMOOTH_SCROLL"):
        monkeypatch.setenv(name, "")  # so that it is taken back afterwards
        monkeypatch.delenv(name)
    monkeypatch.setenv("SSH_CONNECTION", "a b c d")
    monkeypatch.setenv("ESCDELAY", "700")
    prepare_environment(Options())
    import os

    assert os.environ["ESCDELAY"] == "700"
    assert os.environ["TEXTUAL_FPS"] == "15"


def test_a_fault_is_kept_without_any_value(tmp_path: Path) -> None:
    patient = "Doe^Jane"
    with pytest.raises(KeyError) as caught:
        dict[str, str]()[patient]
    kept = keep_report(caught.value, tmp_path / "state")
    assert kept is not None
    text = kept.read_text()
    assert "KeyError" in text
    assert "test_entry.py, line" in text
    assert patient not in text
    assert "/" not in text.replace("xnat-ferry", "")
    assert kept.stat().st_mode & 0o777 == 0o600
    assert keep_report(caught.value, kept / "no folder") is None


@pytest.mark.parametrize(("words", "instead"), [([], "'xnat-ferry check'"), (["demo"], "demo --headless'")])
def test_without_a_terminal_the_plain_face_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str], instead: str
) -> None:
    monkeypatch.setattr("sys.argv", ["xnat-ferry", *words])
    assert entry.main() == 2
    assert instead in capsys.readouterr().err
