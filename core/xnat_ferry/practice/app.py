"""The ASGI application: reads a request, finds its handler, spoils the answer on order, writes the log."""

import asyncio
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import parse_qs

from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.types import Receive, Scope, Send

from xnat_ferry.practice.control import Control
from xnat_ferry.practice.faults import Fault, Rules
from xnat_ferry.practice.http.replies import PIECE, STANDARD, Refused, Reply, page
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.rooms.login import LOGIN_PAGE, identify
from xnat_ferry.practice.rooms.table import all_routes
from xnat_ferry.practice.site.site import Site

_IN_MEMORY = 4 * 1024 * 1024


class Cut(Exception):
    """The answer shall break off here."""


class Log:
    """Every request that was answered, in the order of completion."""

    def __init__(self) -> None:
        self._entries: list[dict[str, Any]] = []
        self._number = 0
        self._lock = threading.Lock()

    def add(self, entry: dict[str, Any]) -> None:
        with self._lock:
            self._number += 1
            self._entries.append({"n": self._number, **entry})

    def since(self, number: int) -> list[dict[str, Any]]:
        with self._lock:
            return [entry for entry in self._entries if entry["n"] > number]

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()


class Application:
    """One practice server."""

    def __init__(self, site: Site, rules: Rules) -> None:
        self.site, self.rules, self.log = site, rules, Log()
        self._router = all_routes()
        self._control = Control(site, rules, self.log)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as body:
            request = await self._read(scope, receive, cast(BinaryIO, body))
            if request.path.startswith("/practice/"):
                await self._send(send, await run_in_threadpool(self._control.answer, request), None)
                return
            await self._answer(scope, send, request)

    async def _answer(self, scope: Scope, send: Send, request: Request) -> None:
        fault = self.rules.hit(request.method, request.path)
        began, status, sent = time.monotonic(), 0, 0
        try:
            if fault is not None:
                await asyncio.sleep(fault.delay + fault.hold)
                if fault.reset:
                    scope["state"]["transport"].abort()
                    return
            reply = await run_in_threadpool(self._reply, request, fault)
            status = reply.status
            sent = await self._send(send, reply, fault, request.method == "HEAD")
        finally:
            self.log.add(
                {
                    "method": request.method,
                    "path": request.path,
                    "query": scope["query_string"].decode("latin-1"),
                    "status": status,
                    "bytes_in": request.length,
                    "bytes_out": sent,
                    "seconds": round(time.monotonic() - began, 6),
                    "connection": ":".join(map(str, scope.get("client") or ())),
                    "user": request.user,
                    "fault": fault.name if fault else "",
                }
            )

    async def _read(self, scope: Scope, receive: Receive, body: BinaryIO) -> Request:
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        length = 0
        more = True
        while more:
            message = await receive()
            piece = message.get("body", b"")
            length += len(piece)
            body.write(piece)
            more = message.get("more_body", False)
        body.seek(0)
        query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        method = scope["method"]
        if method == "POST" and query.get("method", [""])[0] in ("PUT", "DELETE"):
            method = query["method"][0]
        return Request(
            self.site,
            method,
            scope.get("raw_path", scope["path"].encode()).decode("latin-1").partition("?")[0],
            query,
            headers,
            body,
            length,
            "content-length" not in headers,
            base=f"http://{headers.get('host', '')}",
        )

    def _reply(self, request: Request, fault: Fault | None) -> Reply:
        spoiled = self._spoiled(request, fault) if fault is not None else None
        if spoiled is not None:
            return spoiled
        try:
            login, refused = identify(request)
            if refused is not None:
                return refused
            if login is not None:
                request.user, request.login = login.user, login.id
            request.fault = fault or request.fault
            reply = self._router.find(request)()
        except Refused as error:
            if error.message is None and error.status in (404, 501):
                return Reply(error.status, b"", "text/html")
            return page(error.status, error.message or STANDARD.get(error.status, "Error"))
        if login is not None:
            self._set_cookies(reply, login.id)
        return reply

    def _spoiled(self, request: Request, fault: Fault) -> Reply | None:
        if fault.status is not None:
            if fault.body:
                return Reply(fault.status, fault.body.encode(), "text/html")
            return page(fault.status, STANDARD.get(fault.status, "Service temporarily unavailable"))
        if fault.login_page:
            return Reply(200, LOGIN_PAGE.encode(), "text/html")
        if fault.no_space:
            # a full disk is the importer's catch-all, else a plain fault (wire-write 1.7)
            if request.path.endswith("/services/import"):
                return page(400, "unable to read DICOM object 0001.dcm")
            return page(500, STANDARD[500])
        if fault.expire_login:
            self.site.logins.lapse()
        return None

    def _set_cookies(self, reply: Reply, identifier: str) -> None:
        now, patience = int(self.site.clock.now() * 1000), int(self.site.logins.patience * 1000)
        if not reply.cookies:
            reply.cookies.append(f"JSESSIONID={identifier}; Path=/; HttpOnly")
        reply.cookies.append(f'SESSION_EXPIRATION_TIME="{now},{patience}"; Version=1; Path=/')

    async def _send(self, send: Send, reply: Reply, fault: Fault | None, headless: bool = False) -> int:
        """Write the answer; returns the bytes of its body that were sent."""
        body = reply.body
        headers = [("content-type", reply.kind), ("accept-ranges", "bytes"), ("vary", "Accept")]
        headers += [(name.lower(), value) for name, value in reply.headers.items()]
        headers += [("set-cookie", cookie) for cookie in reply.cookies]
        pieces: Iterator[bytes]
        if isinstance(body, bytes):
            headers.append(("content-length", str(len(body))))
            pieces = iter([body])
        elif isinstance(body, Path):
            headers.append(("content-length", str(body.stat().st_size)))
            pieces = _read_pieces(body)
        else:
            pieces = body
        raw = [(name.encode(), value.encode("latin-1", "replace")) for name, value in headers]
        await send({"type": "http.response.start", "status": reply.status, "headers": raw})
        sent = 0
        if not headless:
            async for piece in iterate_in_threadpool(_spoil(pieces, fault, reply)):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
                sent += len(piece)
                if fault is not None and fault.bytes_per_second:
                    await asyncio.sleep(len(piece) / fault.bytes_per_second)
        await send({"type": "http.response.body", "body": b"", "more_body": False})
        return sent


def _read_pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def _spoil(pieces: Iterator[bytes], fault: Fault | None, reply: Reply) -> Iterator[bytes]:
    """The body as the fault wants it: cut, ended early, or with one byte turned."""
    if fault is None or reply.status >= 400:
        yield from pieces
        return
    if fault.bytes_per_second:
        step = max(int(fault.bytes_per_second / 20), 1)
        for piece in pieces:
            yield from (piece[at : at + step] for at in range(0, len(piece), step))
        return
    if fault.cut_after is None and not fault.truncate and not fault.flip_byte:
        yield from pieces
        return
    whole = bytearray(b"".join(pieces))
    if fault.flip_byte and whole:
        whole[len(whole) // 2] ^= 0x01
    if fault.truncate:
        yield bytes(whole[: len(whole) * 6 // 10])
    elif fault.cut_after is not None:
        keep = int(fault.cut_after * len(whole)) if fault.cut_after <= 1 else int(fault.cut_after)
        yield bytes(whole[:keep])
        raise Cut
    else:
        yield bytes(whole)
