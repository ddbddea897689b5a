"""Makes the record of a transfer's folder and keeps it there as Markdown, HTML and JSON."""

import hashlib
from pathlib import Path

import msgspec

from xnat_ferry.record.facts import facts_of
from xnat_ferry.record.html import to_html
from xnat_ferry.record.markdown import to_markdown
from xnat_ferry.record.values import Record
from xnat_ferry.settings.private import write_private
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.journal import read_all
from xnat_ferry.transfer.state import TransferState
from xnat_ferry.verify.verification import Verification


def make_record(folder: TransferFolder, state: TransferState, verification: Verification | None) -> Record:
    """The record as a value; the manifests are read once more for their digests."""
    manifests = {
        session.session: digest
        for session in state.plan.sessions
        if (digest := _digest(folder.manifest(session.id)))
    }
    return facts_of(folder.id, state, verification, read_all(folder.journal), manifests)


def write_record(folder: TransferFolder, state: TransferState, verification: Verification | None) -> Record:
    """Write all three forms into the transfer's folder, each whole or not at all; raises OSError."""
    record = make_record(folder, state, verification)
    write_private(folder.record, to_markdown(record).encode())
    write_private(folder.record.with_suffix(".html"), to_html(record).encode())
    as_json = msgspec.json.format(msgspec.json.encode(record)) + b"\n"
    write_private(folder.record.with_suffix(".json"), as_json)
    return record


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return ""
