"""What names from elsewhere may do in a terminal and a spreadsheet; XML that is not what it seems."""

import csv
import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.making import session_row
from tests.fuzz.seeds import tried
from tests.security.hostile import LOGIN, Hostile, hostile
from xnat_ferry.cli.app import main
from xnat_ferry.cli.telling.page import paragraph
from xnat_ferry.errors import NotAnAnswer
from xnat_ferry.labels import LabelRules
from xnat_ferry.plan.label_table import read_label_table, write_label_table
from xnat_ferry.settings.redact import plain
from xnat_ferry.xnat.catalogs import parse_catalog
from xnat_ferry.xnat.client import XnatClient
from xnat_ferry.xnat.prearchive import read_document

ESCAPES = "\x1b]0;title\x07\x1b[2J\x9b31m\u202e\u2028"
ENTITIES = [
    '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>{root}',
    '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY e "&a;&a;&a;&a;">]>{root}',
    '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;]>{root}',
]


@pytest.fixture(scope="module")
def server() -> Iterator[Hostile]:
    with hostile() as one:
        yield one


@pytest.mark.parametrize("head", ENTITIES, ids=["file", "laughs", "parameter"])
def test_no_entity_of_a_catalog_or_a_session_is_believed(server: Hostile, head: str) -> None:
    with pytest.raises(ValueError, match="not readable XML"):
        parse_catalog(head.format(root="<Catalog>&e;</Catalog>").encode())
    server.body = head.format(root='<Session ID="1">&e;</Session>').encode()
    with XnatClient(server.url, LOGIN) as client, pytest.raises(NotAnAnswer):
        read_document(client, "/prearchive/projects/P/1/A")


@pytest.mark.parametrize("label", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")'])
def test_no_cell_of_the_label_table_is_a_formula(tmp_path: Path, label: str) -> None:
    path, row = tmp_path / "labels.csv", session_row(label, subject=label)
    write_label_table(path, [row], LabelRules())
    with path.open(newline="", encoding="utf-8") as file:
        cells = [cell for line in csv.reader(file) for cell in line]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    (read,) = read_label_table(path).values()
    assert (read.subject, read.session) == (label, label)


def test_who_a_server_says_one_is_never_commands_a_terminal() -> None:
    with hostile() as one:
        one.first["/xapi/siteConfig/buildInfo"] = (200, {}, json.dumps({"version": f"1.8{ESCAPES}"}).encode())
        cookie = {"Set-Cookie": f"JSESSIONID={'A' * 32}"}
        one.first["/data/auth"] = (200, cookie, f"User 'ada{ESCAPES}' is logged in".encode())
        with XnatClient(one.url, LOGIN) as client:
            told = client.user + client.version
    assert not {unicodedata.category(sign) for sign in told} & {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}


def test_an_error_never_commands_a_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The transfer's name, a plan's words and the folder come from elsewhere."""
    path = tmp_path / "plan.toml"
    path.write_text(f'format = "{ESCAPES.encode("unicode_escape").decode()}"', encoding="utf-8")
    for arguments in (["status", ESCAPES], ["run", str(path)], ["run", ESCAPES], ["check", ESCAPES, "DST"]):
        assert main(arguments) != 0
    out, err = capsys.readouterr()
    assert not set(out + err) & set("\x1b\x07\x9b\u202e\u2028")


@tried(60)
@given(st.text(max_size=40) | st.just(ESCAPES))
def test_a_line_of_the_plain_face_is_one_line(text: str) -> None:
    assert plain(text) == plain(plain(text))
    for line in paragraph(text, 60):
        assert not {unicodedata.category(one) for one in line.text} & {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
        assert len(line.text) <= 60
