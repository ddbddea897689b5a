"""Facts that nobody could confirm and that belong to no other file: each switch, both ways."""

from collections.abc import Callable

import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.conftest import WORLD, Xnat
from tests.contract.wire.sending import image, new_study, send
from tests.contract.wire.test_login import BROWSER

LEFT_OUT = [
    LeftOut(
        "read 4.5", "the first version with custom fields", "they are there whatever version a world names"
    ),
    LeftOut("read 2.1", "the first version with paging", "it is there whatever version a world names"),
]


def switched(world: Callable[..., Xnat], name: str, on: bool) -> Xnat:
    """A server with one switch set."""
    return world(f"[server]\nunconfirmed = {{ {name} = {str(on).lower()} }}\n" + WORLD)


@fact("write 1.9", "how labels from DICOM are cleaned at receipt is open: a switch")
@pytest.mark.parametrize(("on", "name"), [(True, "Sample_Patient_"), (False, "Sample Patient?")])
def test_a_label_from_dicom(world: Callable[..., Xnat], on: bool, name: str) -> None:
    xnat = switched(world, "dicom_labels_are_cleaned_at_receipt", on)
    send(xnat, {"1.dcm": image(new_study(), PatientName="Sample Patient?", PatientID="L")}, "project=SRC")
    (row,) = xnat.project("SRC")["prearchive"]
    assert row["subject"] == name
    assert xnat.post(f"/data{row_url(xnat)}?action=build").status_code == 200
    assert xnat.post(f"/data/services/archive?src={row_url(xnat)}").status_code == 200
    assert "Sample_Patient_" in {one["label"] for one in xnat.project("SRC")["subjects"]}


def row_url(xnat: Xnat) -> str:
    """The address of the only row."""
    (row,) = xnat.rows("/data/prearchive/projects/SRC")
    return row["url"]


@fact("read 1.5", "whether a CSRF token counts in a multipart body is open: a switch")
@pytest.mark.parametrize(("on", "status"), [(False, 500), (True, 200)])
def test_a_token_in_a_multipart_body(world: Callable[..., Xnat], on: bool, status: int) -> None:
    xnat = switched(world, "multipart_carries_the_csrf_token", on)
    session, token = xnat.get("/data/JSESSION?CSRF=true").text.split("; XNAT_CSRF=")
    headers = {"Cookie": f"JSESSIONID={session}", **BROWSER}
    sent = xnat.post("/data/JSESSION", "", headers=headers, files={"XNAT_CSRF": (None, token)})
    assert sent.status_code == status
    wrong = xnat.post("/data/JSESSION", "", headers=headers, files={"XNAT_CSRF": (None, "nonsense")})
    assert wrong.status_code == 500


@fact(
    "write 0.5",
    "the status of an exception thrown in a constructor, the prearchive list's, is open: a switch",
)
@pytest.mark.parametrize(("on", "status"), [(False, 403), (True, 404)])
def test_a_prearchive_list_that_is_refused(world: Callable[..., Xnat], on: bool, status: int) -> None:
    xnat = switched(world, "prearchive_list_refusal_is_404", on)
    assert xnat.get("/data/prearchive/projects/SRC", "carl").status_code == status
    assert xnat.get("/data/prearchive/projects/SRC").status_code == 200


@fact("read 3.2", "the status of files of a session that one may not read is open: a switch")
@pytest.mark.parametrize(("on", "status"), [(True, 500), (False, 404)])
def test_files_of_a_hidden_session(world: Callable[..., Xnat], on: bool, status: int) -> None:
    xnat = switched(world, "files_of_hidden_sessions_are_500", on)
    path = f"/data/experiments/{xnat.id_of('p_MR1', 'PROT')}/scans/1/files"
    assert xnat.get(path, "zoe").status_code == status
    assert xnat.get(path, "root").status_code == 200
    assert xnat.get("/data/experiments/XNAT_E99999/scans/1/files", "zoe").status_code == 500
