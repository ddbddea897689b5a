"""The road receiver: files go by C-STORE to the destination's DICOM receiver, and are followed from there."""

from functools import partial
from importlib.util import find_spec

from xnat_ferry.errors import ReceiverMissing
from xnat_ferry.plan import PlannedSession
from xnat_ferry.roads.importing import Importing
from xnat_ferry.transfer.carry import carry_session
from xnat_ferry.transfer.session_state import SessionState
from xnat_ferry.transfer.units.storing import store_unit


class ByReceiver(Importing):
    """For sites that take images in by their receiver alone.

    It routes by StudyDescription, so that element of the copy that is sent names the destination; the source
    is not touched.
    """

    def prepare(self) -> None:
        """Raises ReceiverMissing where the library is not installed: it is an extra."""
        if find_spec("pynetdicom") is None:
            raise ReceiverMissing
        super().prepare()

    def carry(self, session: PlannedSession, past: SessionState) -> str:
        """Fetch what is missing and store it at the receiver."""
        send = partial(store_unit, self.plan.receiver)
        return carry_session(self.ferry, session, past, self.doubts, send=send)
