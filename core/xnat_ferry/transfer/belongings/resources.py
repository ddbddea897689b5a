"""Carries one resource: looks at both sides, sends what is missing, looks again.

What arrived is looked at before each attempt, so that an interruption costs one zip at most.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

from xnat_ferry import wording
from xnat_ferry.belongings import (
    Compared,
    Existing,
    HeldResource,
    compare_files,
    fingerprint,
    why_not,
)
from xnat_ferry.errors import DownloadBroken, ResourceDiffers, ResourceNotTaken, ResourceUnproven
from xnat_ferry.events import ResourceCarried, ResourceSending
from xnat_ferry.model import Mark
from xnat_ferry.transfer.belongings.resource_job import Job
from xnat_ferry.transfer.belongings.resource_sending import ResourceSender
from xnat_ferry.transfer.belongings.sent_paths import SentPaths
from xnat_ferry.transfer.ferry import Ferry
from xnat_ferry.xnat import resources as wire
from xnat_ferry.xnat.client import XnatClient


def carry_resource(ferry: Ferry, job: Job, there: HeldResource | None) -> None:
    """Bring a resource over and tell what came of it. ``there`` is what the destination had a moment ago.

    Raises ResourceDiffers where another file is there and nobody said what shall become of it,
    ResourceNotTaken where the server says yes and stores nothing, ResourceUnproven where it is not as sent.
    """
    _Carrying(ferry, job, there).run()


@dataclass
class _Carrying:
    """One resource's attempts."""

    ferry: Ferry
    job: Job
    there: HeldResource | None
    """As last looked at; None where the destination has no such resource."""
    _fresh: bool = field(default=True, init=False)

    def __post_init__(self) -> None:
        files = self.job.resource.files
        self._left_out = [one for one in files if why_not(one.path)]
        self._wanted = {one.path: one for one in files if not why_not(one.path)}
        self._sender = ResourceSender(self.ferry, self.job, self._wanted)
        self._ours = SentPaths(self.ferry.folder.manifests / f"{self.job.key}.sent")

    def run(self) -> None:
        compared = self.ferry.persist(self.job.session, self.job.unit, self._attempt)
        self._tell(compared)
        trouble = compared.marked(Mark.DIFFERS, Mark.ONLY_SOURCE)
        if self.job.existing == Existing.KEEP:
            trouble = [
                path for path in trouble if path in self._sender.sent or compared.marks[path] != Mark.DIFFERS
            ]
        if trouble:
            count = wording.plural(len(trouble), "file")
            raise ResourceUnproven(what=self.job.unit, holder=self.job.holder, count=count)

    def _attempt(self) -> Compared:
        self.ferry.heed_stop()
        if not self._fresh:
            self._list_there()
        self._fresh = False
        compared = self._compare()
        missing, changed = compared.marked(Mark.ONLY_SOURCE), self._to_replace(compared)
        if self.there is None:
            wire.make_folder(*self._destination, self.job.resource)
        if missing or changed:
            self._send_all(missing, changed)
            self._list_there()
            compared = self._compare()
            self._refuse_lost(missing, compared)
        if compared.marked(Mark.UNKNOWN) and wire.refresh_digests(*self._destination):
            self._list_there()
            compared = self._compare()
        return compared

    @property
    def _destination(self) -> tuple[XnatClient, str]:
        return self.job.destination.client, self.job.destination.address

    def _list_there(self) -> None:
        """Ask the destination what it has of it now."""
        level = self.job.resource.level
        found = wire.list_resources(*self._destination, level)
        label = self.job.resource.label
        self.there = next((one for one in found if (one.level, one.label) == (level, label)), None)

    def _compare(self) -> Compared:
        known = (self._sender.passed.get(path, one) for path, one in self._wanted.items())
        return compare_files(known, self.there.files if self.there else ())

    def _to_replace(self, compared: Compared) -> list[str]:
        """Those that are there with other content and may be written over: ours, or by a person's word."""
        differing = compared.marked(Mark.DIFFERS)
        ours = self._ours.read() if differing else frozenset()
        foreign = [path for path in differing if path not in ours]
        if foreign and self.job.existing is None:
            count = wording.plural(len(foreign), "file")
            raise ResourceDiffers(what=self.job.unit, holder=self.job.holder, count=count)
        return (
            differing if self.job.existing == Existing.REPLACE else [one for one in differing if one in ours]
        )

    def _refuse_lost(self, missing: Collection[str], compared: Compared) -> None:
        """What was sent and is not there: nothing of it means no right to write (wire-write 4.5)."""
        lost = set(compared.marked(Mark.ONLY_SOURCE))
        if lost and lost >= set(missing):
            raise ResourceNotTaken(what=self.job.unit, holder=self.job.holder)
        if lost:
            why = f"{wording.plural(len(lost), 'file')} did not arrive"
            raise DownloadBroken(what=self.job.unit, why=why)

    def _tell(self, compared: Compared) -> None:
        resource = self.job.resource
        self.ferry.tell(
            ResourceCarried(
                session=self.job.session,
                level=resource.level,
                holder=self.job.holder,
                to=self.job.to,
                scan=resource.scan,
                resource=resource.label,
                files=len(self._wanted),
                bytes=sum(one.size or 0 for one in self._wanted.values()),
                sent=len(self._sender.sent),
                verdict=compared.verdict,
                counts=compared.counts,
                fingerprint=fingerprint(
                    self._sender.passed.get(path, one) for path, one in self._wanted.items()
                ),
                left_out=len(self._left_out),
            )
        )

    def _send_all(self, missing: list[str], changed: list[str]) -> None:
        resource = self.job.resource
        self.ferry.tell(
            ResourceSending(
                session=self.job.session,
                level=resource.level,
                scan=resource.scan,
                resource=resource.label,
                files=len(missing) + len(changed),
                bytes=sum(self._wanted[path].size or 0 for path in (*missing, *changed)),
            )
        )
        self._ours.add(missing)
        self._sender.send(missing, replace=False)
        self._sender.send(changed, replace=True)
