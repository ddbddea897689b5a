"""Where a login is found, in which order, and that it never shows."""

import sys
from io import StringIO
from pathlib import Path

import pytest

from xnat_ferry.errors import NoCredentials, SettingsUnreadable, UsageError
from xnat_ferry.settings.credentials import Credentials, find_credentials


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("XNAT_USER", "XNAT_PASS", "NETRC", "DBUS_SESSION_BUS_ADDRESS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))


def netrc(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / ".netrc"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_the_environment_comes_before_netrc(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc(tmp_path, "machine x.example login file password f")
    monkeypatch.setenv("XNAT_USER", "ada")
    monkeypatch.setenv("XNAT_PASS", "pw")
    assert find_credentials("https://x.example") == Credentials("ada", "pw")
    monkeypatch.setenv("XNAT_PASS", "p\udcff")
    with pytest.raises(UsageError, match="no UTF-8") as caught:
        find_credentials("https://x.example")
    assert caught.value.__suppress_context__, "the password stands in no trace"


@pytest.mark.parametrize("machine", ["x.example", "x.example:8443"])
def test_netrc_is_found_by_host_with_or_without_port(tmp_path: Path, machine: str) -> None:
    netrc(tmp_path, f"machine {machine} login file password f")
    assert find_credentials("https://x.example:8443/xnat") == Credentials("file", "f")


def test_a_netrc_named_by_the_environment_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "other").write_text("machine x.example login named password n")
    monkeypatch.setenv("NETRC", str(tmp_path / "other"))
    assert find_credentials("https://x.example") == Credentials("named", "n")


def test_nothing_found_says_what_to_do() -> None:
    with pytest.raises(NoCredentials, match=r"x\.example") as caught:
        find_credentials("https://x.example", may_ask=False)
    assert "XNAT_USER" in caught.value.advice


def test_a_netrc_that_others_may_read_is_refused(tmp_path: Path) -> None:
    netrc(tmp_path, "machine x.example login file password f", mode=0o644)
    with pytest.raises(SettingsUnreadable, match="netrc"):
        find_credentials("https://x.example", may_ask=False)


def test_a_password_does_not_show_in_a_representation() -> None:
    assert "hidden" not in repr(Credentials("ada", "hidden"))
    assert "hidden" not in f"{Credentials('ada', 'hidden')}"


def test_no_name_at_the_question_asks_for_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = StringIO("")
    monkeypatch.setattr(nobody, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdin", nobody)
    with pytest.raises(NoCredentials):
        find_credentials("https://x.example")
