"""The configuration service (wire-read 4.2, 4.4, 13.6, 13.15, 13.16)."""

import json

import pytest

from tests.contract.facts import fact
from tests.contract.wire.conftest import Xnat

COLUMNS = {
    *("tool", "path", "project", "user", "create_date", "reason", "contents"),
    *("unversioned", "version", "status"),
}
SRC = "/data/projects/SRC/config"
BOTH = pytest.mark.parametrize("base", ["/data/config", SRC])


def put(xnat: Xnat, path: str, contents: str = "one", user: str = "root", **query: str) -> int:
    return xnat.put(path, user, params={"inbody": "true", **query}, content=contents).status_code


@fact("read 4.2")
@BOTH
def test_without_a_tool_the_tools_are_listed(shared: Xnat, base: str) -> None:
    put(shared, f"{base}/first/a")
    put(shared, f"{base}/first/b")
    put(shared, f"{base}/second/a")
    tools = [row["tool"] for row in shared.rows(base)]
    assert {"first", "second"} <= set(tools)
    assert len(tools) == len(set(tools))
    assert all(set(row) == {"tool"} for row in shared.rows(base))


@fact("read 4.2")
@BOTH
def test_a_tool_without_a_path_lists_its_entries(shared: Xnat, base: str) -> None:
    put(shared, f"{base}/entries/a", "1")
    put(shared, f"{base}/entries/b/c", "2")
    rows = shared.rows(f"{base}/entries?format=json")
    assert {row["path"]: row["contents"] for row in rows} == {"a": "1", "b/c": "2"}


@fact("read 4.2")
def test_tool_and_path_are_one_row_without_a_total(shared: Xnat) -> None:
    put(shared, f"{SRC}/row/deep/path", "<raw> & text\n")
    result = shared.get(f"{SRC}/row/deep/path?format=json").json()["ResultSet"]
    assert "totalRecords" not in result
    (row,) = result["Result"]
    assert set(row) == COLUMNS
    assert row["contents"] == "<raw> & text\n"
    shown = [row[name] for name in ("tool", "path", "project", "user", "unversioned", "version", "status")]
    assert shown == ["row", "deep/path", "SRC", "root", "false", "1", "enabled"]


@fact("read 4.2")
@BOTH
def test_contents_true_is_the_raw_text(shared: Xnat, base: str) -> None:
    put(shared, f"{base}/raw/a", "true")
    answer = shared.get(f"{base}/raw/a?contents=true")
    assert (answer.status_code, answer.text) == (200, "true")
    assert answer.headers["content-type"].startswith("text/plain")


@fact("read 4.2")
def test_contents_true_of_what_is_absent_or_disabled_is_404(shared: Xnat) -> None:
    put(shared, f"{SRC}/gone/a")
    assert shared.put(f"{SRC}/gone/a?status=disabled").status_code == 200
    for path in ("gone/a", "gone/never"):
        assert shared.get(f"{SRC}/{path}?contents=true").status_code == 404
        assert shared.get(f"{SRC}/{path}?contents=true&accept-not-found=true").status_code == 204


@fact("read 4.2")
def test_a_disabled_entry_is_still_shown_as_a_row(shared: Xnat) -> None:
    put(shared, f"{SRC}/off/a", "kept")
    shared.put(f"{SRC}/off/a?status=disabled")
    (row,) = shared.rows(f"{SRC}/off/a?format=json")
    assert (row["status"], row["contents"]) == ("disabled", "kept")
    shared.put(f"{SRC}/off/a?status=enabled")
    (row,) = shared.rows(f"{SRC}/off/a?format=json")
    assert (row["status"], row["contents"]) == ("enabled", "kept")


@fact("read 4.2")
def test_meta_true_leaves_the_contents_out(shared: Xnat) -> None:
    put(shared, f"{SRC}/meta/a", "long")
    (row,) = shared.rows(f"{SRC}/meta/a?meta=true")
    assert (row["contents"], row["status"]) == ("", "enabled")


@fact("read 4.2")
@BOTH
def test_older_versions_stay(shared: Xnat, base: str) -> None:
    for contents in ("one", "two", "three"):
        put(shared, f"{base}/versions/a", contents)
    assert shared.rows(f"{base}/versions/a")[0]["version"] == "3"
    (row,) = shared.rows(f"{base}/versions/a?version=2")
    assert (row["contents"], row["version"]) == ("two", "2")
    assert shared.get(f"{base}/versions/a?version=2&contents=true").text == "two"
    assert shared.get(f"{base}/versions/a?version=9").status_code == 404
    history = shared.rows(f"{base}/versions/a?action=getHistory")
    assert [row["contents"] for row in history] == ["one", "two", "three"]


@fact("read 4.2")
def test_default_to_site_wide_falls_back_on_the_site(shared: Xnat) -> None:
    put(shared, "/data/config/fallback/a", "of the site")
    assert shared.get(f"{SRC}/fallback/a?contents=true").status_code == 404
    asked = f"{SRC}/fallback/a?contents=true&defaultToSiteWide=true"
    assert shared.get(asked).text == "of the site"
    put(shared, f"{SRC}/fallback/a", "of the project")
    assert shared.get(asked).text == "of the project"


@fact("read 4.2")
@fact("read 13.6")
def test_a_project_that_cannot_be_seen_is_404_and_one_that_cannot_be_read_403(xnat: Xnat) -> None:
    assert xnat.get(SRC, "zoe").status_code == 404
    assert xnat.get("/data/projects/NONE/config/a/b", "root").status_code == 404
    assert xnat.get("/data/projects/PROT/config/a/b", "zoe").status_code == 403
    assert xnat.get("/data/projects/PUB/config/a/b?accept-not-found=true", "zoe").status_code == 204


@fact("read 4.2")
@pytest.mark.parametrize("path", [f"{SRC}", f"{SRC}/tool", f"{SRC}/tool/path", "/data/config/tool"])
def test_nothing_configured_is_404(xnat: Xnat, path: str) -> None:
    assert xnat.get(path).status_code == 404


@fact("read 4.2")
@fact("read 13.6")
@pytest.mark.parametrize("user", ["mem", "carl", "zoe"])
def test_only_owners_set_and_disable_a_projects(xnat: Xnat, user: str) -> None:
    assert put(xnat, f"{SRC}/owners/a", user=user) == 403
    assert xnat.put(f"{SRC}/owners/a?status=enabled", user).status_code == 403
    assert xnat.delete(f"{SRC}/owners/a", user).status_code == 403


@fact("read 4.2")
def test_only_admins_set_the_sites_and_every_login_reads_it(shared: Xnat) -> None:
    assert put(shared, "/data/config/admins/a", user="ada") == 403
    assert shared.delete("/data/config/admins/a", "ada").status_code == 403
    assert put(shared, "/data/config/admins/a", user="root") == 201
    assert shared.get("/data/config/admins/a?contents=true", "zoe").text == "one"


@fact("read 4.2")
@BOTH
def test_201_when_it_is_new_and_200_when_it_existed(shared: Xnat, base: str) -> None:
    codes = [put(shared, f"{base}/codes/a", text) for text in ("one", "two", "two")]
    assert codes == [201, 200, 200]


@fact("read 4.2", "putting the same again makes no version")
def test_the_same_again_makes_no_version(shared: Xnat) -> None:
    put(shared, f"{SRC}/same/a", "same")
    put(shared, f"{SRC}/same/a", "same")
    assert len(shared.rows(f"{SRC}/same/a?action=getHistory")) == 1


@fact("read 4.2")
def test_a_json_body_has_contents_and_status(shared: Xnat) -> None:
    body = {"contents": "by json", "status": "disabled"}
    assert shared.put(f"{SRC}/json/a", json=body).status_code == 201
    (row,) = shared.rows(f"{SRC}/json/a")
    assert (row["contents"], row["status"]) == ("by json", "disabled")
    assert shared.put(f"{SRC}/json/a", json={"status": "enabled"}).status_code == 200
    assert shared.get(f"{SRC}/json/a?contents=true").text == "by json"


@fact("read 4.2")
def test_a_bad_status_is_400_and_so_is_nothing(shared: Xnat) -> None:
    put(shared, f"{SRC}/bad/a")
    assert shared.put(f"{SRC}/bad/a?status=perhaps").status_code == 400
    assert shared.put(f"{SRC}/bad/a", json={"contents": "x", "status": "perhaps"}).status_code == 400
    assert shared.put(f"{SRC}/bad/a").status_code == 400
    assert shared.get(f"{SRC}/bad/a?contents=true").text == "one"


@fact("read 4.2", "a body that is neither JSON nor inbody nor of a known type is no contents")
def test_a_body_of_no_known_type_is_no_contents(shared: Xnat) -> None:
    answer = shared.put(f"{SRC}/nobody/a", content="text")
    assert (answer.status_code, shared.headline(answer)) == (500, "No contents provided")


@fact("read 4.2")
def test_delete_disables(shared: Xnat) -> None:
    put(shared, f"{SRC}/deleted/a", "kept")
    assert shared.delete(f"{SRC}/deleted/a").status_code == 200
    (row,) = shared.rows(f"{SRC}/deleted/a?format=json")
    assert (row["status"], row["contents"]) == ("disabled", "kept")


@fact("read 4.4")
def test_the_series_filter_is_a_row_whose_contents_are_json(xnat: Xnat) -> None:
    (row,) = xnat.rows("/data/projects/DST/config/seriesImportFilter/config?format=json")
    assert row["status"] == "enabled"
    contents = json.loads(row["contents"])
    assert (contents["mode"], contents["enabled"], contents["list"]) == ("blacklist", True, ".*localizer.*")
    assert xnat.get(f"{SRC}/seriesImportFilter/config?format=json").status_code == 404


@fact("read 4.4")
def test_the_sites_filter_is_three_preferences(xnat: Xnat) -> None:
    values = xnat.get("/xapi/siteConfig", "zoe").json()
    assert values["enableSitewideSeriesImportFilter"] is False
    assert values["sitewideSeriesImportFilter"] == ""
    assert values["sitewideSeriesImportFilterMode"] == "blacklist"


@fact("read 13.15")
@pytest.mark.parametrize("rules", ["projectRules", "subjectRules", "sessionRules"])
def test_routing_rules_are_a_configuration_one_a_line(shared: Xnat, rules: str) -> None:
    text = "(0008,0050):^[0-9]{4}(.*):1 t:9 r:X\n(0010,0010):.*_([\\w]+)"
    assert put(shared, f"/data/config/dicom/{rules}", text) == 201
    assert shared.get(f"/data/config/dicom/{rules}?contents=true").text == text


@fact("read 13.15")
@pytest.mark.parametrize("change", ["PUT", "DELETE"])
def test_disabling_a_rule_that_was_never_set_is_500(xnat: Xnat, change: str) -> None:
    path = "/data/config/dicom/subjectRules" + ("?status=disabled" if change == "PUT" else "")
    assert xnat.send(change, path, "root").status_code == 500


@fact("read 13.16")
@fact("read 4.5", "the project's PET/MR setting")
def test_the_pet_mr_setting_is_separate_petmr_config(shared: Xnat) -> None:
    assert put(shared, f"{SRC}/separatePETMR/config", "separate", "ada") == 201
    assert shared.get(f"{SRC}/separatePETMR/config?contents=true", "carl").text == "separate"


@fact("read 13.12", "an alias of a project works for its settings, too")
def test_an_alias_works_for_the_settings_of_a_project(fresh: Xnat) -> None:
    assert fresh.put("/data/projects/SRC?alias=notes").status_code == 200
    assert fresh.put("/data/projects/notes/prearchive_code/4").status_code == 200
    assert fresh.get("/data/projects/SRC/prearchive_code").text == "4"
    assert put(fresh, "/data/projects/notes/config/a/b") == 201
    assert fresh.get(f"{SRC}/a/b?contents=true").text == "one"
    assert fresh.get("/data/projects/notes/config/a/b?contents=true").text == "one"
