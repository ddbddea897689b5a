"""Scans by PUT and POST (wire-write 4.3, wire-read 13.11)."""

from typing import Any

import pytest

from tests.contract.facts import fact
from tests.contract.wire.conftest import Xnat

SESSION = "/data/projects/SRC/subjects/001/experiments/001_MR1"
SCANS = f"{SESSION}/scans"
MR = "xsiType=xnat:mrScanData"


def scan(xnat: Xnat, identifier: str) -> dict[str, Any]:
    found: dict[str, Any]
    (session,) = xnat.project("SRC")["sessions"]
    (found,) = [one for one in session["scans"] if one["id"] == identifier]
    return found


@fact("write 4.3")
def test_a_scan_is_200_without_a_body_new_or_not(fresh: Xnat) -> None:
    for _ in range(2):
        answer = fresh.put(f"{SCANS}/9?{MR}&type=T1&quality=usable&series_description=words")
        assert (answer.status_code, answer.text) == (200, "")
    found = scan(fresh, "9")
    assert (found["type"], found["quality"], found["series_description"]) == ("T1", "usable", "words")


@fact("write 4.3")
def test_a_known_scan_needs_no_type(fresh: Xnat) -> None:
    answer = fresh.put(f"{SCANS}/1?quality=unusable&note=bad")
    assert (answer.status_code, scan(fresh, "1")["quality"], scan(fresh, "1")["note"]) == (
        200,
        "unusable",
        "bad",
    )


@fact("write 4.3")
def test_a_scan_can_be_put_by_the_sessions_id(fresh: Xnat) -> None:
    answer = fresh.put(f"/data/experiments/{fresh.id_of('001_MR1')}/scans/9?{MR}")
    assert answer.status_code == 200
    assert scan(fresh, "9")["id"] == "9"


@fact("write 4.3")
def test_slash_and_comma_in_an_id_are_spelt_out(fresh: Xnat) -> None:
    fresh.put(f"{SCANS}/a[SLASH]b[COMMA]c?{MR}")
    assert scan(fresh, "a/b,c")["id"] == "a/b,c"


@fact("write 4.3")
def test_data_deletion_is_not_applied_to_scans(fresh: Xnat) -> None:
    document = (
        '<xnat:MRScan xmlns:xnat="http://nrg.wustl.edu/xnat" ID="1"><xnat:note>n</xnat:note></xnat:MRScan>'
    )
    fresh.put(
        f"{SCANS}/1?allowDataDeletion=true", content=document, headers={"Content-Type": "application/xml"}
    )
    found = scan(fresh, "1")
    assert (found["note"], found["type"]) == ("n", "loc[red]")


@fact("read 13.11")
def test_the_path_of_another_type_is_200_and_ignored(fresh: Xnat) -> None:
    answer = fresh.put(f"{SCANS}/1?xnat:ctScanData/note=ignored&xnat:mrScanData/coil=head")
    assert answer.status_code == 200
    assert (scan(fresh, "1")["note"], scan(fresh, "1")["fields"]) == ("", {"coil": "head"})


@fact("write 4.3", "the statuses of a scan's PUT")
@pytest.mark.parametrize(
    ("path", "user", "status", "words"),
    [
        (
            f"{SCANS}/9?xsiType=xnat:imageScanData",
            "ada",
            400,
            "Multiple scan modalities can be associated here.  Please retry with the specification of a "
            "particular modality (i.e. ?xsiType=xnat:mrScanData).",
        ),
        (
            f"{SCANS}/9?xsiType=xnat:subjectData",
            "ada",
            400,
            "Only Scan documents can be PUT to this address. ",
        ),
        (
            f"{SCANS}/9?{MR}",
            "carl",
            403,
            "Specified user account has insufficient create privileges for sessions in this project.",
        ),
        (
            f"{SCANS}/1?{MR}",
            "carl",
            403,
            "Specified user account has insufficient edit privileges for sessions in this project.",
        ),
        (
            f"{SESSION}X/scans/9?{MR}&xnat:mrScanData/image_session_ID=NOPE",
            "ada",
            404,
            "Specified image session doesn't exist.",
        ),
        (f"{SCANS}/1?xsiType=xnat:ctScanData", "ada", 409, "Specified xsiType differs from existing xsiType"),
        (f"{SCANS}/9?type=T1", "ada", 417, "Need PUT Contents"),
        (
            f"{SESSION}X/scans/9?{MR}",
            "ada",
            417,
            "Specified scan must reference a valid image session.",
        ),
        (f"{SCANS}/9/stray?{MR}", "ada", 400, "malformed syntax"),
    ],
)
def test_what_a_scan_cannot_be(xnat: Xnat, path: str, user: str, status: int, words: str) -> None:
    answer = xnat.put(path, user)
    assert answer.status_code == status
    assert words in xnat.headline(answer)


@fact("write 4.3")
def test_a_post_to_the_scans_answers_200_with_the_address(fresh: Xnat) -> None:
    answer = fresh.post(f"{SCANS}?{MR}&ID=9")
    assert answer.status_code == 200
    assert answer.text == answer.headers["location"] == f"{fresh.server.url}{SCANS}/9"
    assert fresh.post(f"{SCANS}?{MR}").text == f"{fresh.server.url}{SCANS}/3"
    again = fresh.post(f"{SCANS}?{MR}&ID=9")
    assert (again.status_code, fresh.headline(again)) == (409, "Specified scan already exists.")
