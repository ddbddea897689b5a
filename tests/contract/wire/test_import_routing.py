"""Whose an object is, by what it says itself (wire-write 1.7, 1.9, wire-read 13.15)."""

from collections.abc import Iterator

import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.conftest import Xnat, serving
from tests.contract.wire.sending import image, lines, new_study, row_at, send

LEFT_OUT = [
    LeftOut("write 1.9", "the server's dicom-project.rules file", "configured rules do the same"),
    LeftOut("write 1.9", "projects hidden from the received-file user", "that user is an administrator here"),
    LeftOut("write 1.9", "the identifier keyed on the study-routing table", "it is not the default one"),
]
WORLD = """
[[users]]
login = "ada"
projects = { RA = "owner", RB = "member", RC = "collaborator" }

[[users]]
login = "zoe"

[[users]]
login = "root"
admin = true

[[projects]]
id = "RA"

[[projects]]
id = "RB"

[[projects]]
id = "RC"

[[projects]]
id = "HIDDEN"

[[projects]]
id = "OPEN"
accessibility = "public"
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Xnat]:
    with serving(tmp_path_factory.mktemp("world"), WORLD) as running:
        yield running


def sent(site: Xnat, query: str = "", user: str = "ada", **tags: object) -> str:
    (line,) = lines(send(site, {"1.dcm": image(new_study(), **tags)}, query, user))
    return line


def project_of(line: str) -> str:
    return line.split("/")[4]


@fact("write 1.7", "a readable project is taken although the caller may not edit it")
def test_reading_is_enough_for_the_project_asked_for(site: Xnat) -> None:
    assert project_of(sent(site, "project=RC")) == "RC"
    assert project_of(sent(site, "project=OPEN", "zoe")) == "OPEN"


@fact("write 1.7")
@pytest.mark.parametrize("project", ["HIDDEN", "NOSUCH"])
def test_a_project_that_the_caller_cannot_read_falls_back_to_the_dicom(site: Xnat, project: str) -> None:
    assert project_of(sent(site, f"project={project}", PatientComments="Project:RA")) == "RA"


@fact("write 1.7")
@pytest.mark.parametrize("project", ["HIDDEN", "NOSUCH"])
def test_without_any_project_data_land_in_unassigned_with_200(site: Xnat, project: str) -> None:
    line = sent(site, f"project={project}&session=UN")
    assert project_of(line) == "Unassigned"
    assert row_at(site, line)["name"] == "UN"


@fact("write 1.9", "project: three comments, study description, accession number, in this order")
@pytest.mark.parametrize(
    ("tags", "project"),
    [
        ({"PatientComments": "Project:RA", "StudyComments": "Project:RB"}, "RA"),
        ({"StudyComments": "Project:RB", "AdditionalPatientHistory": "Project:RA"}, "RB"),
        ({"AdditionalPatientHistory": "Project:RA", "StudyDescription": "RB"}, "RA"),
        ({"StudyDescription": "RB", "AccessionNumber": "RA"}, "RB"),
        ({"AccessionNumber": "RA"}, "RA"),
        ({"StudyDescription": "Project:RA"}, "Unassigned"),
        ({"PatientComments": "Project:NOSUCH", "StudyDescription": "RB"}, "RB"),
    ],
)
def test_the_project_by_tags_in_their_order(site: Xnat, tags: dict[str, str], project: str) -> None:
    assert project_of(sent(site, **tags)) == project


@fact("write 1.9", "a project that only the received-file user can read counts for routing")
def test_routing_asks_for_the_rights_of_another_user(site: Xnat) -> None:
    assert project_of(sent(site, user="zoe", PatientComments="Project:HIDDEN")) == "HIDDEN"


@fact("write 1.9", "subject and session: the three comments, then PatientName and PatientID")
@pytest.mark.parametrize(
    ("tags", "subject", "session"),
    [
        ({"PatientComments": "Subject:A Session:B", "StudyComments": "Subject:C Session:D"}, "A", "B"),
        ({"StudyComments": "Subject:C Session:D", "AdditionalPatientHistory": "Subject:E"}, "C", "D"),
        ({"AdditionalPatientHistory": "Subject:E Session:F", "PatientName": "N"}, "E", "F"),
        ({"PatientName": "N^M", "PatientID": "I"}, "N_M", "I"),
    ],
)
def test_subject_and_session_by_tags_in_their_order(
    site: Xnat, tags: dict[str, str], subject: str, session: str
) -> None:
    row = row_at(site, sent(site, "project=RA", **tags))
    assert (row["subject"], row["name"]) == (subject, session)


@fact("write 1.9")
@pytest.mark.parametrize(
    ("comment", "session"),
    [
        ("session:K1", "K1"),
        ("x,SESSION:K2", "K2"),
        ("x;Session:K3;y", "K3"),
        ("Project:RA Subject:S01 Session:S01_MR1 AA:true", "S01_MR1"),
        ("Session:K4/5", "K4"),
        ("xSession:K6", "dicom_upload"),
        ("Session: K7", "dicom_upload"),
    ],
)
def test_keywords_stand_alone_in_any_case(site: Xnat, comment: str, session: str) -> None:
    assert row_at(site, sent(site, "project=RA", PatientComments=comment))["name"] == session


@fact("write 1.9", "AA:true, AA:t, AA:false, AA:f in the three comments")
@pytest.mark.parametrize(
    ("tags", "shown"),
    [
        ({"PatientComments": "AA:true"}, "AutoArchive"),
        ({"StudyComments": "aa:T"}, "AutoArchive"),
        ({"AdditionalPatientHistory": "x AA:t"}, "AutoArchive"),
        ({"PatientComments": "AA:false", "StudyComments": "AA:true"}, "Manual"),
        ({"PatientComments": "AA:maybe"}, "Manual"),
    ],
)
def test_auto_archive_is_asked_for_by_comment(site: Xnat, tags: dict[str, str], shown: str) -> None:
    line = sent(site, "project=RA&session=AA", **tags)
    rows = site.rows("/data/prearchive/projects/RA?format=json")
    (row,) = [row for row in rows if f"/data{row['url']}" == line]
    assert row["autoarchive"] == shown


@fact("write 1.9")
def test_an_alias_routes_too(site: Xnat) -> None:
    aliases = "<xnat:aliases><xnat:alias>NICK</xnat:alias></xnat:aliases>"
    document = f"<xnat:Project ID='RB' xmlns:xnat='http://nrg.wustl.edu/xnat'>{aliases}</xnat:Project>"
    answer = site.put("/data/projects/RB", "root", content=document, headers={"Content-Type": "text/xml"})
    assert answer.status_code == 200
    assert project_of(sent(site, PatientComments="Project:NICK")) == "RB"


def rule(site: Xnat, name: str, text: str) -> None:
    answer = site.put(
        f"/data/config/dicom/{name}?inbody=true", "root", content=text, headers={"Content-Type": "text/plain"}
    )
    assert answer.status_code in (200, 201), answer.text


@pytest.fixture
def rules(site: Xnat) -> Iterator[Xnat]:
    """The site with its rules put away afterwards."""
    yield site
    for name in ("projectRules", "subjectRules", "sessionRules"):
        site.put(f"/data/config/dicom/{name}?status=disabled", "root")


@fact("read 13.15", "a rule is (gggg,eeee):regex, and its first group counts")
def test_a_rule_goes_before_what_is_built_in(rules: Xnat) -> None:
    rule(rules, "projectRules", r"(0018,1030):proto_(\w+)")
    tags = {"ProtocolName": "proto_RB", "PatientComments": "Project:RA"}
    assert project_of(sent(rules, **tags)) == "RB"


@fact("read 13.15", "the whole value has to match")
def test_a_rule_matches_the_whole_value(rules: Xnat) -> None:
    rule(rules, "projectRules", r"(0018,1030):proto_(R\w)")
    assert project_of(sent(rules, ProtocolName="a proto_RB", StudyDescription="RA")) == "RA"


@fact("read 13.15")
def test_a_rule_may_name_its_group(rules: Xnat) -> None:
    rule(rules, "sessionRules", r"(0018,1030):(\w+)-(\w+):2")
    assert row_at(rules, sent(rules, "project=RA", ProtocolName="one-two"))["name"] == "two"


@fact("read 13.15", "t: and r: replace within what was taken")
def test_a_rule_may_replace_within_what_it_took(rules: Xnat) -> None:
    rule(rules, "subjectRules", r"(0010,0010):(.*) t:\^.* r:_X")
    assert row_at(rules, sent(rules, "project=RA", PatientName="DOE^JANE"))["subject"] == "DOE_X"


@fact("read 13.15", "one rule a line, the first that matches counts")
def test_the_first_rule_that_matches_counts(rules: Xnat) -> None:
    rule(rules, "sessionRules", "nonsense\n(0018,1030):a(.*)\n(0018,1030):(.*)\n(0010,0020):(.*)")
    assert row_at(rules, sent(rules, "project=RA", ProtocolName="bcd", PatientID="P"))["name"] == "bcd"


@fact("read 13.15")
def test_an_empty_tag_does_not_match_anything(rules: Xnat) -> None:
    rule(rules, "sessionRules", "(0018,1030):(.*)")
    assert row_at(rules, sent(rules, "project=RA", ProtocolName="", PatientID="P"))["name"] == "P"


@fact("read 13.15", "a rule's project has to exist, else the next candidate is tried")
def test_a_rule_for_no_project_is_passed_over(rules: Xnat) -> None:
    rule(rules, "projectRules", "(0018,1030):(.*)")
    assert project_of(sent(rules, ProtocolName="NOSUCH", StudyDescription="RA")) == "RA"


@fact("write 1.9", "labels that the request gives are not changed at receipt")
def test_labels_that_the_request_gives_are_not_changed_at_receipt(site: Xnat) -> None:
    line = sent(site, "project=RA&subject=Sub%20One&session=Ses%20One")
    row = row_at(site, line)
    assert (row["subject"], row["name"]) == ("Sub One", "Ses One")
