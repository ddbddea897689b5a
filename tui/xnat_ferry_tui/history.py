"""What was said before, so that it can be taken back; and a thread that keeps the newest on disk."""

import threading
from pathlib import Path

from msgspec.structs import replace

from xnat_ferry.errors import CannotWrite
from xnat_ferry.plan.draft import Draft
from xnat_ferry.plan.draft_file import write_draft

_STEPS_BACK = 100


class History:
    """The drafts of one transfer, the newest at the end."""

    def __init__(self, draft: Draft) -> None:
        self.now = draft
        self._before: list[Draft] = []
        self._undone: list[Draft] = []

    def change(self, draft: Draft) -> None:
        """Something was said; what had been taken back before is gone."""
        if draft != self.now:
            self._before = [*self._before[1 - _STEPS_BACK :], self.now]
            self._undone.clear()
            self.now = draft

    def undo(self) -> bool:
        """Take the newest change back; False where there is none."""
        return self._move(self._before, self._undone)

    def redo(self) -> bool:
        """Say again what was taken back; False where nothing was."""
        return self._move(self._undone, self._before)

    def _move(self, out_of: list[Draft], into: list[Draft]) -> bool:
        if not out_of:
            return False
        into.append(self.now)
        self.now = out_of.pop()
        return True


class Keeper:
    """Writes the newest draft in a thread of its own: nobody waits for the disk."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._next: Draft | None = None
        self._thread: threading.Thread | None = None
        self.problem = ""
        """Why the newest could not be written; "" where it was."""

    def keep(self, draft: Draft, step: str) -> None:
        """Write this one, soon; what is newer when its turn comes is written instead."""
        if self._path is None:
            return
        with self._lock:
            self._next = replace(draft, step=step)
            if self._thread is None:
                self._thread = threading.Thread(target=self._write, args=(self._path,))
                self._thread.start()

    def wait(self) -> None:
        """Wait until all is on disk."""
        thread = self._thread
        if thread is not None:
            thread.join()

    def _write(self, path: Path) -> None:
        while True:
            with self._lock:
                draft, self._next = self._next, None
                if draft is None:
                    self._thread = None
                    return
            try:
                write_draft(draft, path)
                self.problem = ""
            except CannotWrite as error:
                self.problem = str(error)
