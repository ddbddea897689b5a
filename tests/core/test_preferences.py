"""The settings file: whom to tell of a loss comes from there, and a damaged file is told of."""

from pathlib import Path

import pytest

from xnat_ferry.errors import SettingsUnreadable
from xnat_ferry.settings.preferences import DataLoss, preferences_file, read_preferences


def test_without_a_file_the_administrators_are_named() -> None:
    assert not preferences_file().exists()
    assert read_preferences().data_loss == DataLoss()
    assert "administrators at once" in read_preferences().data_loss.advice


def test_the_contact_and_the_time_left_are_said(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('[data_loss]\ncontact = "help@xnat.example\\u001b[31m"\nbackup_days = 60\n')
    advice = read_preferences(path).data_loss.advice
    assert advice == "Tell help@xnat.example [31m at once: backups are kept for 60 days."


@pytest.mark.parametrize(
    "content", ["[data_loss", "data_loss = 1", '[data_loss]\nbackup_days = "long"', "[data_loss]\nwho = 1"]
)
def test_a_file_that_says_something_else_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(content)
    with pytest.raises(SettingsUnreadable):
        read_preferences(path)
