"""The control routes, the faults, the end, and clients that nobody here wrote."""

import base64
import json
import os
import signal
import subprocess
import time
import urllib.error
import zipfile
from collections.abc import Callable
from http.client import HTTPConnection
from io import BytesIO
from pathlib import Path

import httpx
import pytest
import xnat as xnatpy

from tests.contract.wire.conftest import WORLD, Xnat
from tests.core.shore import ROOT, command, until
from xnat_ferry.practice.process import PracticeServer

LIST = "/data/projects/SRC/experiments?format=json"
ZIP = "/data/projects/SRC/subjects/001/experiments/001_MR1/scans/ALL/files?format=zip"


def test_the_log_tells_of_each_request_once(fresh: Xnat) -> None:
    fresh.server.clear_log()
    fresh.get(LIST)
    fresh.send("GET", "/data/projects", "zoe", headers={"Connection": "close"})
    first, second = fresh.server.log()
    assert second["n"] == first["n"] + 1
    assert (first["method"], first["path"], first["query"]) == ("GET", LIST.partition("?")[0], "format=json")
    assert (first["status"], first["user"], second["user"]) == (200, "ada", "zoe")
    assert first["bytes_out"] > 100
    assert first["connection"] != second["connection"]
    assert first["seconds"] < 5
    assert fresh.server.log(since=first["n"]) == [second]


@pytest.mark.parametrize(
    ("fault", "status"),
    [({"status": 502}, 502), ({"status": 500, "body": "<h3>why</h3>"}, 500), ({"login_page": True}, 200)],
)
def test_a_fault_answers_in_its_own_way(fresh: Xnat, fault: dict[str, object], status: int) -> None:
    fresh.server.set_faults([{"match": "GET /data/projects/SRC", "times": 1, **fault}])
    spoiled, good = fresh.get(LIST), fresh.get(LIST)
    assert (spoiled.status_code, good.status_code) == (status, 200)
    assert ("Login.vm" in spoiled.text) == ("login_page" in fault)
    assert [bool(one["fault"]) for one in fresh.server.log()[-2:]] == [True, False]


@pytest.mark.parametrize(
    ("when", "hits"), [({"nth": 2}, [2]), ({"every": 2}, [2, 4]), ({"times": 2}, [1, 2]), ({}, [1, 2, 3, 4])]
)
def test_a_fault_strikes_when_it_shall(fresh: Xnat, when: dict[str, int], hits: list[int]) -> None:
    fresh.server.set_faults([{"match": "GET /data/projects/SRC", "status": 503, **when}])
    codes = [fresh.get(LIST).status_code for _ in range(4)]
    assert [place for place, code in enumerate(codes, 1) if code == 503] == hits


def test_what_is_held_is_carried_out_once_it_is_released_though_its_client_is_gone(fresh: Xnat) -> None:
    place = "/data/user/cache/resources/LATE/files/a.txt"
    fresh.server.set_faults([{"match": "PUT /data/user/cache", "until_released": True}])
    fresh.server.clear_log()
    client = HTTPConnection(fresh.server.url.removeprefix("http://"))
    login = base64.b64encode(b"ada:practice").decode()
    client.request("PUT", f"{place}?inbody=true", b"late", {"Authorization": f"Basic {login}"})
    until(lambda: [one["bytes_in"] for one in fresh.server.underway()] == [4])
    client.close()
    assert fresh.get(place).status_code == 404
    (held,) = fresh.server.underway()
    assert (held["method"], held["path"], held["bytes_announced"]) == ("PUT", place, 4)
    fresh.server.set_faults([])
    assert len(fresh.server.underway()) == 1
    fresh.server.release()
    until(lambda: not fresh.server.underway())
    assert fresh.get(place).content == b"late"
    asked, late, got = fresh.server.log()
    assert (late["status"], late["gone"], late["fault"]) == (200, True, "until_released")
    assert not asked["gone"]
    assert not got["gone"]
    assert late["at"] < asked["at"] < got["at"] <= time.time(), "when each came, not when it ended"


def test_a_cut_body_is_a_broken_connection(fresh: Xnat) -> None:
    fresh.server.set_faults([{"match": "GET .*/files", "cut_after": 0.5}])
    with pytest.raises(httpx.RemoteProtocolError):
        fresh.get(ZIP)


def test_a_reset_comes_before_the_answer(fresh: Xnat) -> None:
    fresh.server.set_faults([{"match": "GET .*/files", "reset": True}])
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        fresh.get(ZIP)


def test_a_truncated_body_ends_well_and_is_no_zip(fresh: Xnat) -> None:
    fresh.server.set_faults([{"match": "GET .*/files", "truncate": True}])
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(BytesIO(fresh.get(ZIP).content))


def test_a_skipped_file_leaves_a_valid_zip(fresh: Xnat) -> None:
    fresh.server.set_faults([{"match": "GET .*/files", "skip_file": 2}])
    with zipfile.ZipFile(BytesIO(fresh.get(ZIP).content)) as archive:
        assert len(archive.namelist()) == 3
        assert archive.testzip() is None


def test_a_flipped_byte_keeps_the_size(fresh: Xnat) -> None:
    good = fresh.get(ZIP).content
    fresh.server.set_faults([{"match": "GET .*/files", "flip_byte": True}])
    bad = fresh.get(ZIP).content
    assert len(bad) == len(good)
    assert sum(one != other for one, other in zip(good, bad, strict=True)) == 1


@pytest.mark.parametrize(
    "body", ['[{"match": "GET /", "nonsense": 1}]', '[{"match": "GET ["}]', '{"faults": 3}', "{"]
)
def test_faults_that_make_no_sense_are_refused(fresh: Xnat, body: str) -> None:
    answer = fresh.send("PUT", "/practice/faults", content=body)
    assert answer.status_code == 400
    assert "make no sense" in answer.text


def test_the_rules_in_force_can_be_read_and_taken_back(fresh: Xnat) -> None:
    rule = {"match": "GET /x", "status": 500}
    fresh.server.set_faults([rule])
    assert fresh.get("/practice/faults").json() == [rule]
    fresh.send("DELETE", "/practice/faults")
    assert fresh.get("/practice/faults").json() == []


def test_control_routes_need_no_login_and_are_not_logged(fresh: Xnat) -> None:
    fresh.server.clear_log()
    assert fresh.send("GET", "/practice/state", "").status_code == 200
    assert fresh.server.log() == []


def test_it_stops_within_a_second_even_while_it_answers(fresh: Xnat) -> None:
    fresh.server.set_faults([{"match": "GET /data", "delay": 60.0}])
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(fresh.server.url + "/data/auth", timeout=0.2, trust_env=False)
    began = time.monotonic()
    fresh.server.stop()
    assert time.monotonic() - began < 1
    with pytest.raises(urllib.error.URLError):
        fresh.server.state()


def test_xnatpy_logs_in_lists_and_leaves(xnat: Xnat) -> None:
    connection = xnatpy.connect(
        xnat.server.url, user="ada", password="practice", no_parse_model=True, loglevel="ERROR"
    )
    with connection:
        assert connection.logged_in_user == "ada"
        assert connection.xnat_version == "1.9.2.1"
        rows = connection.get_json(LIST)["ResultSet"]["Result"]
        assert [row["label"] for row in rows] == ["001_MR1"]


def test_the_first_line_says_where_and_with_which_login() -> None:
    with PracticeServer("demo") as server:
        assert server.url.startswith("http://127.0.0.1:")
        assert (server.user, server.password) == ("ada", "practice")
        assert server.projects == ["DEMO_SRC", "DEMO_DST"]
        assert json.dumps(server.log()) == "[]"


@pytest.mark.parametrize("seconds", ["nan", "inf", "-1", "soon", ""])
def test_time_passes_by_a_number_of_seconds_or_not_at_all(fresh: Xnat, seconds: str) -> None:
    assert fresh.post(f"/practice/clock?seconds={seconds}").status_code == 400
    assert fresh.get(LIST).status_code == 200


def test_the_log_since_something_that_is_no_number_is_refused(fresh: Xnat) -> None:
    assert fresh.get("/practice/log?since=%C2%B2").status_code == 400


def test_the_state_of_one_project_is_that_projects_alone(xnat: Xnat) -> None:
    assert [one["id"] for one in xnat.server.state("PUB")["projects"]] == ["PUB"]


def test_faults_come_from_a_file_too(tmp_path: Path) -> None:
    path = tmp_path / "faults.toml"
    path.write_text('[[faults]]\nmatch = "GET /data/auth"\ntimes = 1\nstatus = 503\n')
    with PracticeServer("empty", faults=str(path)) as server:
        codes = [Xnat(server).get("/data/auth").status_code for _ in range(2)]
    assert codes == [503, 200]


def test_a_world_says_how_long_a_login_lasts(world: Callable[..., Xnat]) -> None:
    xnat = world("[server]\nsession_timeout_minutes = 2\n" + WORLD)
    cookie = {"Cookie": f"JSESSIONID={xnat.get('/data/JSESSION').text}"}
    xnat.server.advance(60)
    assert xnat.get("/data/auth", "", headers=cookie).text == "User 'ada' is logged in"
    xnat.server.advance(121)
    assert xnat.get("/data/auth", "", headers=cookie).status_code == 401


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_either_signal_ends_it_well_and_leaves_nothing(number: signal.Signals, tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT / "core")}
    started = subprocess.Popen(command("practice"), stdout=subprocess.PIPE, env=environment)
    with started:
        assert started.stdout is not None
        assert json.loads(started.stdout.readline())["user"] == "ada"
        assert list(tmp_path.glob("xnat-practice-*")) != []
        began = time.monotonic()
        started.send_signal(number)
        assert started.wait(10) == 0
        assert time.monotonic() - began < 1
    assert list(tmp_path.glob("xnat-practice-*")) == []
