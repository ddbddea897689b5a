"""What a comparison asks of the originals of one session, wherever they are: a server, or this machine."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from xnat_ferry.dicom.facts import Header
from xnat_ferry.dicom.header import HeaderSample, sample_of
from xnat_ferry.dicom.instance import Passed, header_of
from xnat_ferry.errors import DataProblem, SourceChanged, UsageError
from xnat_ferry.model import Instance, Level, SessionDetail
from xnat_ferry.packed import packed_by
from xnat_ferry.plan import PlannedSession
from xnat_ferry.transfer.local_origin import LocalOrigin
from xnat_ferry.verify.fetch import SentHeaders
from xnat_ferry.verify.observed import Observed
from xnat_ferry.verify.tails import needs_original

if TYPE_CHECKING:
    from pydicom import Dataset


class Originals(Protocol):
    """One session as it is where it came from."""

    def read_header(self, one: Instance) -> "Dataset":
        """The header of a file as it is now; raises a ServerAnswer or a DataProblem."""

    def read_whole(self, one: Instance) -> Passed:
        """A whole file as it is now, without digests; raises a ServerAnswer or a DataProblem."""

    def sample(self, scan: str) -> HeaderSample:
        """What the header of a scan's first file says."""

    def headers(self, instances: Iterable[Instance]) -> SentHeaders:
        """Reads the headers of a whole series."""

    def listed(self) -> tuple[Instance, ...]:
        """A manifest made of what is listed there, without pixels; raises a ServerAnswer."""

    def filled(
        self, instances: Sequence[Instance], observed: Observed, level: Level, *, loosely: bool
    ) -> tuple[Instance, ...]:
        """The same manifest with the pixels that the level needs, where nobody has looked at them."""


class LocalOriginals:
    """A session's files on this machine. They are only believed while they are what was planned."""

    def __init__(self, origin: LocalOrigin, session: PlannedSession) -> None:
        self._origin, self._session = origin, session
        self._detail: SessionDetail | None = None

    def read_header(self, one: Instance) -> "Dataset":
        """From the file that was sent; raises SourceChanged or SourceUnreadable."""
        self._read()
        return self._origin.read_header(self._session, one.scan, one.path)

    def read_whole(self, one: Instance) -> Passed:
        """The file that was sent; raises SourceChanged or SourceUnreadable."""
        self._read()
        return self._origin.read_whole(self._session, one.scan, one.path)

    def sample(self, scan: str) -> HeaderSample:
        """Of its first file by name."""
        try:
            first = min(row.path for row in self._read().dicom_files(scan))
            return sample_of(scan, self._origin.read_header(self._session, scan, first))
        except (DataProblem, ValueError) as error:
            return HeaderSample(scan=scan, problem=str(error))

    def headers(self, instances: Iterable[Instance]) -> SentHeaders:
        """File by file; those that cannot be read are left out."""
        series = packed_by(Instance, lambda one: one.series_uid, instances)

        def of_series(uid: str) -> dict[str, Header]:
            found = {}
            for one in series.get(uid, ()):
                with suppress(DataProblem):
                    header = self._header(one)
                    if header is not None:
                        found[one.sop_uid] = header
            return found

        return of_series

    def _header(self, one: Instance) -> Header | None:
        if needs_original(one):
            return self.read_whole(one).header
        return header_of(self.read_header(one), {})

    def listed(self) -> tuple[Instance, ...]:
        """Nothing: only the files themselves tell who they are, and each is read as it is sent."""
        return ()

    def filled(
        self, instances: Sequence[Instance], observed: Observed, level: Level, *, loosely: bool
    ) -> tuple[Instance, ...]:
        """The same: all files were read as they passed."""
        return tuple(instances)

    def _read(self) -> SessionDetail:
        """What is planned and still there, looked at once."""
        if self._detail is None:
            try:
                self._detail = self._origin.read(self._session)
            except UsageError as error:
                raise SourceChanged(session=self._session.session, why=str(error)) from None
        return self._detail
