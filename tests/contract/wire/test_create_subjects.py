"""Subjects by PUT and POST (wire-write 4.1)."""

import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.conftest import Xnat

S = "/data/projects/SRC/subjects"
LEFT_OUT = [
    LeftOut("write 4.1", "a subject's document that holds experiments", "no client of the wire sends one"),
    LeftOut(
        "write 4.1", "the whole validation report", "its words are the generated classes', not published"
    ),
]


def subject(xnat: Xnat, label: str, project: str = "SRC") -> dict[str, object]:
    found: dict[str, object]
    (found,) = [one for one in xnat.project(project)["subjects"] if one["label"] == label]
    return found


@fact("write 4.1")
def test_a_new_subject_is_201_with_its_id_and_no_newline(fresh: Xnat) -> None:
    answer = fresh.put(f"{S}/NEW")
    assert answer.status_code == 201
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text == subject(fresh, "NEW")["id"]
    assert answer.text.startswith("XNAT_S")


@fact("write 4.1")
def test_a_known_subject_is_200_with_its_id_by_label_or_by_id(fresh: Xnat) -> None:
    made = fresh.put(f"{S}/NEW").text
    for name in ("NEW", made):
        answer = fresh.put(f"{S}/{name}?gender=female")
        assert (answer.status_code, answer.text) == (200, made)


@fact("write 4.1")
def test_fields_come_by_shortcut_and_by_schema_path(fresh: Xnat) -> None:
    fresh.put(f"{S}/NEW?gender=female&yob=1960&group=control&xnat:subjectData/src=clinic")
    fields = subject(fresh, "NEW")["fields"]
    assert fields == {
        "demographics/gender": "female",
        "demographics/yob": "1960",
        "group": "control",
        "src": "clinic",
    }


SHORTCUTS = {
    **dict.fromkeys(("group", "src", "pi_firstname", "pi_lastname", "age", "handedness", "ses"), "1"),
    **dict.fromkeys(("educationDesc", "race", "ethnicity", "weight", "height", "gestational_age"), "1"),
    **{"dob": "1960-01-02", "yob": "1960", "education": "12", "gender": "male"},
}
BELOW = {"group": "group", "src": "src"}
BELOW |= {"pi_firstname": "investigator/firstname", "pi_lastname": "investigator/lastname"}


@fact("write 4.1")
def test_every_shortcut_of_a_subject_is_stored_by_its_path(fresh: Xnat) -> None:
    fresh.put(f"{S}/NEW", params=SHORTCUTS)
    wanted = {BELOW.get(name, f"demographics/{name}"): value for name, value in SHORTCUTS.items()}
    assert subject(fresh, "NEW")["fields"] == wanted


@fact("write 4.1")
@pytest.mark.parametrize("prefix", ["/REST", "/data/archive", "/REST/archive"])
def test_the_same_under_every_prefix(fresh: Xnat, prefix: str) -> None:
    path = f"{prefix}/projects/SRC/subjects/NEW"
    assert fresh.put(path).status_code == 201
    assert fresh.delete(path).status_code == 200


@fact("write 0.3")
def test_parameters_are_stored_escaped(fresh: Xnat) -> None:
    fresh.put(f"{S}/NEW", params={"group": "a & b"})
    assert subject(fresh, "NEW")["fields"] == {"group": "a &amp; b"}


@fact("write 4.1")
def test_a_new_subject_takes_the_label_parameter_over_the_path(fresh: Xnat) -> None:
    fresh.put(f"{S}/NEW?label=OTHER")
    assert [one["label"] for one in fresh.project("SRC")["subjects"]] == ["001", "OTHER"]


@fact("write 4.1")
def test_a_label_for_a_known_subject_is_rename_or_nothing(fresh: Xnat) -> None:
    same = fresh.put(f"{S}/001?label=001&gender=male")
    assert (same.status_code, same.text, subject(fresh, "001")["fields"]) == (200, "", {})
    renamed = fresh.put(f"{S}/001?label=002&gender=male")
    assert (renamed.status_code, renamed.text, subject(fresh, "002")["fields"]) == (200, "", {})


@fact("write 4.1")
def test_a_document_says_the_same_as_parameters(fresh: Xnat) -> None:
    document = (
        '<xnat:Subject xmlns:xnat="http://nrg.wustl.edu/xnat" group="g" src="s"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        '<xnat:demographics xsi:type="xnat:demographicData">'
        "<xnat:gender>male</xnat:gender></xnat:demographics>"
        '<xnat:fields><xnat:field name="eyes">blue</xnat:field></xnat:fields></xnat:Subject>'
    )
    answer = fresh.put(f"{S}/NEW", content=document, headers={"Content-Type": "text/xml"})
    assert answer.status_code == 201
    assert subject(fresh, "NEW")["fields"] == {"group": "g", "src": "s", "demographics/gender": "male"}


@fact("write 4.1")
def test_a_multipart_document_is_read_too(fresh: Xnat) -> None:
    document = b'<xnat:Subject xmlns:xnat="http://nrg.wustl.edu/xnat" group="g"/>'
    fresh.put(f"{S}/NEW", files={"upload": ("s.xml", document, "text/xml")})
    assert subject(fresh, "NEW")["fields"] == {"group": "g"}


@fact("write 4.1")
def test_load_existing_false_and_data_deletion_leave_only_what_was_sent(fresh: Xnat) -> None:
    fresh.put(f"{S}/NEW?group=a&gender=male")
    fresh.put(f"{S}/NEW?group=b&allowDataDeletion=true")
    assert subject(fresh, "NEW")["fields"] == {"group": "b", "demographics/gender": "male"}
    fresh.put(f"{S}/NEW?group=c&allowDataDeletion=true&loadExisting=false")
    assert subject(fresh, "NEW")["fields"] == {"group": "c"}


@fact("write 4.1", "the statuses of a subject's PUT")
@pytest.mark.parametrize(
    ("path", "user", "status", "words"),
    [
        (
            f"{S}/NEW",
            "carl",
            403,
            "Specified user account has insufficient create privileges for subjects in this project.",
        ),
        (
            f"{S}/001",
            "carl",
            403,
            "Specified user account has insufficient edit privileges for subjects in this project.",
        ),
        (
            "/data/projects/PROT/subjects/NEW",
            "ada",
            403,
            "Specified user account has insufficient create privileges for subjects in this project.",
        ),
        (f"{S}/NEW?ID=a.b", "ada", 417, "Invalid character in subject label."),
        (
            f"{S}/NEW",
            "zoe",
            422,
            "Submitted subject record must include the project attribute.",
        ),
        (
            "/data/projects/NOPE/subjects/NEW",
            "ada",
            422,
            "Submitted subject record must include the project attribute.",
        ),
        (f"{S}/001?ID=XNAT_S99999", "ada", 400, "ID cannot be modified"),
        (
            f"{S}/NEW?xnat:subjectData/project=DST",
            "ada",
            409,
            "Project must be modified through separate URI.",
        ),
        (f"{S}/001?dob=yesterday", "ada", 400, "malformed syntax"),
        (f"{S}/a.b", "ada", 500, "The server encountered an unexpected condition"),
        (f"{S}/NEW?label=a%20b", "ada", 500, "The server encountered an unexpected condition"),
        (
            f"{S}/NEW?xsiType=xnat:mrSessionData",
            "ada",
            422,
            "Only xnat:Subject documents can be PUT to this address.",
        ),
    ],
)
def test_what_a_subject_cannot_be(xnat: Xnat, path: str, user: str, status: int, words: str) -> None:
    answer = xnat.put(path, user)
    assert answer.status_code == status
    assert words in xnat.headline(answer)


@fact("write 4.1")
def test_a_document_that_cannot_be_parsed_is_422(xnat: Xnat) -> None:
    answer = xnat.put(f"{S}/NEW", content="<open>", headers={"Content-Type": "text/xml"})
    assert answer.status_code == 422
    assert "parsing the XML" in xnat.headline(answer)


@fact("write 4.1")
def test_a_document_of_another_type_is_422(xnat: Xnat) -> None:
    document = '<xnat:MRSession xmlns:xnat="http://nrg.wustl.edu/xnat"/>'
    answer = xnat.put(f"{S}/NEW", content=document, headers={"Content-Type": "text/xml"})
    assert answer.status_code == 422
    assert xnat.headline(answer) == "Only xnat:Subject documents can be PUT to this address."


@fact("write 4.1")
def test_a_subject_addressed_through_a_project_it_is_only_shared_into_is_409(fresh: Xnat) -> None:
    fresh.put(f"{S}/001/projects/DST?label=x001")
    answer = fresh.put("/data/projects/DST/subjects/x001?gender=male")
    assert answer.status_code == 409
    assert fresh.headline(answer) == "Project must be modified through separate URI."


@fact("write 4.3")
def test_a_post_to_the_subjects_answers_200_with_the_address(fresh: Xnat) -> None:
    answer = fresh.post(f"{S}?label=NEW")
    made = subject(fresh, "NEW")["id"]
    assert answer.status_code == 200
    assert answer.text == f"{fresh.server.url}{S}/{made}"
    assert answer.headers["location"] == answer.text


@fact("write 4.3")
def test_a_post_of_a_known_subject_is_409(xnat: Xnat) -> None:
    answer = xnat.post(f"{S}?label=001")
    assert answer.status_code == 409
    assert xnat.headline(answer) == "Subject already exists."
