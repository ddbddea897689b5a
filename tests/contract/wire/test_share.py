"""Shares and what takes them back (wire-write 5.2, 5.4)."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.conftest import WORLD, Xnat

S = "/data/projects/SRC/subjects/001"
E = f"{S}/experiments/001_MR1"
NO_SHARING = WORLD.replace('id = "SRC"\n', 'id = "SRC"\nsharing = false\n', 1)
LEFT_OUT = [
    LeftOut("write 5.4", "the end of the text for foreign assessors", "only its beginning is known"),
]


def session(xnat: Xnat) -> dict[str, Any]:
    found: dict[str, Any]
    (found,) = [one for one in xnat.project("SRC")["sessions"] if one["label"] == "001_MR1"]
    return found


def subject(xnat: Xnat) -> dict[str, Any]:
    found: dict[str, Any]
    (found,) = xnat.project("SRC")["subjects"]
    return found


PUBLIC = {"project": "PUB", "label": "001"}
"""The share that the world begins with."""


def share(label: str = "", project: str = "DST") -> dict[str, str]:
    return {"project": project, "label": label}


@fact("write 5.2")
def test_a_session_is_shared_by_the_long_address(fresh: Xnat) -> None:
    answer = fresh.put(f"{E}/projects/DST?label=NEW")
    assert (answer.status_code, answer.text) == (200, session(fresh)["id"])
    assert share("NEW") in session(fresh)["shares"]
    assert session(fresh)["project"] == "SRC"
    assert session(fresh)["label"] == "001_MR1"


@fact("write 5.2")
def test_by_the_projects_address_it_is_200_by_label_and_201_by_id(fresh: Xnat) -> None:
    known = fresh.id_of("001_MR1")
    by_label = fresh.put("/data/projects/SRC/experiments/001_MR1/projects/DST?label=NEW")
    by_id = fresh.put(f"/data/projects/SRC/experiments/{known}/projects/PUB?label=X", "root")
    assert (by_label.status_code, by_label.text) == (200, known)
    assert by_id.status_code == 409  # shared into PUB from the beginning
    fresh.delete("/data/projects/PUB/experiments/X", "root")
    again = fresh.put(f"/data/projects/SRC/experiments/{known}/projects/PUB?label=X", "root")
    assert (again.status_code, again.text) == (201, known)


@fact("write 5.2")
def test_by_the_id_alone_it_is_201(fresh: Xnat) -> None:
    known = fresh.id_of("001_MR1")
    answer = fresh.put(f"/data/experiments/{known}/projects/DST?label=NEW")
    assert (answer.status_code, answer.text) == (201, known)


@fact("write 5.2")
def test_a_subject_is_shared_with_a_page_for_an_answer(fresh: Xnat) -> None:
    answer = fresh.put(f"{S}/projects/DST?label=NEW")
    assert answer.status_code == 200
    assert "html" in answer.headers["content-type"]
    assert subject(fresh)["shares"] == [PUBLIC, share("NEW")]
    known = subject(fresh)["id"]
    assert fresh.put(f"/data/subjects/{known}/projects/PROT?label=X", "root").status_code == 200


@fact("write 5.2")
def test_sharing_a_session_shares_its_scans_and_not_its_assessors(fresh: Xnat) -> None:
    fresh.put(f"{E}/assessors/A?xsiType=xnat:qcManualAssessorData")
    fresh.put(f"{E}/projects/DST?label=NEW")
    assert session(fresh)["assessors"][0]["shares"] == []
    again = fresh.put(f"{E}/scans/1/projects/DST")
    assert (again.status_code, fresh.headline(again)) == (409, "Already assigned to project: DST")


@fact("write 5.2")
def test_sharing_a_scan_shares_its_session_first(fresh: Xnat) -> None:
    answer = fresh.put(f"{E}/scans/1/projects/DST")
    assert answer.status_code == 200
    assert "html" in answer.headers["content-type"]
    assert share("001_MR1") in session(fresh)["shares"]
    assert fresh.put(f"{E}/scans/2/projects/DST").status_code == 200


@fact("write 5.2")
def test_an_assessor_is_shared_by_itself(fresh: Xnat) -> None:
    made = fresh.put(f"{E}/assessors/A?xsiType=xnat:qcManualAssessorData").text
    answer = fresh.put(f"{E}/assessors/A/projects/DST?label=B")
    assert (answer.status_code, answer.text) == (200, made)
    assert session(fresh)["assessors"][0]["shares"] == [share("B")]


@fact("write 5.2")
def test_a_session_may_be_shared_without_its_subject(fresh: Xnat) -> None:
    fresh.put(f"{E}/projects/DST?label=NEW")
    assert subject(fresh)["shares"] == [PUBLIC]
    labels = [row["label"] for row in fresh.rows("/data/projects/DST/subjects?format=json")]
    assert "001" not in labels


@fact("write 5.2")
def test_files_are_not_touched(fresh: Xnat) -> None:
    before = session(fresh)["scans"]
    fresh.put(f"{E}/projects/DST?label=NEW")
    assert session(fresh)["scans"] == before


@fact("write 5.2", "the statuses of sharing a session")
@pytest.mark.parametrize(
    ("path", "user", "status", "words"),
    [
        (f"{E}/projects/SRC", "ada", 409, "Already assigned to project:SRC"),
        (f"{E}/projects/PUB", "root", 409, "Already assigned to project:PUB"),
        (f"{E}/projects/NOPE", "ada", 404, "Unable to identify project: NOPE"),
        (f"{E}/projects/SRC", "zoe", 404, "has not found anything"),
        (
            "/data/projects/PROT/subjects/p/experiments/p_MR1/projects/PUB",
            "zoe",
            417,
            "Need PUT Contents",
        ),
        (
            f"{E}/projects/PROT",
            "ada",
            403,
            "Specified user account has insufficient create privileges for experiments in the PROT project.",
        ),
        (f"{E}/stray", "ada", 400, "malformed syntax"),
        (f"{E}X/projects/DST", "ada", 417, "Need PUT Contents"),
        (f"{S}/projects/NOPE", "ada", 404, "Unable to identify project: NOPE"),
        (
            f"{S}/projects/PROT",
            "ada",
            403,
            "Specified user account has insufficient create privileges for subjects in the PROT project.",
        ),
        (f"{S}/projects/SRC", "ada", 409, "Already assigned to project:SRC"),
        (f"{S}/stray", "ada", 400, "malformed syntax"),
        (f"{E}X/scans/1/projects/DST", "ada", 417, "Could not load session"),
        (f"{E}/scans/9/projects/DST", "ada", 417, "Could not load scan"),
        (f"{E}/scans/1/projects/NOPE", "ada", 404, "Unable to identify project: NOPE"),
    ],
)
def test_what_cannot_be_shared(xnat: Xnat, path: str, user: str, status: int, words: str) -> None:
    answer = xnat.put(path, user)
    assert answer.status_code == status
    assert words in xnat.headline(answer)


@fact("write 5.2", "a source that is not readable: 404 for experiments, 403 for subjects")
def test_a_source_that_is_not_readable(xnat: Xnat) -> None:
    known = xnat.id_of("p_MR1", "PROT")
    answer = xnat.put(f"/data/experiments/{known}/projects/DST", "ada")
    assert answer.status_code == 404
    words = "Specified user account has insufficient privileges for {} in this project."
    assert xnat.headline(answer) == words.format("experiments")
    (hidden,) = xnat.project("PROT")["subjects"]
    answer = xnat.put(f"/data/subjects/{hidden['id']}/projects/DST", "ada")
    assert (answer.status_code, xnat.headline(answer)) == (403, words.format("subjects"))


@fact("write 5.2")
def test_a_label_in_use_there_is_409(fresh: Xnat) -> None:
    fresh.put("/data/projects/DST/subjects/009/experiments/TAKEN?xsiType=xnat:mrSessionData")
    for path in (f"{E}/projects/DST?label=TAKEN", f"{S}/projects/DST?label=009"):
        answer = fresh.put(path)
        assert answer.status_code == 409
        assert fresh.headline(answer).startswith("Label already in use:")


@fact("write 5.2")
def test_where_sharing_is_switched_off_it_is_403(world: Callable[..., Xnat]) -> None:
    xnat = world(NO_SHARING)
    for path in (f"{E}/projects/DST", f"{S}/projects/DST", f"{E}/projects/DST?primary=true"):
        answer = xnat.put(path)
        assert (answer.status_code, xnat.headline(answer)) == (403, "Sharing is not allowed.")


@fact("write 5.2")
def test_another_label_for_a_share_is_saved_and_still_409(fresh: Xnat) -> None:
    fresh.put(f"{E}/projects/DST?label=first")
    answer = fresh.put(f"{E}/projects/DST?label=second")
    assert (answer.status_code, fresh.headline(answer)) == (409, "Already assigned to project:DST")
    assert share("second") in session(fresh)["shares"]


@fact("write 5.2")
def test_who_may_not_edit_there_changes_no_share(fresh: Xnat) -> None:
    fresh.put(f"{E}/projects/DST?label=first")
    fresh.put(f"{S}/projects/DST?label=first")
    for path in (E, S):
        assert fresh.put(f"{path}/projects/DST?label=second", "carl").status_code == 500
    assert share("first") in session(fresh)["shares"]
    assert share("first") in subject(fresh)["shares"]


@fact("write 5.2")
def test_a_label_for_a_share_that_has_none_is_500(fresh: Xnat) -> None:
    fresh.put(f"{E}/projects/DST")
    assert fresh.put(f"{E}/projects/DST?label=late").status_code == 500
    assert share("") in session(fresh)["shares"]


@fact("write 5.2")
def test_another_label_for_a_subjects_share_is_200(fresh: Xnat) -> None:
    fresh.put(f"{S}/projects/DST?label=first")
    assert fresh.put(f"{S}/projects/DST?label=second").status_code == 200
    assert subject(fresh)["shares"] == [PUBLIC, share("second")]
    again = fresh.put(f"{S}/projects/DST?label=second")
    assert (again.status_code, fresh.headline(again)) == (409, "Already assigned to project:DST")


@fact("write 5.2")
@pytest.mark.parametrize(("position", "shown"), [("true", "001_MR1"), ("false", "")])
def test_the_label_that_lists_show_for_a_share_without_one(
    world: Callable[..., Xnat], position: str, shown: str
) -> None:
    switch = f"[server]\nunconfirmed = {{ share_without_label_shows_the_owners = {position} }}\n"
    xnat = world(switch + WORLD)
    xnat.put(f"{E}/projects/DST")
    rows = xnat.rows("/data/projects/DST/experiments?format=json")
    assert [row["label"] for row in rows if row["ID"] == session(xnat)["id"]] == [shown]


@fact("write 5.4")
@fact("read 13.17")
def test_a_share_is_taken_back_by_either_address(fresh: Xnat) -> None:
    for address in (f"{E}/projects/DST", "/data/projects/DST/experiments/NEW"):
        fresh.put(f"{E}/projects/DST?label=NEW")
        answer = fresh.delete(address, "root")
        assert (answer.status_code, answer.text) == (200, "")
        assert session(fresh)["shares"] == [share("001_shared", "PUB")]
    fresh.put(f"{S}/projects/DST?label=NEW")
    assert fresh.delete("/data/projects/DST/subjects/NEW", "root").status_code == 200
    assert subject(fresh)["shares"] == [PUBLIC]
    assert len(session(fresh)["scans"]) == 2


@fact("read 3.1")
@fact("write 5.4")
def test_the_owner_of_a_receiving_project_may_only_un_share(fresh: Xnat) -> None:
    fresh.put("/data/projects/ZOES", "zoe")
    assert fresh.put(f"{E}/projects/ZOES?label=NEW", "root").status_code == 200
    address = "/data/projects/ZOES/experiments/NEW"
    assert fresh.put(f"{address}?note=n", "zoe").status_code == 403
    assert fresh.put(f"{address}/projects/PUB?primary=true", "zoe").status_code == 403
    assert fresh.delete(f"{E}/resources/BIDS/files", "zoe").status_code in (403, 404)
    assert session(fresh)["fields"] == {}
    assert fresh.delete(address, "zoe").status_code == 200
    assert session(fresh)["shares"] == [share("001_shared", "PUB")]


@fact("write 5.4")
def test_members_of_a_receiving_project_do_not_un_share(fresh: Xnat) -> None:
    fresh.put(f"{E}/projects/DST?label=NEW")
    answer = fresh.delete("/data/projects/DST/experiments/NEW", "mem")
    assert answer.status_code == 403
    assert fresh.headline(answer) == "User cannot delete experiments for project DST"


@fact("write 5.4")
def test_un_sharing_from_the_owner_is_a_real_deletion(fresh: Xnat) -> None:
    assert fresh.delete(f"{E}/projects/SRC").status_code == 200
    assert fresh.project("SRC")["sessions"] == []


@fact("write 5.4")
def test_a_tail_that_is_no_project_is_400_and_deletes_nothing(xnat: Xnat) -> None:
    answer = xnat.delete(f"{E}/scan")
    assert answer.status_code == 400
    assert xnat.headline(answer) == "Illegal file path 'scan' does not start with 'projects/'."
    assert session(xnat)["label"] == "001_MR1"


@fact("write 5.4")
def test_a_share_stays_where_the_receiver_owns_assessors(fresh: Xnat) -> None:
    fresh.put(f"{E}/assessors/A?xsiType=xnat:qcManualAssessorData")
    fresh.put(f"{E}/projects/DST?label=NEW")
    fresh.put(f"{E}/assessors/A/projects/DST?primary=true", "root")
    answer = fresh.delete("/data/projects/DST/experiments/NEW", "root")
    assert answer.status_code == 403
    words = "This operation would delete an experiment (rather than un-share)"
    assert fresh.headline(answer).startswith(words)
    assert share("NEW") in session(fresh)["shares"]
