"""The plan as a file: TOML for people, the same as JSON for the worker, and a hash that names its content."""

import hashlib
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import tomli_w

from xnat_ferry.errors import PlanUnreadable
from xnat_ferry.plan.model import FORMAT, Plan
from xnat_ferry.plan.sound import faults
from xnat_ferry.settings.private import write_private
from xnat_ferry.settings.redact import plain

_HEAD = """\
# A transfer as xnat-ferry will carry it out: read it, change it, keep it.
# fate = "copy" carries a session, "skip" leaves it alone, "undecided" must be answered before the run;
# "complete" sends what a session of the same study there lacks, "merge" sends another study to the
# prearchive, where a person archives it into the session that has the label.
# to_subject and to_session are the labels at the destination. Removing a scan leaves that scan behind.
# road = "share" or "relocate" sends nothing: sessions are given whole to another project of their server.

"""


def write_plan(plan: Plan, path: Path) -> None:
    """Write TOML, whole or not at all."""
    write_private(path, to_toml(plan).encode())


_prepared = msgspec.json.Decoder(Plan)
"""msgspec looks at a type when it is first wanted: two threads that want it at once crash the process."""


def read_plan(path: Path) -> Plan:
    """Read TOML or, by the ending .json, the worker's twin; raises PlanUnreadable with the place."""
    try:
        content = path.read_bytes()
        if path.suffix == ".json":
            return _checked(path, msgspec.json.decode(content))
        return _checked(path, tomllib.loads(content.decode("utf-8")))
    except FileNotFoundError:
        raise PlanUnreadable(path=path, why="there is no such file") from None
    except OSError as error:
        raise PlanUnreadable(path=path, why=error.strerror or "it cannot be read") from None
    except (ValueError, msgspec.DecodeError) as error:
        raise PlanUnreadable(path=path, why=plain(str(error))) from None
    except RecursionError:
        raise PlanUnreadable(path=path, why="it is nested too deeply") from None


def to_toml(plan: Plan) -> str:
    """The plan as people read it."""
    return _HEAD + tomli_w.dumps(msgspec.to_builtins(plan))


def to_json(plan: Plan) -> bytes:
    """The plan as the worker reads it: the same content, the same hash."""
    return msgspec.json.encode(plan)


def plan_hash(plan: Plan) -> str:
    """SHA-256 over the content, in hex: two plans with one hash do the same."""
    return hashlib.sha256(to_json(plan)).hexdigest()


def _checked(path: Path, raw: Any) -> Plan:
    if isinstance(raw, dict) and raw.get("format", FORMAT) != FORMAT:
        raise PlanUnreadable(path=path, why=f"its format is {raw['format']}, this program reads {FORMAT}")
    plan = msgspec.convert(raw, Plan)
    for fault in faults(plan):
        raise PlanUnreadable(path=path, why=plain(fault))
    return plan
