"""Takes a transfer back that was made a moment ago for an array, which Slurm did not take."""

from contextlib import suppress

from xnat_ferry.errors import FerryError
from xnat_ferry.transfer import lock
from xnat_ferry.transfer.folder import TransferFolder
from xnat_ferry.transfer.slurm.job import job_file, script_file
from xnat_ferry.transfer.slurm.tasks import find_tasks, tasks_of


def withdraw(folder: TransferFolder) -> bool:
    """Remove it, unless somebody has taken it up meanwhile; whether it is a transfer no more.

    Only what was made for it goes, by name: whatever else lies in its folder stays there.
    """
    try:
        with lock.locked(folder):
            if folder.journal.exists() or job_file(folder).exists() or find_tasks(folder):
                return False
            folder.worker_plan.unlink()  # a folder without it is no transfer, and nobody takes it up
    except (FerryError, OSError):
        return False
    with suppress(OSError):
        for file in (folder.plan_file, folder.pace, script_file(folder)):
            file.unlink(missing_ok=True)
        for place in (folder.manifests, folder.verifications, tasks_of(folder)):
            if place.exists():
                place.rmdir()
        folder.path.rmdir()
    return True
