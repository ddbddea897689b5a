"""How each tool is asked to copy a project: its commands, and the environment that they need."""

import os
import shlex
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.bench.legs import SOURCE, destination
from xnat_ferry.practice.process import PracticeServer

ROOT = Path(__file__).resolve().parents[2]
Labels = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Errand:
    """One tool's copy of these sessions, its data in flight below ``place``."""

    server: PracticeServer
    tool: str
    labels: Labels
    place: Path

    @property
    def project(self) -> str:
        return destination(self.tool)

    @property
    def environment(self) -> dict[str, str]:
        netrc = self.place / "netrc"
        login = (self.server.user, self.server.password)
        host = urlsplit(self.server.url).netloc
        netrc.write_text(f"machine {host} login {login[0]} password {login[1]}\n")
        return {
            **os.environ,
            "PYTHONPATH": f"{ROOT}:{ROOT / 'core'}:{ROOT / 'tui'}",
            "NO_PROXY": "*",
            "NETRC": str(netrc),
            "TMPDIR": str(self.place),
            "XNAT_HOST": self.server.url,
            "XNAT_USER": login[0],
            "XNAT_PASS": login[1],
            "XNAT_FERRY_TRANSFERS": str(self.place / "transfers"),
            "XNAT_FERRY_SPOOL": str(self.place / "spool"),
        }

    @property
    def commands(self) -> dict[str, list[str]]:
        """What it takes, one after another, by name."""
        return _COMMANDS[self.tool](self)


def _ferry(errand: Errand) -> dict[str, list[str]]:
    command = [sys.executable, "-m", "xnat_ferry"]
    plan = str(errand.place / "plan.toml")
    options = ["--to", "archive", "--on-conflict", "same-study=skip"]
    return {
        "plan": [*command, "plan", SOURCE, errand.project, "-o", plan, *options],
        "run": [*command, "run", plan],
    }


def _curl(errand: Errand) -> dict[str, list[str]]:
    """The floor: the bytes down and up again, nothing looked at."""
    return {"copy": ["sh", str(copy_script(errand, errand.labels))]}


def copy_script(errand: Errand, labels: Labels) -> Path:
    """Shell that copies these sessions by curl."""
    url, place = errand.server.url, errand.place
    curl = f"curl -sS -f --noproxy '*' -b {place}/jar"
    login = f"curl -sS -f --noproxy '*' -u {errand.server.user}:{errand.server.password} -c {place}/jar"
    lines = ["set -e", f"{login} -o /dev/null {url}/data/JSESSION"]
    for subject, label in labels:
        zipped = shlex.quote(f"{place}/{label}.zip")
        session = f"{url}/data/projects/{SOURCE}/subjects/{subject}/experiments/{label}"
        down = f"{session}/scans/ALL/files?format=zip"
        up = (
            f"{url}/data/services/import?import-handler=DICOM-zip&inbody=true&project={errand.project}"
            f"&subject={subject}&session={label}&dest=/archive/projects/{errand.project}"
        )
        lines.append(f"{curl} -o {zipped} {shlex.quote(down)}")
        lines.append(
            f"{curl} -o /dev/null -H 'Content-Type: application/zip' -H Expect: -X POST -T {zipped} "
            f"{shlex.quote(up)}"
        )
        lines.append(f"rm {zipped}")
    script = place / "copy.sh"
    script.write_text("\n".join(lines) + "\n")
    return script


def _copy_project(errand: Errand) -> dict[str, list[str]]:
    """The command that xnatpy brings along."""
    url = errand.server.url
    return {
        "copy": [
            *(str(Path(sys.executable).with_name("xnat")), "script", "copy-project"),
            *("--source-host", url, "--source-project", SOURCE),
            *("--dest-host", url, "--dest-project", errand.project),
        ]
    }


def _by_hand(errand: Errand) -> dict[str, list[str]]:
    module = [sys.executable, "-m", "tests.bench.by_hand"]
    return {"copy": [*module, errand.server.url, SOURCE, errand.project]}


_COMMANDS: dict[str, Callable[[Errand], dict[str, list[str]]]] = {
    "ferry": _ferry,
    "curl": _curl,
    "copy-project": _copy_project,
    "by-hand": _by_hand,
}
