"""The folder of one transfer: plan, journal, manifests, lock, verification and record lie in it together."""

import hashlib
import secrets
from datetime import datetime
from pathlib import Path

from xnat_ferry.errors import NothingBegun, SeveralTransfers, UnknownTransfer
from xnat_ferry.model import Endpoint
from xnat_ferry.plan import Plan, read_plan, write_plan
from xnat_ferry.plan.file import to_json
from xnat_ferry.settings.private import make_private, refuse_open_to_all, write_private


class TransferFolder:
    """Names the files of one transfer; knows nothing of what is in them but the plan."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.id = path.name
        self.plan_file = path / "plan.toml"
        self.worker_plan = path / "plan.json"
        self.journal = path / "journal.jsonl"
        self.manifests = path / "manifest"
        self.lock = path / "lock"
        self.verifications = path / "verification"
        self.record = path / "record.md"
        self.worker_output = path / "worker.log"
        self.calls = path / "calls.log"
        self.pace = path / "pace.json"

    @property
    def whole(self) -> "TransferFolder":
        """The transfer that it belongs to: itself, unless it is one task's view of it."""
        return self

    @property
    def locks(self) -> list[Path]:
        """The locks of all who may be at it: its own, and those of the tasks of an array."""
        return [self.lock, *sorted(self.path.glob("tasks/*/lock"))]

    def read_plan(self) -> Plan:
        """The plan as it was when the transfer began."""
        return read_plan(self.worker_plan)

    def manifest(self, session_id: str) -> Path:
        """The manifest of one session, named by its accession ID."""
        return self.manifests / f"{_own_name(session_id)}.jsonl"

    def verification(self, session_id: str) -> Path:
        """The newest verification of one session."""
        return self.verifications / f"{_own_name(session_id)}.json"


def _file_name(text: str) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "_" for c in text)


def _own_name(session_id: str) -> str:
    """A file name that is no other session's, whatever a server calls them."""
    name = _file_name(session_id)[:100]
    if name == session_id:
        return name
    return f"{name}-{hashlib.sha256(session_id.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"


def _short(end: Endpoint) -> str:
    """A project's ID, or the last part of a path on this machine."""
    return _file_name(Path(end.project).name)[:40] if end.local else end.project


def create(transfers: Path, plan: Plan) -> TransferFolder:
    """Make the folder of a new transfer, for its owner's eyes only; raises NothingBegun or FolderUnsafe."""
    day = datetime.now().astimezone().strftime("%Y%m%d")
    try:
        make_private(transfers)
        refuse_open_to_all(transfers)
        folder = TransferFolder(_new(transfers, f"{day}-{_short(plan.source)}-{_short(plan.destination)}"))
        folder.manifests.mkdir(mode=0o700)
        folder.verifications.mkdir(mode=0o700)
        write_plan(plan, folder.plan_file)
        # last and whole: a folder without it is none, so a crash here leaves no half transfer
        write_private(folder.worker_plan, to_json(plan))
    except OSError as error:
        raise NothingBegun(folder=transfers, why=error.strerror) from None
    return folder


def _new(transfers: Path, start: str) -> Path:
    """An empty folder under a name that is no other's; a short one is soon taken where hundreds begin."""
    length = 2
    while True:
        path = transfers / f"{start}-{secrets.token_hex(length)}"
        try:
            path.mkdir(mode=0o700)
            return path
        except FileExistsError:
            length += 1


def find_all(transfers: Path) -> list[TransferFolder]:
    """Every transfer, newest first."""
    if not transfers.is_dir():
        return []
    found = [TransferFolder(path) for path in transfers.iterdir() if (path / "plan.json").is_file()]
    return sorted(found, key=lambda folder: folder.worker_plan.stat().st_mtime, reverse=True)


def find(transfers: Path, name: str | None) -> TransferFolder:
    """The transfer that ``name`` means: its ID or an end or start of it; may be left out where there is one.

    Raises UnknownTransfer or SeveralTransfers.
    """
    everything = find_all(transfers)
    if name is None:
        matching = everything
    else:
        matching = [folder for folder in everything if folder.id == name] or [
            folder for folder in everything if folder.id.endswith(name) or folder.id.startswith(name)
        ]
    if not matching:
        raise UnknownTransfer(name=f"'{name}'" if name else "at all", folder=transfers)
    if len(matching) > 1:
        examples = ", ".join(folder.id for folder in matching[:3])
        raise SeveralTransfers(count=len(matching), examples=examples)
    return matching[0]
