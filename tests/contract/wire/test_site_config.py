"""The site's facts, who may read them, and the access rules of XAPI (wire-read 1.8, 1.9, 13.14)."""

from collections.abc import Callable

import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.conftest import Xnat
from tests.contract.wire.test_login import set_preference

CONFIG = "/xapi/siteConfig"

LEFT_OUT = [
    LeftOut("read 1.8", "no content 204 and already exists 409", "by the rooms where these are answers"),
    LeftOut("read 1.9", "path and mail settings", "a practice server has no such preferences: 404"),
    LeftOut(
        "read 1.8",
        "403 with the body false where a truth value is returned",
        "by the rooms that have such a method",
    ),
]


@fact("read 1.9")
def test_build_info_is_public_and_flat(xnat: Xnat) -> None:
    info = xnat.get(f"{CONFIG}/buildInfo", "").json()
    assert set(info) == {
        *("version", "buildNumber", "buildDate", "sha", "shaFull", "isDirty", "branch", "commit", "tag"),
        *("timestamp", "hostName", "displayHostName", "nodeId"),
    }
    assert all(isinstance(value, str) for value in info.values())
    assert info["version"] == "1.9.2.1"


@fact("read 1.9")
def test_one_value_of_the_build_info(xnat: Xnat) -> None:
    assert xnat.get(f"{CONFIG}/buildInfo/version", "").text == "1.9.2.1"
    assert xnat.get(f"{CONFIG}/buildInfo/nonsense", "").status_code == 404


@fact("read 1.9")
def test_uptime_is_strings_for_those_logged_in(fresh: Xnat) -> None:
    assert fresh.get(f"{CONFIG}/uptime", "").status_code == 401
    fresh.server.advance(86_400 + 2 * 3600)
    uptime = fresh.get(f"{CONFIG}/uptime").json()
    assert set(uptime) == {"days", "hours", "minutes", "seconds"}
    assert (uptime["days"], uptime["hours"]) == ("1", "2")
    assert all(isinstance(value, str) for value in uptime.values())


@fact("read 1.9")
def test_the_whole_config_is_what_the_caller_may_read(xnat: Xnat) -> None:
    plain, admin = xnat.get(CONFIG).json(), xnat.get(CONFIG, "root").json()
    assert set(plain) < set(admin)
    assert "checksums" in plain
    assert "requireLogin" not in plain
    assert "requireLogin" in admin
    assert xnat.get(CONFIG, "").status_code == 401


@fact("read 1.9")
def test_several_values_are_an_object_of_those_keys(xnat: Xnat) -> None:
    values = xnat.get(f"{CONFIG}/values/checksums,siteId").json()
    assert values == {"checksums": True, "siteId": "XNAT"}


@pytest.mark.parametrize("name", ["siteHome", "siteId", "siteLogoPath", "siteUrl"])
@fact("read 1.9", "siteHome, siteId, siteLogoPath, siteUrl and buildInfo are for all")
def test_for_all(xnat: Xnat, name: str) -> None:
    assert xnat.get(f"{CONFIG}/{name}", "").status_code == 200


ANY_LOGIN = [
    "checksums",
    "defaultProjectAutoArchiveSetting",
    "dicomFileNameTemplate",
    "enableDicomReceiver",
    "enableSitewideAnonymizationScript",
    "enableSitewideSeriesImportFilter",
    "failMergeOn",
    "projectAllowAutoArchive",
    "scanTypeMapping",
    "sessionXmlRebuilderInterval",
    "sessionXmlRebuilderRepeat",
    "sitewideAnonymizationScript",
    "sitewidePetMr",
    "sitewidePetTracers",
    "sitewideSeriesImportFilter",
    "sitewideSeriesImportFilterMode",
    "uiAllowNonAdminProjectCreation",
    "uiAllowProjectDelete",
    "uiAllowScanAddition",
    "uiExptAllowLabelChange",
    "uiExptAllowProjectChange",
    "uiExptAllowSubjectChange",
    "uiLoginFailureMessage",
    "zipExtensions",
]


@pytest.mark.parametrize("name", ANY_LOGIN)
@fact("read 1.9", "what concerns imports and the interface is for every login, and for no guest")
def test_for_any_login(xnat: Xnat, name: str) -> None:
    assert xnat.get(f"{CONFIG}/{name}", "zoe").status_code == 200
    assert xnat.get(f"{CONFIG}/{name}", "").status_code == 401


ADMINS = [
    "requireLogin",
    "sessionTimeout",
    "aliasTokenTimeout",
    "enableCsrfToken",
    "requireEventName",
    "requireChangeJustification",
    "interactiveAgentIds",
    "dataPaths",
]


@pytest.mark.parametrize("name", ADMINS)
@fact("read 1.9", "what concerns logins and audit is for administrators only")
def test_for_admins(xnat: Xnat, name: str) -> None:
    refused = xnat.get(f"{CONFIG}/{name}")
    assert (refused.status_code, refused.content) == (403, b"")
    assert xnat.get(f"{CONFIG}/{name}", "root").status_code == 200


@fact("read 1.9")
def test_an_unknown_key_is_404(xnat: Xnat) -> None:
    assert xnat.get(f"{CONFIG}/nonsense").status_code == 404


@pytest.mark.parametrize(
    ("name", "default"),
    [
        ("requireLogin", "true"),
        ("sessionTimeout", "15 minutes"),
        ("aliasTokenTimeout", "2 days"),
        ("maxFailedLogins", "20"),
        ("maxFailedLoginsLockoutDuration", "1 hour"),
        ("concurrentMaxSessions", "1000"),
        ("passwordExpirationInterval", "1 year"),
        ("enableCsrfToken", "true"),
        ("dataPaths", '["/xapi/**", "/data/**", "/REST/**", "/fs/**"]'),
        ("interactiveAgentIds", '[".*MSIE.*", ".*Mozilla.*", ".*AppleWebKit.*", ".*Opera.*"]'),
        ("checksums", "true"),
        ("zipCompressionMethod", "0"),
    ],
)
@fact("read 1.1", "the preferences of a fresh site")
def test_defaults(xnat: Xnat, name: str, default: str) -> None:
    assert xnat.get(f"{CONFIG}/{name}", "root").text == default


@fact("read 13.14")
def test_single_values_are_raw_text(xnat: Xnat) -> None:
    answer = xnat.get(f"{CONFIG}/siteId")
    assert answer.text == "XNAT"
    assert answer.headers["content-type"].startswith("text/plain")
    assert xnat.get(f"{CONFIG}/checksums").text == "true"


@fact("read 13.14")
def test_guests_get_401_or_403(settable: Xnat) -> None:
    assert settable.get(f"{CONFIG}/checksums", "").status_code == 401
    set_preference(settable, requireLogin=False)
    assert settable.get(f"{CONFIG}/checksums", "").status_code == 403


@fact("read 13.14")
def test_administrators_set_several_with_a_map(settable: Xnat) -> None:
    set_preference(settable, siteId="Q", checksums=False)
    assert settable.get(f"{CONFIG}/values/siteId,checksums").json() == {"siteId": "Q", "checksums": False}


@fact("read 13.14")
def test_administrators_set_one_with_plain_text(settable: Xnat) -> None:
    text = {"Content-Type": "text/plain"}
    assert settable.post(f"{CONFIG}/siteId", "root", content="Q", headers=text).status_code == 200
    assert settable.post(f"{CONFIG}/checksums", "root", content="false", headers=text).status_code == 200
    assert settable.get(f"{CONFIG}/values/siteId,checksums").json() == {"siteId": "Q", "checksums": False}


@fact("read 13.14")
def test_nobody_else_sets_anything(settable: Xnat) -> None:
    assert settable.post(CONFIG, json={"siteId": "Q"}).status_code == 403
    assert settable.post(f"{CONFIG}/siteId", content="Q").status_code == 403
    assert settable.post(CONFIG, "", json={"siteId": "Q"}).status_code == 401
    assert settable.get(f"{CONFIG}/siteId").text == "XNAT"


@fact("read 1.8")
def test_a_method_without_restriction_is_for_guests_too(xnat: Xnat) -> None:
    assert xnat.get(f"{CONFIG}/siteId", "").status_code == 200


@fact("read 1.8")
def test_a_guest_of_a_closed_site_is_challenged(xnat: Xnat) -> None:
    answer = xnat.get("/xapi/anonymize/projects/SRC", "")
    assert answer.status_code == 401
    assert "www-authenticate" in answer.headers


@fact("read 1.8")
def test_not_allowed_is_403_without_a_word(xnat: Xnat) -> None:
    answer = xnat.get("/xapi/anonymize/projects/SRC", "zoe")
    assert (answer.status_code, answer.content) == (403, b"")


@fact("read 1.8")
def test_an_unknown_project_is_403_and_404_for_administrators(xnat: Xnat) -> None:
    answer = xnat.get("/xapi/anonymize/projects/NOPE", "ada")
    assert (answer.status_code, answer.content) == (403, b"")
    assert xnat.get("/xapi/anonymize/projects/NOPE", "root").status_code == 404


@fact("read 1.8")
def test_an_unknown_project_is_404_for_all_data_users_too(world: Callable[..., Xnat]) -> None:
    xnat = world('[[users]]\nlogin = "dora"\nall_data = "access"\n')
    assert xnat.get("/xapi/anonymize/projects/NOPE", "dora").status_code == 404


@fact("read 1.8")
def test_errors_are_plain_text(xnat: Xnat) -> None:
    answer = xnat.post(CONFIG, "root", content=b"{")
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/plain")
    assert "<" not in answer.text
