"""Every user's own drawer (wire-write 4.8)."""

import pytest

from tests.contract.facts import fact
from tests.contract.wire.conftest import Xnat

CACHE = "/data/user/cache/resources"


@fact("write 4.8")
def test_a_file_is_200_and_can_be_read_back(fresh: Xnat) -> None:
    answer = fresh.put(f"{CACHE}/X/files/sub/f.zip?inbody=true", content=b"bytes")
    assert (answer.status_code, answer.text) == (200, "")
    assert fresh.get(f"{CACHE}/X/files/sub/f.zip").content == b"bytes"
    rows = fresh.rows(f"{CACHE}/X/files?format=json")
    assert [(row["Name"], row["Size"]) for row in rows] == [("sub/f.zip", "5")]


@fact("write 4.8")
def test_posted_files_are_201(fresh: Xnat) -> None:
    answer = fresh.post(f"{CACHE}/X/files", files={"any": ("f.zip", b"bytes")})
    assert (answer.status_code, answer.text) == (201, "File(s) successfully uploaded")
    assert fresh.get(f"{CACHE}/X/files/f.zip").content == b"bytes"


@fact("write 4.8")
def test_a_drawer_that_is_there_already_is_412(fresh: Xnat) -> None:
    assert fresh.put(f"{CACHE}/X").status_code == 200
    answer = fresh.put(f"{CACHE}/X")
    assert (answer.status_code, fresh.headline(answer)) == (412, "Resource with this name already exists.")
    assert [row["Resource"] for row in fresh.rows(f"{CACHE}?format=json")] == ["X"]


@fact("write 4.8")
def test_everybody_sees_the_own_drawer_only(fresh: Xnat) -> None:
    fresh.put(f"{CACHE}/X/files/f?inbody=true", content=b"bytes")
    assert fresh.get(f"{CACHE}/X/files/f", "mem").status_code == 404
    assert fresh.rows(f"{CACHE}?format=json", "mem") == []


@fact("write 4.8")
def test_a_drawer_can_be_emptied(fresh: Xnat) -> None:
    fresh.put(f"{CACHE}/X/files/f?inbody=true", content=b"bytes")
    assert fresh.delete(f"{CACHE}/X/files/f").status_code == 200
    assert fresh.get(f"{CACHE}/X/files/f").status_code == 404
    assert fresh.delete(f"{CACHE}/X").status_code == 200
    assert fresh.delete(f"{CACHE}/X").status_code == 404


@fact("write 4.8")
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/X/files/f?inbody=true"), ("PUT", "/X/files?inbody=true")]
)
def test_a_raw_body_wants_a_put_and_a_name(xnat: Xnat, method: str, path: str) -> None:
    assert xnat.send(method, CACHE + path, content=b"x").status_code == 400


@fact("write 4.8", "a path out of the drawer is refused")
def test_nobody_gets_out_of_the_drawer(xnat: Xnat) -> None:
    answer = xnat.put(f"{CACHE}/X/files/..%2F..%2Fother%2Ff?inbody=true", content=b"x")
    assert answer.status_code == 400
