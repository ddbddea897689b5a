"""A practice server for the screen's tests, and a desk with its projects on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from xnat_ferry.errors import NoCredentials
from xnat_ferry.practice.process import PracticeServer
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry_tui.desk import Desk
from xnat_ferry_tui.opening import demo_desk


@pytest.fixture
def practice_demo() -> Iterator[PracticeServer]:
    """The demo world in a process of its own."""
    with PracticeServer("demo") as server:
        yield server


@pytest.fixture
def desk(practice_demo: PracticeServer, tmp_path: Path) -> Iterator[Desk]:
    """A desk on that server."""
    made = demo_desk(practice_demo, tmp_path)
    yield made
    made.conversation.close()


@pytest.fixture
def empty_desk(tmp_path: Path) -> Desk:
    """A desk without projects, and without a login for any server."""

    def no_login(server: str) -> Credentials:
        raise NoCredentials(server=server)

    return Desk(transfers=tmp_path / "transfers", spool=tmp_path / "spool", find=no_login)
