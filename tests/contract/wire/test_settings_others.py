"""Settings of other kinds: routing, uploader rules, quality labels, features, protocols (wire-read 4.5)."""

from collections.abc import Callable
from xml.etree import ElementTree

import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.conftest import WORLD, Xnat

LEFT_OUT = [
    LeftOut(
        "read 4.5",
        "that no user can read the site property security.prevent-data-deletion",
        "it is a preference here, so that a test can set it; only an admin reads it",
    ),
    LeftOut("read 4.5", "sub_project", "XNAT has no such setting either"),
]
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
STUDY = "1.2.3.4"
RULES = (
    "allow-create-subject",
    "require-date",
    "allow-bulk-upload",
    "default-subject-labeling-scheme",
    "default-session-labeling-scheme",
)


def route(xnat: Xnat, study: str = STUDY, project: str = "SRC", user: str = "ada") -> int:
    return xnat.put(f"/data/routing/{study}", user, data={"projectId": project}).status_code


@fact("read 4.5", "study to project routing")
def test_a_study_is_assigned_to_a_project(shared: Xnat) -> None:
    assert route(shared) == 200
    (row,) = shared.rows(f"/data/routing/{STUDY}")
    assert (row["studyInstanceUID"], row["projectId"], row["userId"]) == (STUDY, "SRC", "ada")
    assert route(shared, project="DST") == 200
    (row,) = shared.rows(f"/data/routing/{STUDY}")
    assert row["projectId"] == "DST"
    assert shared.delete(f"/data/routing/{STUDY}").status_code == 200
    assert shared.get(f"/data/routing/{STUDY}").status_code == 404
    assert shared.delete(f"/data/routing/{STUDY}").status_code == 404


@fact("read 4.5", "study to project routing: a user's own entries, all for an admin")
def test_a_user_sees_his_own_routings_and_an_admin_all(fresh: Xnat) -> None:
    assert route(fresh, "1.1") == route(fresh, "1.2", user="mem") == 200
    studies = {
        user: [row["studyInstanceUID"] for row in fresh.rows("/data/routing", user)]
        for user in ("ada", "mem", "root", "zoe")
    }
    assert studies == {"ada": ["1.1"], "mem": ["1.2"], "root": ["1.1", "1.2"], "zoe": []}
    assert fresh.delete("/data/routing", "ada").status_code == 403
    assert fresh.delete("/data/routing", "root").status_code == 200
    assert fresh.rows("/data/routing", "root") == []


@fact("read 4.5", "study to project routing: who may not edit in the project is 403, and no project is 400")
def test_refusals_of_routing(shared: Xnat) -> None:
    assert route(shared, "2.1", user="carl") == 403
    assert shared.put("/data/routing/2.1", content="", headers=FORM).status_code == 400
    assert shared.put("/data/routing/2.1", data={"projectId": "SRC", "subjectId": "S"}).status_code == 400
    assert route(shared, "2.2") == 200
    assert shared.get("/data/routing/2.2", "carl").status_code == 403
    assert shared.delete("/data/routing/2.2", "zoe").status_code == 403


@fact("read 4.5", "PET tracers")
def test_tracers_are_a_configuration(shared: Xnat) -> None:
    path = "/data/projects/SRC/config/tracers/tracers"
    assert shared.put(f"{path}?inbody=true", content="PIB FDG").status_code == 201
    assert shared.get(f"{path}?contents=true", "carl").text == "PIB FDG"
    site = "/data/config/tracers/tracers"
    assert shared.put(f"{site}?inbody=true", "root", content="FDG").status_code == 201
    assert shared.get(f"{site}?contents=true", "zoe").text == "FDG"


@fact("read 4.5", "uploader rules")
@pytest.mark.parametrize("rule", RULES)
def test_uploader_rules_are_204_unless_they_are_set(shared: Xnat, rule: str) -> None:
    for base, user in (("/data/config", "root"), ("/data/projects/SRC/config", "ada")):
        path = f"{base}/applet/{rule}?contents=true&accept-not-found=true"
        assert shared.get(path).status_code == 204
        assert shared.put(f"{base}/applet/{rule}?inbody=true", user, content="false").status_code == 201
        assert shared.get(path).text == "false"


@fact("read 4.5", "separate PET/MR, scan type mapping, checksums, file naming and merging are preferences")
@pytest.mark.parametrize(
    "name", ["sitewidePetMr", "scanTypeMapping", "checksums", "dicomFileNameTemplate", "failMergeOn"]
)
def test_these_are_preferences_that_any_login_reads(xnat: Xnat, name: str) -> None:
    assert xnat.get(f"/xapi/siteConfig/{name}", "zoe").status_code == 200
    assert name in xnat.get("/xapi/siteConfig", "zoe").json()


@fact("read 4.5", "requireEventName and requireChangeJustification are false and an admin's")
@pytest.mark.parametrize("name", ["requireEventName", "requireChangeJustification"])
def test_required_reasons_are_an_admins_preferences(xnat: Xnat, name: str) -> None:
    assert xnat.get(f"/xapi/siteConfig/{name}", "ada").status_code == 403
    assert xnat.get(f"/xapi/siteConfig/{name}", "root").text == "false"


@fact("read 4.5", "a project's PI, keywords and aliases")
def test_a_projects_pi_keywords_and_aliases_are_in_its_item(fresh: Xnat) -> None:
    query = "pi_firstname=Ada&pi_lastname=Lovelace&keywords=engine&alias=notes"
    assert fresh.put(f"/data/projects/SRC?{query}").status_code == 200
    item = fresh.get("/data/projects/SRC?format=json").json()["items"][0]
    assert item["data_fields"]["keywords"] == "engine"
    children = {child["field"]: child["items"] for child in item["children"]}
    pi = children["PI"][0]["data_fields"]
    assert (pi["firstname"], pi["lastname"]) == ("Ada", "Lovelace")
    assert children["aliases/alias"][0]["data_fields"]["alias"] == "notes"
    (row,) = [row for row in fresh.rows("/data/projects") if row["ID"] == "SRC"]
    assert (row["pi_firstname"], row["pi_lastname"]) == ("Ada", "Lovelace")


@fact("read 2.4", "the site's and a project's labels of scan quality")
def test_quality_labels_are_the_projects_or_the_sites_or_three(shared: Xnat) -> None:
    path = "/data/services/scan-quality-labels"
    three = ["usable", "questionable", "unusable"]
    assert shared.get(path).json() == {"site": three}
    assert shared.get(f"{path}/DST").json() == {"DST": three}
    config = "/data/projects/SRC/config/scan-quality/labels?inbody=true"
    assert shared.put(config, content="good, bad").status_code == 201
    assert shared.get(f"{path}/SRC").json() == {"SRC": ["good", "bad"]}
    assert shared.get(f"{path}/SRC", "zoe").status_code == 404


@fact("read 3.4", "whether data may be shared into a project is in its features")
def test_features_tell_whether_a_group_may_share(world: Callable[..., Xnat]) -> None:
    xnat = world(WORLD.replace('id = "SRC"', 'id = "SRC"\nsharing = false'))
    groups = {
        project: xnat.get(f"/data/services/features?tag={project}").json() for project in ("SRC", "DST")
    }
    assert {group["id"] for group in groups["SRC"]} == {"SRC_owner", "SRC_member", "SRC_collaborator"}
    assert all("project_sharing" in group["blocked"] for group in groups["SRC"])
    assert all("project_sharing" in group["features"] for group in groups["DST"])


@fact("read 4.5", "definitions of the old custom variables")
def test_a_protocol_defines_the_variables_of_a_data_type(world: Callable[..., Xnat]) -> None:
    variables = 'label = "001_MR1"\nvariables = { handedness_note = "left" }'
    xnat = world(WORLD.replace('label = "001_MR1"', variables))
    path = "/data/projects/SRC/protocols/SRC_xnat_mrSessionData"
    answer = xnat.get(path)
    root = ElementTree.fromstring(answer.text)
    assert root.get("data-type") == "xnat:mrSessionData"
    names = [field.get("name") for field in root.iter("{http://nrg.wustl.edu/xnat}field")]
    assert names == ["handedness_note"]
    item = xnat.get(f"{path}?format=json").json()["items"][0]
    definition = item["children"][0]["items"][0]
    assert definition["children"][0]["items"][0]["data_fields"]["name"] == "handedness_note"
    assert xnat.get("/data/projects/SRC/protocols/SRC_xnat_nothing").status_code == 404
    assert xnat.get(path, "zoe").status_code == 404


@fact("read 4.5", "the old custom variables are children of their object")
def test_variables_are_children_of_their_object(world: Callable[..., Xnat]) -> None:
    variables = 'label = "001_MR1"\nvariables = { handedness_note = "left" }'
    xnat = world(WORLD.replace('label = "001_MR1"', variables))
    item = xnat.get(f"/data/experiments/{xnat.id_of('001_MR1')}?format=json").json()["items"][0]
    children = {child["field"]: child["items"] for child in item["children"]}
    fields = children["fields/field"][0]["data_fields"]
    assert (fields["name"], fields["field"]) == ("handedness_note", "left")
