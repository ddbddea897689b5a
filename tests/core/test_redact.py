"""Secrets and control characters stay out of every text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xnat_ferry.settings.redact import plain, redact


@pytest.mark.parametrize(
    "text",
    [
        "GET https://ada:hunter2@x.example/data",
        "Cookie: JSESSIONID=hunter2; other",
        "XNAT_CSRF=hunter2&x",
        "Authorization: Basic hunter2",
        "username=ada&password=hunter2",
        '{"secret": 1} secret=hunter2',
    ],
)
def test_what_looks_like_a_credential_is_hidden(text: str) -> None:
    assert "hunter2" not in redact(text)


def test_a_known_secret_is_hidden_wherever_it_stands() -> None:
    assert redact("it is hunter2, twice hunter2", ["hunter2", ""]) == "it is ***, twice ***"


@given(st.text(max_size=400))
def test_plain_text_cannot_command_a_terminal(text: str) -> None:
    shown = plain(text)
    assert len(shown) <= 300
    assert not any(unicodedata.category(character) in {"Cc", "Cf", "Cs"} for character in shown)


def test_escape_sequences_and_direction_marks_lose_their_power() -> None:
    assert plain("a\x1b[31mb\u202ec\r\nd") == "a [31mb c  d"
