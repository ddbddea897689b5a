"""A DICOM receiver beside a practice server: it feeds what it is sent into the server's importer."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from pynetdicom import AE, AllStoragePresentationContexts, evt
from pynetdicom.events import Event

from tests.core.harbour import Harbour
from xnat_ferry.plan.receiver import Receiver

RULES = {
    "projectRules": r"(0008,1030):xnat://([^/]+)/[^/]+/[^/]+",
    "subjectRules": r"(0008,1030):xnat://[^/]+/([^/]+)/[^/]+",
    "sessionRules": r"(0008,1030):xnat://[^/]+/[^/]+/([^/]+)",
}
LITTLE, BIG, IMPLICIT = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2"


def route_by_description(port: Harbour) -> None:
    """Have the site route by what guides have in StudyDescription; its user has to be an administrator."""
    with httpx.Client(base_url=port.server.url, auth=("ada", "pract1ce-pw")) as site:
        for name, rule in RULES.items():
            answer = site.put(
                f"/data/config/dicom/{name}?inbody=true",
                content=rule,
                headers={"Content-Type": "text/plain"},
            )
            assert answer.is_success, answer.text


@contextmanager
def receiver(
    handle: Callable[[Event], int],
    syntaxes: tuple[str, ...] = (LITTLE,),
    *,
    without: str = "",
    knows: str = "",
) -> Iterator[tuple[Receiver, list[str]]]:
    """A storage SCP, and the SOPInstanceUIDs that it was sent.

    It takes every SOP class but ``without``, and where ``knows`` is a title lets that caller in alone.
    """
    sent: list[str] = []

    def store(event: Event) -> int:
        request: Any = event.request
        sent.append(str(request.AffectedSOPInstanceUID))
        return handle(event)

    entity: Any = AE(ae_title="XNAT")
    entity.require_called_aet = True
    entity.require_calling_aet = [knows] if knows else []
    for context in AllStoragePresentationContexts:
        if context.abstract_syntax == without:
            continue
        entity.add_supported_context(context.abstract_syntax, list(syntaxes))
    server = entity.start_server(("127.0.0.1", 0), block=False, evt_handlers=[(evt.EVT_C_STORE, store)])
    try:
        yield Receiver(host="127.0.0.1", port=server.server_address[1], aet="XNAT"), sent
    finally:
        server.shutdown()


def feeding(port: Harbour) -> Callable[[Event], int]:
    """What XNAT's own receiver does: one object at a time into the importer."""
    return lambda event: feed_bytes(port, event.encoded_dataset())


def feed_bytes(port: Harbour, content: bytes) -> int:
    """A whole file into the importer; the status that a receiver answers."""
    answer = httpx.post(
        f"{port.server.url}/data/services/import?import-handler=gradual-DICOM&inbody=true",
        content=content,
        headers={"Content-Type": "application/octet-stream"},
        auth=("ada", "pract1ce-pw"),
    )
    return 0 if answer.is_success else 0xC000
