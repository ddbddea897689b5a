"""Series import filters at work (wire-read 4.4, wire-write 1.7)."""

import json
from collections.abc import Iterator

import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.conftest import Xnat, serving
from tests.contract.wire.sending import files_at, image, lines, new_study, send

LEFT_OUT = [
    LeftOut(
        "read 4.4",
        "mode modalityMap",
        "its filters are expressions of another language; they are stored and let everything in",
    ),
]
WORLD = """
[[users]]
login = "ada"
projects = { FIL = "owner" }

[[users]]
login = "root"
admin = true

[[projects]]
id = "FIL"
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Xnat]:
    with serving(tmp_path_factory.mktemp("world"), WORLD) as running:
        yield running


CONFIG = "/data/projects/FIL/config/seriesImportFilter/config"


def put_filter(site: Xnat, **members: object) -> None:
    content = json.dumps({"mode": "blacklist", "enabled": True, **members})
    answer = site.put(f"{CONFIG}?inbody=true", content=content, headers={"Content-Type": "text/plain"})
    assert answer.status_code in (200, 201), answer.text


def site_filter(site: Xnat, **values: object) -> None:
    answer = site.post("/xapi/siteConfig", "root", json=values)
    assert answer.status_code == 200, answer.text


@pytest.fixture
def site(running: Xnat) -> Iterator[Xnat]:
    """The server, without filters afterwards."""
    yield running
    running.put(f"{CONFIG}?status=disabled")
    site_filter(running, enableSitewideSeriesImportFilter=False)


def came(site: Xnat, *descriptions: str | None, **tags: object) -> list[int]:
    """Which series of one upload were stored, by number from 1."""
    study = new_study()
    files = {
        f"{number}.dcm": image(study, 1, number, SeriesDescription=text, **tags)
        if text is not None
        else image(study, 1, number, **tags)
        for number, text in enumerate(descriptions, 1)
    }
    found = lines(send(site, files, "project=FIL&session=F"))
    return sorted(int(file["path"].partition(".")[0]) for line in found for file in files_at(site, line))


@fact("read 4.4")
def test_a_blacklist_drops_what_matches_and_says_nothing(site: Xnat) -> None:
    put_filter(site, list=".*localizer.*\nscout")
    assert came(site, "a Localizer here", "t1", "my scout 2") == [2]


@fact("read 4.4")
def test_a_whitelist_drops_all_others(site: Xnat) -> None:
    put_filter(site, mode="whitelist", list="t1\nt2")
    assert came(site, "T1 mprage", "flair", "T2") == [1, 3]


@fact("read 4.4", "patterns are found anywhere in the description, without regard to case")
def test_patterns_are_searched_without_regard_to_case(site: Xnat) -> None:
    put_filter(site, list="LOC")
    assert came(site, "a localizer", "block", "lo c") == [3]


@fact("read 4.4", "a series without a description matches nothing")
def test_a_series_without_a_description_matches_nothing(site: Xnat) -> None:
    put_filter(site, list=".*")
    assert came(site, None, "any") == [1]
    put_filter(site, mode="whitelist", list=".*")
    assert came(site, None, "any") == [2]


@fact("read 4.4", "enabled: false, a disabled entry, or none: everything comes in")
def test_a_filter_that_is_off_lets_everything_in(site: Xnat) -> None:
    put_filter(site, list="t1", enabled=False)
    assert came(site, "t1") == [1]
    put_filter(site, list="t1")
    assert came(site, "t1") == []
    assert site.put(f"{CONFIG}?status=disabled").status_code == 200
    assert came(site, "t1") == [1]


@fact("read 4.4", "a line in brackets names another element for what follows; # is a comment")
def test_a_list_may_look_at_other_elements(site: Xnat) -> None:
    put_filter(site, list="# comment\nscout\n[BurnedInAnnotation]\nYES\n[00080060]\nSR")
    assert came(site, "fine", "scout") == [1]
    assert came(site, "fine", BurnedInAnnotation="YES") == []
    assert came(site, "fine", Modality="SR") == []


@fact("read 4.4", "the site's own filter, by three preferences")
@pytest.mark.parametrize(("mode", "kept"), [("blacklist", [2]), ("whitelist", [1])])
def test_the_sites_filter_acts_for_every_project(site: Xnat, mode: str, kept: list[int]) -> None:
    site_filter(
        site,
        enableSitewideSeriesImportFilter=True,
        sitewideSeriesImportFilterMode=mode,
        sitewideSeriesImportFilter="scout",
    )
    assert came(site, "scout", "t1") == kept


@fact("read 4.4", "the site's filter and the project's both act")
def test_both_filters_act(site: Xnat) -> None:
    put_filter(site, list="t2")
    site_filter(
        site,
        enableSitewideSeriesImportFilter=True,
        sitewideSeriesImportFilterMode="blacklist",
        sitewideSeriesImportFilter="scout",
    )
    assert came(site, "scout", "t1", "t2") == [2]


@fact("write 1.7", "SI does not filter")
def test_the_session_importer_does_not_filter(site: Xnat) -> None:
    put_filter(site, list="scout")
    files = {"1.dcm": image(new_study(), SeriesDescription="scout")}
    (line,) = lines(send(site, files, "import-handler=SI&project=FIL&session=SI"))
    assert len(files_at(site, line)) == 1
