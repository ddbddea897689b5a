"""Alias tokens (wire-read 1.7)."""

import re
from collections.abc import Callable

import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.conftest import WORLD, Xnat
from tests.contract.wire.test_login import basic, set_preference

TOKENS = "/data/services/tokens"
UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"

LEFT_OUT = [LeftOut("read 1.7", "tokens for a single use", "REST issues none")]


@fact("read 1.7")
def test_an_issued_token_has_alias_secret_and_the_login_name(xnat: Xnat) -> None:
    answer = xnat.get(f"{TOKENS}/issue")
    assert answer.headers["content-type"].startswith("application/json")
    token = answer.json()
    assert set(token) == {
        *("alias", "secret", "singleUse", "estimatedExpirationTime", "xdatUserId", "id", "enabled"),
        *("created", "timestamp", "disabled"),
    }
    assert re.fullmatch(UUID, token["alias"])
    assert re.fullmatch("[A-Za-z0-9]{64}", token["secret"])
    assert (token["xdatUserId"], token["singleUse"], token["enabled"]) == ("ada", False, True)


@fact("read 1.7")
def test_times_are_milliseconds_and_two_days_apart(xnat: Xnat) -> None:
    token = xnat.get(f"{TOKENS}/issue").json()
    assert token["estimatedExpirationTime"] - token["created"] == 2 * 86_400_000


@fact("read 1.7")
def test_times_are_written_out_with_the_switch(world: Callable[..., Xnat]) -> None:
    xnat = world(WORLD + "[server]\nunconfirmed = { token_times_are_milliseconds = false }\n")
    assert re.match(r"\d{4}-\d\d-\d\dT", xnat.get(f"{TOKENS}/issue").json()["created"])


@fact("read 1.7")
def test_nobody_gets_a_token(settable: Xnat) -> None:
    assert settable.get(f"{TOKENS}/issue", "").status_code == 401
    set_preference(settable, requireLogin=False)
    assert settable.get(f"{TOKENS}/issue", "").status_code == 403


@fact("read 1.7")
def test_administrators_issue_tokens_for_others(xnat: Xnat) -> None:
    assert xnat.get(f"{TOKENS}/issue/user/carl", "root").json()["xdatUserId"] == "carl"
    assert xnat.get(f"{TOKENS}/issue/user/carl", "ada").status_code == 403


@fact("read 1.7")
def test_show_lists_the_callers_own(fresh: Xnat) -> None:
    token = fresh.get(f"{TOKENS}/issue", "carl").json()
    fresh.get(f"{TOKENS}/issue", "zoe")
    assert [one["alias"] for one in fresh.get(f"{TOKENS}/show", "carl").json()] == [token["alias"]]


@fact("read 1.7")
def test_validate_names_the_user_or_nobody(xnat: Xnat) -> None:
    token = xnat.get(f"{TOKENS}/issue").json()
    assert xnat.get(f"{TOKENS}/validate/{token['alias']}/{token['secret']}", "zoe").json() == {"valid": "ada"}
    assert xnat.get(f"{TOKENS}/validate/{token['alias']}/wrong").json() == {}
    assert xnat.get(f"{TOKENS}/validate/00000000-0000-0000-0000-000000000000/x").status_code == 404
    assert xnat.get(f"{TOKENS}/validate/{token['alias']}").status_code == 401


@pytest.mark.parametrize("with_secret", [True, False])
@fact("read 1.7", "invalidate, with or without the secret, ends a token")
def test_invalidate(xnat: Xnat, with_secret: bool) -> None:
    token = xnat.get(f"{TOKENS}/issue").json()
    rest = f"/{token['secret']}" if with_secret else ""
    assert xnat.get(f"{TOKENS}/invalidate/{token['alias']}{rest}").json() == {"result": "OK"}
    assert xnat.get("/data/auth", "", headers=basic(token["alias"], token["secret"])).status_code == 401


@pytest.mark.parametrize("operation", ["renew", ""])
@fact("read 1.7", "an unknown operation is 400")
def test_unknown_operation(xnat: Xnat, operation: str) -> None:
    assert xnat.get(f"{TOKENS}/{operation}").status_code == 400


@fact("read 1.7")
def test_a_token_works_as_basic_and_in_the_form_and_carries_the_users_name(xnat: Xnat) -> None:
    token = xnat.get(f"{TOKENS}/issue").json()
    answer = xnat.get("/data/auth", "", headers=basic(token["alias"], token["secret"]))
    assert answer.text == "User 'ada' is logged in"
    form = {"username": token["alias"], "password": token["secret"]}
    session = xnat.put("/data/services/auth", "", data=form)
    cookie = {"Cookie": f"JSESSIONID={session.text}"}
    assert xnat.get("/data/auth", "", headers=cookie).text == "User 'ada' is logged in"
    rows = xnat.get("/data/projects", "", headers=basic(token["alias"], token["secret"])).json()
    assert "SRC" in [row["ID"] for row in rows["ResultSet"]["Result"]]


@fact("read 1.7")
def test_a_wrong_secret_is_401_and_locks_nobody(settable: Xnat) -> None:
    set_preference(settable, maxFailedLogins=1)
    token = settable.get(f"{TOKENS}/issue").json()
    assert settable.get("/data/auth", "", headers=basic(token["alias"], "wrong")).status_code == 401
    assert settable.get("/data/auth", "", headers=basic(token["alias"], token["secret"])).status_code == 200


@fact("read 1.1", "an alias token lives as long as aliasTokenTimeout says, two days by default")
def test_a_token_ends_by_itself(settable: Xnat) -> None:
    token = settable.get(f"{TOKENS}/issue").json()
    login = basic(token["alias"], token["secret"])
    settable.server.advance(2 * 86_400 - 600)
    assert settable.get("/data/auth", "", headers=login).status_code == 200
    settable.server.advance(900)
    assert settable.get("/data/auth", "", headers=login).status_code == 401
    assert settable.get(f"{TOKENS}/show").json() == []
