"""Transfers as their workers would have left them, without any server."""

import os
import socket

import msgspec

from tests.core.making import plan_of, planned
from xnat_ferry import events
from xnat_ferry.model import Level, Mark, Where
from xnat_ferry.transfer import folder as transfer_folders
from xnat_ferry.transfer import lock
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.journal import Journal
from xnat_ferry.verify.kept import keep_verification
from xnat_ferry.verify.verification import Item, SessionVerification, What, count_marks
from xnat_ferry_tui.desk import Desk

STARTED = events.WorkerStarted(plan_hash="h", pid=1, host="n", version="0")


def finished(failed: int = 0) -> events.TransferFinished:
    """The last word of a worker."""
    return events.TransferFinished(done=1, failed=failed, requests=9, bytes_down=1, bytes_up=1, seconds=1)


def transfer(desk: Desk, *told: events.AnyEvent, labels: tuple[str, ...] = ("A",)) -> TransferFolder:
    """A transfer of these sessions whose journal says this."""
    sessions = [
        planned(label, id=f"XNAT_{number}", to_session=f"S_{number}")
        for number, label in enumerate(labels, 1)
    ]
    folder = transfer_folders.create(desk.transfers, plan_of(*sessions))
    tell(folder, *told)
    return folder


def tell(folder: TransferFolder, *told: events.AnyEvent) -> None:
    """Write on in its journal."""
    journal = Journal(folder.journal)
    for event in told:
        journal.write(event)
    journal.close()


def hold(folder: TransferFolder) -> None:
    """Let it look as if this very process were its worker."""
    holder = lock.Holder(os.getpid(), socket.gethostname(), "")
    folder.lock.write_bytes(msgspec.json.encode(holder))


def item(label: str, scan: str, file: str, mark: Mark = Mark.ONLY_SOURCE, what: What = What.MISSING) -> Item:
    """One file that is not as it should be."""
    return Item(
        mark=mark,
        session=label,
        scan=scan,
        file=file,
        what=what,
        source=f"source of {file}",
        destination="",
        likely="The upload was cut. Sending it again may help.",
    )


def verified(
    folder: TransferFolder, label: str, *items: Item, same: int = 9, level: Level = Level.IDENTITY
) -> None:
    """Keep a comparison of one session: so many files are the same, and these are not."""
    (session,) = [one for one in folder.read_plan().sessions if one.session == label]
    result = SessionVerification(
        source=label,
        destination=session.to_session,
        where=Where.ARCHIVE,
        level=level,
        counts=count_marks([Mark.SAME] * same + [one.mark for one in items]),
        items=items,
        destination_id="X_1",
    )
    keep_verification(folder, session, result)
