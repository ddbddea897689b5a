"""An answer onto the wire, as fast as the machine allows or as slowly as a fault wants."""

import asyncio
from collections.abc import AsyncIterator, Iterator

from starlette.concurrency import run_in_threadpool
from starlette.types import Scope, Send

from xnat_ferry.practice.faults import Fault
from xnat_ferry.practice.http.receiving import Broken
from xnat_ferry.practice.http.replies import PLAIN, Reply
from xnat_ferry.practice.http.spoiling import Outgoing, outgoing

_BATCH = 512 * 1024
"""Bytes taken from a body at a time: each time costs a change of thread."""
_STEPS_A_SECOND = 20
"""So often a slow line sends something."""
_BODILESS = (204, 304)


class Sending:
    """One answer; ``sent`` counts the bytes of its body."""

    def __init__(self, scope: Scope, send: Send, fault: Fault | None) -> None:
        self._scope, self._send, self._fault = scope, send, fault
        self.sent = 0

    @property
    def gone(self) -> bool:
        """Whether nobody is there to take it; within one process there is no connection to tell."""
        transport = self._scope.get("state", {}).get("transport")
        return transport is not None and bool(transport.is_closing())

    async def run(self, reply: Reply) -> None:
        """Raises Broken where the connection shall end before the body does."""
        body = await self._body(reply)
        try:
            await self._head(reply, body)
            if self._scope["method"] != "HEAD" and reply.status not in _BODILESS:
                await self._pieces(body)
        finally:
            _close(body.pieces)
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _body(self, reply: Reply) -> Outgoing:
        if self._fault is None:
            return outgoing(reply, None)
        return await run_in_threadpool(outgoing, reply, self._fault)

    async def _head(self, reply: Reply, body: Outgoing) -> None:
        headers = [(name.lower(), value) for name, value in reply.headers.items()]
        headers += [("set-cookie", cookie) for cookie in reply.cookies]
        if reply.status not in _BODILESS:
            if body.length is not None:
                headers.append(("content-length", str(body.length)))
            if body.length != 0 or reply.kind != PLAIN:
                headers.append(("content-type", reply.kind))
        raw = [(name.encode(), value.encode("latin-1", "replace")) for name, value in headers]
        await self._send({"type": "http.response.start", "status": reply.status, "headers": raw})

    async def _pieces(self, body: Outgoing) -> None:
        async for piece in self._paced(body):
            if self.gone:
                raise Broken
            await self._send({"type": "http.response.body", "body": piece, "more_body": True})
            self.sent += len(piece)
        if body.breaks:
            raise Broken

    async def _paced(self, body: Outgoing) -> AsyncIterator[bytes]:
        rate = self._fault.bytes_per_second if self._fault else None
        async for batch in _batches(body):
            if not rate:
                yield batch
                continue
            step = max(int(rate / _STEPS_A_SECOND), 1)
            for at in range(0, len(batch), step):
                yield batch[at : at + step]
                await asyncio.sleep(min(step, len(batch) - at) / rate)


async def _batches(body: Outgoing) -> AsyncIterator[bytes]:
    if body.at_hand:
        for piece in body.pieces:
            yield piece
        return
    while batch := await run_in_threadpool(_batch, body.pieces):
        yield batch


def _batch(pieces: Iterator[bytes]) -> bytes:
    """The next pieces in one; empty at the end."""
    held: list[bytes] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= _BATCH:
            break
    return held[0] if len(held) == 1 else b"".join(held)


def _close(pieces: Iterator[bytes]) -> None:
    """An answer that nobody reads to its end lets go of its files."""
    close = getattr(pieces, "close", None)
    if close is not None:
        close()
