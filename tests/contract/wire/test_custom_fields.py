"""Custom fields (wire-read 4.5, 13.10)."""

import itertools
from collections.abc import Callable

import pytest

from tests.contract.facts import fact
from tests.contract.wire.conftest import Xnat

BASE = "/xapi/custom-fields"
PROJECT = f"{BASE}/projects/SRC"
NUMBERS = itertools.count(1)
VALUES = {"text": "a", "number": 5, "list": ["1", "2"], "object": {"inner": 1.5}, "nothing": None}


def places(xnat: Xnat) -> dict[str, str]:
    """Every kind of holder in SRC by an address of it; all but the project are new."""
    name = f"new{next(NUMBERS)}"
    data = f"/data/projects/SRC/subjects/{name}/experiments/{name}_MR1"
    for below, kind in (("", "mrSession"), ("/scans/1", "mrScan"), (f"/assessors/QC{name}", "qcAssessment")):
        answer = xnat.put(f"{data}{below}?xsiType=xnat:{kind}Data")
        assert answer.status_code in (200, 201), answer.text
    (subject,) = [one["id"] for one in xnat.project("SRC")["subjects"] if one["label"] == name]
    session = xnat.id_of(f"{name}_MR1")
    long = f"{PROJECT}/subjects/{name}/experiments/{name}_MR1"
    return {
        "project": PROJECT,
        "subject": f"{BASE}/subjects/{subject}",
        "subject by label": f"{PROJECT}/subjects/{name}",
        "experiment": f"{BASE}/experiments/{session}",
        "experiment by label": f"{PROJECT}/experiments/{name}_MR1",
        "experiment by its long address": long,
        "scan": f"{BASE}/experiments/{session}/scans/1",
        "scan by label": f"{PROJECT}/experiments/{name}_MR1/scans/1",
        "scan by its long address": f"{long}/scans/1",
        "assessor": f"{BASE}/experiments/{session}/assessors/QC{name}",
        "assessor by its long address": f"{long}/assessors/QC{name}",
    }


@fact("read 13.10")
@fact("read 4.5", "custom fields as JSON, for every kind of holder")
@pytest.mark.parametrize("kind", ["project", "subject", "experiment", "scan", "assessor"])
def test_put_merges_and_answers_with_the_whole_map(shared: Xnat, kind: str) -> None:
    place = places(shared)[kind]
    assert shared.get(f"{place}/fields").json() == {}
    assert shared.put(f"{place}/fields", json={"KEY1": "one"}).json() == {"KEY1": "one"}
    assert shared.put(f"{place}/fields", json={"key2": 1000}).json() == {"KEY1": "one", "key2": 1000}
    assert shared.put(f"{place}/fields", json={"key2": "new"}).json() == {"KEY1": "one", "key2": "new"}
    assert shared.get(f"{place}/fields").json() == {"KEY1": "one", "key2": "new"}
    assert shared.delete(f"{place}/fields/key2").json() == {"KEY1": "one"}
    assert shared.delete(f"{place}/fields/KEY1").json() == {}


@fact("read 4.5", "short and long addresses mean the same fields")
@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("subject", "subject by label"),
        ("experiment", "experiment by label"),
        ("experiment", "experiment by its long address"),
        ("scan", "scan by label"),
        ("scan", "scan by its long address"),
        ("assessor", "assessor by its long address"),
    ],
)
def test_short_and_long_addresses_mean_the_same_fields(shared: Xnat, short: str, long: str) -> None:
    found = places(shared)
    shared.put(f"{found[short]}/fields", json={"here": short})
    assert shared.get(f"{found[long]}/fields").json() == {"here": short}


@fact("read 4.5", "any JSON value can be a field; one of them is text")
def test_values_of_every_kind(shared: Xnat) -> None:
    place = places(shared)["experiment"]
    assert shared.put(f"{place}/fields", json=VALUES).json() == VALUES
    assert shared.get(f"{place}/fields").json() == VALUES
    answer = shared.get(f"{place}/fields/text")
    assert (answer.text, answer.headers["content-type"].partition(";")[0]) == ("a", "text/plain")
    assert shared.get(f"{place}/fields/number").text == "5"


@fact("read 13.10")
def test_field_names_gives_a_subset(shared: Xnat) -> None:
    place = places(shared)["subject"]
    shared.put(f"{place}/fields", json=VALUES)
    assert shared.get(f"{place}/fields?fieldNames=text,DNE,number").json() == {"text": "a", "number": 5}


@fact("read 13.10")
def test_an_unknown_field_is_404_on_get_and_delete(xnat: Xnat) -> None:
    assert xnat.get(f"{PROJECT}/fields/DNE").status_code == 404
    assert xnat.delete(f"{PROJECT}/fields/DNE").status_code == 404


@fact("read 13.10")
def test_an_unknown_scan_is_404(xnat: Xnat) -> None:
    place = f"{BASE}/experiments/{xnat.id_of('001_MR1')}/scans/NOPE/fields"
    assert xnat.get(place).status_code == 404
    assert xnat.put(place, json={"a": 1}).status_code == 404


@fact("read 4.5", "an unknown subject, session or assessor is 404")
def test_unknown_holders_are_404(xnat: Xnat) -> None:
    session = xnat.id_of("001_MR1")
    for place in ("subjects/NONE", "experiments/NONE", f"experiments/{session}/assessors/NONE"):
        assert xnat.get(f"{BASE}/{place}/fields").status_code == 404
        assert xnat.put(f"{BASE}/{place}/fields", json={"a": 1}).status_code == 404


@fact("read 13.10")
def test_a_protected_projects_fields_are_403_to_strangers_though_its_get_is_200(xnat: Xnat) -> None:
    assert xnat.get("/data/projects/PROT?format=json", "zoe").status_code == 200
    assert xnat.get(f"{BASE}/projects/PROT/fields", "zoe").status_code == 403


@fact("read 13.10")
def test_an_unknown_project_is_403(xnat: Xnat) -> None:
    for user in ("ada", "zoe"):
        assert xnat.get(f"{BASE}/projects/NONE/fields", user).status_code == 403
        assert xnat.put(f"{BASE}/projects/NONE/fields", user, json={"a": 1}).status_code == 403


@fact("read 13.10")
@fact("read 4.5", "custom fields: reading needs Read, changing needs Edit")
@pytest.mark.parametrize("kind", ["subject", "experiment", "scan", "assessor"])
def test_a_member_changes_all_but_the_projects(shared: Xnat, kind: str) -> None:
    place = places(shared)[kind]
    assert shared.put(f"{place}/fields", "mem", json={"a": "m"}).json() == {"a": "m"}
    assert shared.get(f"{place}/fields", "carl").json() == {"a": "m"}
    assert shared.put(f"{place}/fields", "carl", json={"a": "c"}).status_code == 403
    assert shared.delete(f"{place}/fields/a", "carl").status_code == 403
    assert shared.delete(f"{place}/fields/a", "mem").json() == {}


@fact("read 13.10")
def test_a_projects_own_fields_are_its_owners(fresh: Xnat) -> None:
    assert fresh.put(f"{PROJECT}/fields", json={"a": 1}).status_code == 200
    for user in ("mem", "carl"):
        assert fresh.get(f"{PROJECT}/fields", user).json() == {"a": 1}
        assert fresh.put(f"{PROJECT}/fields", user, json={"b": 1}).status_code == 403
        assert fresh.delete(f"{PROJECT}/fields/a", user).status_code == 403


SHARED = """
[[users]]
login = "ada"
projects = { SRC = "owner" }

[[users]]
login = "rea"
projects = { REC = "owner" }

[[projects]]
id = "SRC"

[[projects]]
id = "REC"

[[sessions]]
project = "SRC"
subject = "001"
label = "001_MR1"
scans = [{ id = "1" }]
shared_into = [{ project = "REC", label = "elsewhere" }]
"""


@fact("read 13.10")
def test_the_owner_of_a_receiving_project_reads_a_shared_sessions_fields_only(
    world: Callable[..., Xnat],
) -> None:
    xnat = world(SHARED)
    session = xnat.id_of("001_MR1")
    for below in ("", "/scans/1"):
        place = f"{BASE}/experiments/{session}{below}/fields"
        xnat.put(place, json={"a": "b"})
        assert xnat.get(place, "rea").json() == {"a": "b"}
        assert xnat.put(place, "rea", json={"a": "c"}).status_code == 403
        assert xnat.delete(f"{place}/a", "rea").status_code == 403
    assert xnat.get(f"{BASE}/projects/REC/experiments/elsewhere/fields", "rea").json() == {"a": "b"}


@fact("read 4.5", "custom fields: what is no JSON object is 400")
def test_what_is_no_object_is_400(xnat: Xnat) -> None:
    assert xnat.put(f"{PROJECT}/fields", json=["a"]).status_code == 400
    headers = {"Content-Type": "application/json"}
    assert xnat.put(f"{PROJECT}/fields", content="{", headers=headers).status_code == 400
