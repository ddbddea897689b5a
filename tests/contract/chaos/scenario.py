"""What shall happen under one seed: a world, a plan, faults of the server, and how the workers die."""

import random
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

PASSWORD = "pract1ce-pw"
PATIENT = "SECRETIVE"
"""In every PatientName: must turn up in nothing that is written."""


class Scan(Struct, frozen=True):
    """One scan of a source session."""

    id: str
    description: str
    files: int
    side: int
    """Rows and columns."""
    note: bool
    """A file that is no DICOM lies beside the images."""
    twin: bool
    """A sub-folder holds another image under a name that is taken."""
    chosen: bool
    """The plan takes it."""


class Session(Struct, frozen=True):
    """One session of the source, and what stands in its way at the destination."""

    label: str
    subject: str
    to_label: str
    to_subject: str
    skipped: bool
    scans: tuple[Scan, ...]
    taken: str
    """What is there already: "" nothing; ``archived`` and ``waiting`` of another study under the same label;
    ``same study`` under another; ``half`` of it, which the plan shall complete."""

    @property
    def blocked(self) -> bool:
        """Whether it must be refused."""
        return self.taken not in ("", "half")


class Death(Struct, frozen=True):
    """How a worker ends before its work does."""

    by: str
    """``calls`` of the program's functions, the n-th; ``write`` torn in its middle; ``sync``; ``seconds``."""
    at: float
    clean: bool
    """SIGTERM instead of SIGKILL."""


class Scenario(Struct, frozen=True, kw_only=True):
    """All that follows from a seed."""

    seed: int
    checksums: bool
    site_script: bool
    project_script: bool
    filtered: bool
    """The destination drops every series that is called ``loc``."""
    prearchive_code: int
    to: str
    two_addresses: bool
    """Source and destination are spoken to as two servers."""
    unit_bytes: int
    """Small scans travel together up to this size."""
    at_once: int
    """Sessions side by side."""
    spool_size: int | None
    by_command: bool
    """The workers are started by the command, as processes of their own from the first instruction."""
    sessions: tuple[Session, ...]
    faults: tuple[dict[str, Any], ...]
    deaths: tuple[Death | None, ...]
    """One for each worker that runs while the server misbehaves; None runs to its own end."""
    late: int
    """Before all else a worker dies in this upload of its own, which the server holds and carries out only
    once a later one has brought everything; 0: in none."""
    move: bool
    """In the end a person orders that what is proven be deleted at the source."""
    settling_fault: dict[str, Any]
    settling_death: Death | None
    """What the first worker that deletes meets; the second one has a server that is well."""

    @property
    def source(self) -> str:
        return f"S{self.seed}".replace("-", "_")

    @property
    def destination(self) -> str:
        return f"D{self.seed}".replace("-", "_")

    @property
    def stored_wrong(self) -> bool:
        """The server turns a byte of what it stores, which no client can keep it from."""
        return any("flip_byte" in fault and fault["match"] == _UP for fault in self.faults)


def server_settings(seed: int) -> tuple[bool, bool]:
    """Checksums and the site's script: what all seeds on one server must have alike."""
    return seed % 2 == 0, seed // 2 % 2 == 0


def scenario_of(seed: int) -> Scenario:
    """The same seed, the same scenario."""
    chance = random.Random(seed)
    checksums, site_script = server_settings(seed)
    project_script = chance.random() < 0.25
    to = chance.choice(("prearchive", "archive"))
    exact = checksums and not site_script and not project_script and to == "archive"
    by_command = seed % 20 == 0
    filtered = chance.random() < 0.1
    # the command looks at both ends before it begins, and refuses a plan that does not fit
    ways = () if by_command else ("archived", "waiting", "same study")
    if to == "archive" and not (by_command or filtered or project_script):
        ways = (*ways, "half", "half", "half", "half")
    return Scenario(
        seed=seed,
        checksums=checksums,
        site_script=site_script,
        project_script=project_script,
        filtered=filtered,
        prearchive_code=chance.choice((0, 0, 0, 4)),
        to=to,
        two_addresses=chance.random() < 0.3,
        unit_bytes=chance.choice((1, 4_000, 32 * 1024 * 1024)),
        at_once=chance.choice((1, 2, 2, 3)),
        spool_size=chance.choice((None, 100_000)),
        by_command=by_command,
        sessions=tuple(_session(chance, number, ways) for number in range(1, chance.randint(1, 3) + 1)),
        faults=tuple(_fault(chance, exact) for _ in range(chance.randint(1, 3))),
        deaths=tuple(_death(chance) for _ in range(chance.choice((1, 1, 2)))),
        late=0 if by_command else _late(seed),
        move=to == "archive" and not by_command and chance.random() < 0.5,
        settling_fault=_fault(chance, exact=False, matches=(_DOWN, _DOWN, _LIST, _GONE, _GONE, _ANY)),
        settling_death=_death(chance),
    )


REHEARSAL = Scenario(
    seed=-1,
    checksums=False,
    site_script=False,
    project_script=False,
    filtered=False,
    prearchive_code=0,
    to="archive",
    two_addresses=True,
    unit_bytes=1,
    at_once=1,
    spool_size=None,
    by_command=False,
    sessions=(Session("R_MR1", "R", "R_MR1", "R", False, (Scan("1", "t1", 2, 8, True, False, True),), ""),),
    faults=(),
    deaths=(),
    late=0,
    move=False,
    settling_fault={},
    settling_death=None,
)
"""A world where nothing happens, to warm up on."""


def _late(seed: int) -> int:
    """Two seeds of twenty-five with the same server settings, and mostly the first upload there is."""
    turn, place = divmod(seed // 4, 12)
    return (2 if turn % 4 == 3 else 1) if place == 5 else 0


def _session(chance: random.Random, number: int, ways: tuple[str, ...]) -> Session:
    """``ways``: in which its place at the destination may be taken."""
    taken = chance.choice(ways) if ways and chance.random() < 0.25 else ""
    renamed = chance.random() < 0.4 and taken != "half"
    scans = [_scan(chance, scan) for scan in range(1, chance.randint(1, 3) + 1)]
    if not any(scan.chosen for scan in scans):
        scans[0] = replace(scans[0], chosen=True)
    if taken == "half":  # the first scan, as some other tool brought it
        scans[0] = replace(scans[0], chosen=True, note=False, twin=False)
    return Session(
        label=f"{number:03d}_MR1",
        subject=f"{number:03d}",
        to_label=f"P{number}_MR" if renamed else f"{number:03d}_MR1",
        to_subject=f"P{number}" if renamed else f"{number:03d}",
        skipped=not taken and chance.random() < 0.08,
        scans=tuple(scans),
        taken=taken,
    )


def _scan(chance: random.Random, number: int) -> Scan:
    return Scan(
        id=str(number),
        description=chance.choice(("t1 mprage", "bold[run]", "loc")),
        files=chance.randint(1, 4),
        side=chance.choice((8, 16, 32)),
        note=chance.random() < 0.12,
        twin=chance.random() < 0.06,
        chosen=chance.random() < 0.9,
    )


_DOWN = "GET /data/.*/scans/.*files"
_LIST = "GET /data/(projects|experiments)/.*"
_UP = "POST /data/services/import"
_WAITING = "* /data/prearchive.*"
_ARCHIVE = "POST /data/services/(validate-)?archive"
_ANY = "* /data/.*"
_LOGIN = "* /data/JSESSION"
_GONE = "DELETE /data/(projects|experiments|archive)/.*"

_MISHAPS: dict[str, tuple[str, ...]] = {
    _DOWN: (
        *("truncate", "cut", "skip_file", "flip_byte", "status", "login_page", "expire_login"),
        *("reset", "delay", "slow", "no_space"),
    ),
    _UP: (
        *("status", "reset", "cut", "login_page", "expire_login", "no_space"),
        *("drop_file", "drop_file", "drop_file", "drop_file"),
        *("delay", "slow", "hold", "limit", "limit"),
    ),
    _LIST: ("status", "reset", "cut", "login_page", "expire_login", "truncate", "delay", "empty"),
    _WAITING: ("status", "reset", "cut", "login_page", "expire_login", "truncate", "delay", "hold", "empty"),
    _ARCHIVE: ("status", "reset", "cut", "login_page", "expire_login", "delay", "hold", "no_space"),
    _ANY: ("status", "reset", "expire_login", "login_page", "delay"),
    _LOGIN: ("status", "reset", "delay"),
    _GONE: ("status", "reset", "cut", "cut", "login_page", "expire_login", "delay"),
}


_WHILE_CARRYING = (_DOWN, _DOWN, _UP, _UP, _LIST, _WAITING, _ARCHIVE, _ANY, _LOGIN)


def _fault(chance: random.Random, exact: bool, matches: tuple[str, ...] = _WHILE_CARRYING) -> dict[str, Any]:
    """One rule; a byte is turned in the store only where a digest at the destination can tell."""
    match = chance.choice(matches)
    mishap = chance.choice(_MISHAPS[match])
    if exact and match == _UP and chance.random() < 0.2:
        mishap = "flip_byte"
    return {"match": match, **_what(chance, mishap), **_when(chance)}


_CHOICES: dict[str, tuple[str, tuple[float, ...]]] = {
    "cut": ("cut_after", (0.1, 0.5, 0.95, 100.0)),
    "slow": ("bytes_per_second", (20_000, 60_000)),
}


def _what(chance: random.Random, mishap: str) -> dict[str, Any]:
    match mishap:
        case "status":
            status = chance.choice((400, 403, 404, 413, 429, 500, 500, 502, 503, 504))
            words = chance.choice((None, "<html><h3>Chaos.</h3></html>", ""))
            return {"status": status} | ({} if words is None else {"body": words})
        case "limit":
            return {"status": 413, "larger_than": chance.choice((1_000, 2_500, 6_000))}
        case "empty":
            return {"status": 200, "body": ""}
        case "delay":
            return {"delay": round(chance.uniform(0.05, 0.4), 2)}
        case "cut" | "slow":
            name, values = _CHOICES[mishap]
            return {name: chance.choice(values)}
        case "hold":
            return {"hold": round(chance.uniform(0.2, 0.8), 2)}
        case "skip_file" | "drop_file":
            return {mishap: chance.randint(1, 2)}
        case _:
            return {mishap: True}


def _when(chance: random.Random) -> dict[str, int]:
    return chance.choice(
        (
            {"nth": chance.randint(1, 3)},
            {"times": chance.randint(1, 5)},
            {"every": chance.randint(2, 5)},
            {},
        )
    )


def _death(chance: random.Random) -> Death | None:
    by = chance.choice(("calls", "calls", "write", "sync", "seconds", ""))
    if not by:
        return None
    at = {
        "calls": float(int(10 ** chance.uniform(2.0, 4.0))),
        "write": float(chance.randint(1, 25)),
        "sync": float(chance.randint(1, 25)),
        "seconds": round(chance.uniform(0.05, 1.2), 2),
    }[by]
    return Death(by, at, clean=by != "write" and chance.random() < 0.3)
