"""Choosing the importer, and what each body condition answers (wire-write 1.1, 1.2)."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.contract.facts import LeftOut, fact
from tests.contract.wire.conftest import Xnat
from tests.contract.wire.sending import (
    IMPORT,
    ZIP,
    files_at,
    image,
    lines,
    new_study,
    send,
    tarred,
    zipped,
)

LEFT_OUT = [
    LeftOut("write 1.1", "import-handler=automation", "what it answers was never studied"),
    LeftOut("write 1.1", "importers of plugins", "there are no plugins here"),
    LeftOut("write 1.10", "ECAT and session XML as input of SI", "nobody sends them to a practice server"),
]
GO = "&project=SRC&session="


def one(study: str) -> dict[str, bytes]:
    return {"1.dcm": image(study)}


@fact("write 1.1")
def test_import_is_post_only(xnat: Xnat) -> None:
    assert xnat.get(IMPORT).status_code == 405
    assert xnat.put(IMPORT).status_code == 405


@fact("write 1.1")
@pytest.mark.parametrize("name", ["DicomZipImporter", "dicom-zip", "nonsense", "inbody"])
def test_the_handler_is_named_exactly_or_404(xnat: Xnat, name: str) -> None:
    answer = send(xnat, one(new_study()), f"import-handler={name}")
    assert answer.status_code == 404
    assert xnat.headline(answer) == f"Unknown importer implementation specified: {name}"


@fact("write 1.1")
def test_without_a_handler_a_zip_goes_to_dicom_zip(xnat: Xnat) -> None:
    study = new_study()
    answer = xnat.post(f"{IMPORT}?project=SRC&session=A", content=zipped(one(study)), headers=ZIP)
    (line,) = lines(answer)
    assert line.startswith("/data/prearchive/projects/SRC/")
    assert line.endswith("/A")


@fact("write 1.1", "without a handler a site preference decides, and SI stands in for what it does not know")
@pytest.mark.parametrize("named", ["SI", "nonsense"])
def test_the_default_handler_is_a_site_preference(world: Callable[..., Xnat], named: str) -> None:
    site = world(
        '[[users]]\nlogin = "ada"\nadmin = true\nprojects = { SRC = "owner" }\n[[projects]]\nid = "SRC"\n'
    )
    content = zipped(one(new_study()))
    answer = site.post("/xapi/siteConfig", json={"uiDefaultCompressedUploaderImporter": named})
    assert answer.status_code == 200, answer.text
    url = f"{IMPORT}?dest=/prearchive/projects/SRC&session=A"
    first, second = (lines(site.post(url, content=content, headers=ZIP)) for _ in range(2))
    assert first != second


@fact("write 1.1")
@pytest.mark.parametrize("kind", ["application/dicom", "application/x-mirc-dicom"])
def test_without_a_handler_an_object_goes_to_gradual_dicom(xnat: Xnat, kind: str) -> None:
    answer = xnat.post(
        f"{IMPORT}?inbody=true{GO}G", content=image(new_study()), headers={"Content-Type": kind}
    )
    (line,) = lines(answer)
    assert line.endswith("/G")


@fact("write 1.1")
def test_x_mirc_is_answered_with_plain_ok(xnat: Xnat) -> None:
    answer = xnat.post(
        f"{IMPORT}?inbody=true{GO}M",
        content=image(new_study()),
        headers={"Content-Type": "application/x-mirc"},
    )
    assert (answer.status_code, answer.text) == (200, "OK")


@fact("write 1.2")
@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("application/zip", ""),
        ("application/octet-stream", "/up.zip"),
        ("application/octet-stream", "/up.zar"),
        ("application/x-tar", ""),
        ("application/octet-stream", "/up.xar"),
        ("application/x-gtar", ""),
        ("application/octet-stream", "/up.tgz"),
        ("application/octet-stream", "/up.tar.gz"),
    ],
)
def test_the_unpacker_goes_by_the_files_name(xnat: Xnat, kind: str, name: str) -> None:
    files, ending = one(new_study()), name or kind
    if "zip" in ending or "zar" in ending:
        content = zipped(files)
    else:
        content = tarred(files, "w:gz" if "gz" in ending or "gtar" in ending else "w")
    answer = xnat.post(
        f"{IMPORT}{name}?import-handler=DICOM-zip{GO}U", content=content, headers={"Content-Type": kind}
    )
    (line,) = lines(answer)
    assert "1.dcm" in {file["path"] for file in files_at(xnat, line)}


@fact("write 1.2")
@pytest.mark.parametrize(
    ("kind", "name", "words"),
    [
        ("application/octet-stream", "", "UNKNOWN"),
        ("application/x-gzip", "", "UNKNOWN"),
        ("application/octet-stream", "/up.gz", "GZ"),
        ("application/zip", "/up.bin", "UNKNOWN"),
        ("application/json", "", "UNKNOWN"),
    ],
)
def test_other_names_are_an_unsupported_format(xnat: Xnat, kind: str, name: str, words: str) -> None:
    answer = xnat.post(
        f"{IMPORT}{name}?import-handler=DICOM-zip&inbody=true",
        content=zipped(one(new_study())),
        headers={"Content-Type": kind},
    )
    assert answer.status_code == 400
    assert xnat.headline(answer) == f"Unsupported format {words}"


@fact("write 1.2")
def test_a_form_may_hold_the_file_and_its_fields_are_parameters(xnat: Xnat) -> None:
    study = new_study()
    answer = xnat.post(
        f"{IMPORT}?import-handler=DICOM-zip",
        files={"any": ("up.zip", zipped(one(study)))},
        data={"project": "SRC", "session": "FORM"},
    )
    (line,) = lines(answer)
    assert line.endswith("/FORM")


@fact("write 1.2")
def test_a_field_named_reference_is_refused(xnat: Xnat) -> None:
    answer = xnat.post(
        f"{IMPORT}?import-handler=DICOM-zip",
        files={"any": ("up.zip", zipped(one(new_study())))},
        data={"reference": "/etc"},
    )
    assert answer.status_code == 400


def chunks(content: bytes) -> Iterator[bytes]:
    yield content[:100]
    yield content[100:]


@fact("write 1.2", "a chunked body of type application/zip is accepted")
def test_a_chunked_zip_is_accepted(xnat: Xnat) -> None:
    content = zipped(one(new_study()))
    answer = xnat.post(f"{IMPORT}?import-handler=DICOM-zip{GO}C", content=chunks(content), headers=ZIP)
    assert lines(answer)[0].endswith("/C")


@fact("write 7", "a form in chunks (unconfirmed): taken, or refused by a switch")
@pytest.mark.parametrize(("switch", "status"), [("false", 200), ("true", 400)])
def test_a_chunked_form_by_a_switch(world: Callable[..., Xnat], switch: str, status: int) -> None:
    site = world(
        f"[server]\nunconfirmed = {{ chunked_forms_are_refused = {switch} }}\n"
        '[[users]]\nlogin = "ada"\nprojects = { SRC = "owner" }\n[[projects]]\nid = "SRC"\n'
    )
    form = httpx.Request("POST", "http://x", files={"f": ("up.zip", zipped(one(new_study())))})
    answer = site.post(
        f"{IMPORT}?import-handler=DICOM-zip{GO}CF",
        content=chunks(form.read()),
        headers={"Content-Type": form.headers["content-type"]},
    )
    assert answer.status_code == status


@fact("write 1.2")
@pytest.mark.parametrize(("content", "size"), [(b"", 0), (None, -1)])
def test_chunked_or_empty_bodies_of_other_types_are_400(xnat: Xnat, content: bytes | None, size: int) -> None:
    sent = chunks(tarred(one(new_study()))) if content is None else content
    answer = xnat.post(
        f"{IMPORT}?import-handler=DICOM-zip", content=sent, headers={"Content-Type": "application/x-tar"}
    )
    assert answer.status_code == 400
    words = (
        "In-body File posts must include the file directly as the body of the message. In this case, "
        f"the request entity size is {size} but the media type is not application/zip"
    )
    assert xnat.headline(answer).startswith(words)


@fact("write 1.2")
def test_inbody_with_a_form_is_500(xnat: Xnat) -> None:
    answer = xnat.post(f"{IMPORT}?import-handler=DICOM-zip&inbody=true", files={"f": ("a.zip", b"x")})
    assert answer.status_code == 500


@fact("write 1.2")
def test_a_form_body_without_inbody_is_400(xnat: Xnat) -> None:
    assert xnat.post(f"{IMPORT}?import-handler=DICOM-zip", data={"project": "SRC"}).status_code == 400


@fact("write 1.2")
def test_more_than_one_file_is_400(xnat: Xnat) -> None:
    two = [("a", ("a.zip", b"x")), ("b", ("b.zip", b"y"))]
    answer = xnat.post(f"{IMPORT}?import-handler=DICOM-zip", files=two)
    assert answer.status_code == 400
    assert xnat.headline(answer) == "Importer is limited to one uploaded resource at a time."


@fact("write 1.2")
@pytest.mark.parametrize(
    ("query", "status", "words"),
    [("?import-handler=DICOM-zip", 400, "Unable to identify upload format."), ("?project=SRC", 500, "")],
)
def test_no_file_is_400_with_a_handler_and_500_without(
    xnat: Xnat, query: str, status: int, words: str
) -> None:
    answer = xnat.post(f"{IMPORT}{query}")
    assert answer.status_code == status
    assert words in xnat.headline(answer)


@fact("write 1.2")
def test_a_parameter_without_an_equals_sign_is_500(xnat: Xnat) -> None:
    study = new_study()
    assert send(xnat, one(study), "project=SRC&session=E&overwrite").status_code == 500
    assert send(xnat, one(study), "project=SRC&session=E&overwrite=").status_code == 200


def prestore(xnat: Xnat, name: str, content: bytes) -> str:
    path = f"/user/cache/resources/{name}/files/up.zip"
    assert xnat.put(f"/data{path}?inbody=true", content=content, headers=ZIP).status_code == 200
    return path


@fact("write 1.2")
def test_src_imports_a_file_of_the_users_cache(xnat: Xnat) -> None:
    path = prestore(xnat, "one", zipped(one(new_study())))
    (line,) = lines(xnat.post(f"{IMPORT}?import-handler=DICOM-zip&src={path}{GO}SRC1"))
    assert line.endswith("/SRC1")


@fact("write 1.2")
def test_src_may_stand_in_a_form_body(xnat: Xnat) -> None:
    path = prestore(xnat, "form", zipped(one(new_study())))
    (line,) = lines(xnat.post(f"{IMPORT}?import-handler=DICOM-zip{GO}SRC2", data={"src": path}))
    assert line.endswith("/SRC2")


@fact("write 1.2")
def test_several_src_are_more_than_one_file(xnat: Xnat) -> None:
    path = prestore(xnat, "two", zipped(one(new_study())))
    answer = xnat.post(f"{IMPORT}?import-handler=DICOM-zip&src={path}&src={path}")
    assert answer.status_code == 400
    assert "limited to one" in xnat.headline(answer)


@fact("write 1.2")
@pytest.mark.parametrize(
    ("src", "status", "words"),
    [
        ("/archive/projects/SRC", 400, "src uri is invalid."),
        ("/user/cache/resources/none/files/x.zip", 404, "Unknown src file."),
    ],
)
def test_a_src_that_is_none_is_400_or_404(xnat: Xnat, src: str, status: int, words: str) -> None:
    answer = xnat.post(f"{IMPORT}?import-handler=DICOM-zip&src={src}")
    assert (answer.status_code, xnat.headline(answer)) == (status, words)


def status_of(xnat: Xnat, client: httpx.Client, key: str) -> list[dict[str, Any]]:
    """The messages of a listener, once the last of them has come."""
    while True:
        told: list[dict[str, Any]] = client.get(f"/data/status/{key}?format=json").json()["msgs"][0]
        if told and told[-1]["terminal"]:
            return told


@fact("write 1.2")
@pytest.mark.parametrize(("code", "words"), [("", "prearchival"), ("&prearchive_code=1", "archival")])
def test_src_with_a_listener_is_answered_at_once_and_told_later(xnat: Xnat, code: str, words: str) -> None:
    path = prestore(xnat, f"later{words}", zipped(one(new_study())))
    with httpx.Client(base_url=xnat.server.url, auth=("ada", "practice"), trust_env=False) as client:
        client.get("/data/JSESSION")
        query = f"import-handler=DICOM-zip&src={path}{GO}L{words}&http-session-listener=key{code}"
        answer = client.post(f"{IMPORT}?{query}")
        assert (answer.status_code, answer.text) == (200, f"Submitted for {words}")
        last = status_of(xnat, client, "key")[-1]
    assert last["status"] == "COMPLETED"
    assert last["msg"].startswith("Prearchive:/prearchive/projects/SRC/")


@fact("write 0.7")
def test_a_listener_hears_of_an_ordinary_import_too(xnat: Xnat) -> None:
    with httpx.Client(base_url=xnat.server.url, auth=("ada", "practice"), trust_env=False) as client:
        client.get("/data/JSESSION")
        query = f"import-handler=DICOM-zip{GO}LIS&http-session-listener=mine"
        answer = client.post(f"{IMPORT}?{query}", content=zipped(one(new_study())), headers=ZIP)
        told = status_of(xnat, client, "mine")
    assert told[-1]["msg"] == f"Prearchive:{answer.text.strip().removeprefix('/data')}"
    assert {one["status"] for one in told[:-1]} == {"PROCESSING"}


@fact("write 0.7")
def test_a_failed_import_is_told_to_its_listener(xnat: Xnat) -> None:
    with httpx.Client(base_url=xnat.server.url, auth=("ada", "practice"), trust_env=False) as client:
        client.get("/data/JSESSION")
        query = f"import-handler=DICOM-zip{GO}LIS&http-session-listener=bad"
        client.post(f"{IMPORT}?{query}", content=zipped({"note.txt": b"hello"}), headers=ZIP)
        last = status_of(xnat, client, "bad")[-1]
    assert (last["status"], last["msg"]) == ("FAILED", "unable to read DICOM object note.txt")


@fact("write 0.7")
def test_an_empty_listener_is_400(xnat: Xnat) -> None:
    answer = send(xnat, one(new_study()), "project=SRC&http-session-listener=")
    assert answer.status_code == 400
    words = "'transaction' is required when requesting 'http-session-listener'."
    assert xnat.headline(answer) == words
