"""Two servers of two sites, as commands meet them: logins, authorities, certificates, a proxy, limits."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.front import NAMED, make_papers, secured, tunnelled
from tests.core.harbour import Harbour, harbour, session_toml
from xnat_ferry.cli import main
from xnat_ferry.plan import read_plan
from xnat_ferry.settings.credentials import Credentials
from xnat_ferry.transfer import folder as folders
from xnat_ferry.transfer.pacing.pace import Pace, keep_pace

LOGINS = {"there": Credentials("ada", "pract1ce-pw"), "here": Credentials("bob", "other-pw")}
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


def head(login: Credentials, project: str) -> str:
    return (
        f'[[users]]\nlogin = "{login.user}"\npassword = "{login.password}"\n'
        f'projects = {{ {project} = "owner" }}\n\n[[projects]]\nid = "{project}"\n'
    )


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harbour]:
    """An older server, with sessions."""
    world = session_toml("A") + session_toml("B", subject="002")
    old = '[server]\nversion = "1.8.0"\n\n'
    with harbour(tmp_path_factory.mktemp("there"), world, head=old + head(LOGINS["there"], "SRC")) as made:
        yield made


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harbour]:
    with harbour(tmp_path_factory.mktemp("here"), "", head=head(LOGINS["here"], "DST")) as made:
        yield made


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where settings and logins lie, and nothing of whoever runs this."""
    for name in (*PROXIES, *map(str.lower, PROXIES), "XNAT_HOST", "XNAT_USER", "XNAT_PASS", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("XNAT_FERRY_TRANSFERS", str(tmp_path / "transfers"))
    monkeypatch.setenv("XNAT_FERRY_SPOOL", str(tmp_path / "spool"))
    (tmp_path / "config/xnat-ferry").mkdir(parents=True)
    return tmp_path


def log_in(home: Path, **machines: str) -> None:
    """A login for each, as ``there`` and ``here`` have them."""
    lines = [
        f"machine {host} login {LOGINS[side].user} password {LOGINS[side].password}\n"
        for side, host in machines.items()
    ]
    (home / "netrc").write_text("".join(lines))
    (home / "netrc").chmod(0o600)


def test_each_wants_a_certificate_of_its_own_authority_and_one_is_behind_a_proxy(
    there: Harbour,
    here: Harbour,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    papers = [make_papers(home / name, name) for name in ("one", "other")]
    files = {"authorities": "ca.pem", "certificate": "client.pem", "key": "client.key"}
    (home / "config/xnat-ferry/settings.toml").write_text(
        "".join(
            f"[{table}]\n" + "".join(f'{name} = "{one / file}"\n' for name, file in files.items())
            for table, one in zip(("tls", f'tls.servers."{NAMED}/"'), papers, strict=True)
        )
    )
    with (
        secured(there.server.url, papers[0], asks=True) as source,
        secured(here.server.url, papers[1], asks=True) as behind,
        tunnelled(behind) as (proxy, asked),
    ):
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        log_in(home, there=source.removeprefix("https://"), here="xnat.invalid")
        assert main(["login", "there", source]) == 0
        assert main(["login", "here", NAMED]) == 0
        assert "as bob" in capsys.readouterr().err
        plan = home / "plan.toml"
        assert main(["plan", "there:SRC", "here:DST", "--to", "archive", "-o", str(plan)]) == 0
        folder = folders.create(home / "transfers", read_plan(plan))
        keep_pace(folder.pace, Pace(connections=1))  # of each server: one comes down while one goes up
        here.logins = {source: LOGINS["there"], NAMED: LOGINS["here"]}
        assert here.work(folder) == 0
        capsys.readouterr()
        assert main(["verify", "--level", "full", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["verdict"] == "proven"
        assert main(["share", "there:SRC", "here:DST", "--yes"]) == 2
    assert asked == {b"xnat.invalid:8443"}
    for label in ("A", "B"):
        assert here.files("DST", label) == there.files("SRC", label)


def test_a_type_that_the_destination_lacks_is_said_before_anything_is_sent(
    there: Harbour, here: Harbour, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log_in(home, there=there.server.url.removeprefix("http://"), here=here.server.url.removeprefix("http://"))
    known = [{"element_name": name} for name in ("xnat:ctSessionData", "xnat:subjectData")]
    body = json.dumps({"ResultSet": {"Result": known, "totalRecords": "2"}})
    here.server.set_faults([{"match": "GET /data/projects/DST$", "status": 200, "body": body}])
    ends = [f"{there.server.url}/SRC", f"{here.server.url}/DST"]
    try:
        assert main(["plan", *ends, "-o", str(home / "plan.toml"), "--json"]) == 1
    finally:
        here.server.set_faults([])
    found = json.loads(capsys.readouterr().out)
    (missing,) = [one for one in found["findings"] if one["kind"] == "type-missing"]
    assert "none of the type xnat:mrSessionData, as 2 chosen sessions would be" in missing["message"]
    assert not (home / "plan.toml").exists()
