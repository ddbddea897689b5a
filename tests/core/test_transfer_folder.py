"""Every transfer has a folder that is no other's."""

import secrets
import stat
from pathlib import Path

import pytest

from xnat_ferry.errors import NothingBegun
from xnat_ferry.model import Endpoint
from xnat_ferry.plan import Plan
from xnat_ferry.transfer.folder import create, find, find_all

PLAN = Plan(
    source=Endpoint("https://xnat.example", "SRC"),
    destination=Endpoint("https://xnat.example", "DST"),
    sessions=(),
)


def test_a_name_that_is_taken_is_not_taken_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "token_hex", lambda length: "ab" * length)
    first, second, third = (create(tmp_path / "transfers", PLAN) for _ in range(3))
    assert [made.id.rpartition("-")[2] for made in (first, second, third)] == ["abab", "ababab", "abababab"]
    assert {made.id for made in find_all(tmp_path / "transfers")} == {first.id, second.id, third.id}
    assert find(tmp_path / "transfers", "-abab").id == first.id
    assert {stat.S_IMODE(made.path.stat().st_mode) for made in (first, second, third)} == {0o700}


def test_a_file_in_the_place_of_the_transfers_is_named(tmp_path: Path) -> None:
    (tmp_path / "transfers").write_text("")
    with pytest.raises(NothingBegun, match="transfers: Not a directory") as refused:
        create(tmp_path / "transfers", PLAN)
    assert refused.value.exit_code == 2  # a script that reads 4 would resume what is not there
