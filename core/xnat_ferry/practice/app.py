"""The ASGI application: lets a request in, finds its handler, spoils the answer on order, writes the log."""

import asyncio
import sys
import tempfile
import time
import traceback
from typing import BinaryIO, cast

from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from xnat_ferry.practice.control import Control
from xnat_ferry.practice.faults import Fault, Rules
from xnat_ferry.practice.http.engines import broken, dressed, refusal, refuse_parts
from xnat_ferry.practice.http.parameters import take_form
from xnat_ferry.practice.http.receiving import Broken, announced, brings_a_body, head_of, receive_body
from xnat_ferry.practice.http.replies import STANDARD, Refused, Reply
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.http.sending import Sending
from xnat_ferry.practice.log import Log
from xnat_ferry.practice.rooms.login.cookies import set_cookies
from xnat_ferry.practice.rooms.login.csrf import check_token
from xnat_ferry.practice.rooms.login.gate import let_in
from xnat_ferry.practice.rooms.login.pages import LOGIN_PAGE
from xnat_ferry.practice.rooms.routes import all_routes
from xnat_ferry.practice.site.site import Site

_IN_MEMORY = 4 * 1024 * 1024


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
            request = head_of(self.site, scope, cast(BinaryIO, body))
            try:
                if request.path.startswith("/practice/"):
                    await receive_body(request, receive)
                    reply = await run_in_threadpool(self._control.answer, request)
                    await Sending(scope, send, None).run(reply)
                else:
                    with self.log.watching(request):
                        await self._answer(scope, receive, send, request)
            except Broken:
                scope["state"]["transport"].close()
            except Exception:  # the outer edge: the answer had begun, and only the connection can say so
                traceback.print_exc(file=sys.stderr)
                raise

    async def _answer(self, scope: Scope, receive: Receive, send: Send, request: Request) -> None:
        fault = self.rules.hit(request.method, request.path, announced(request))
        uploads = brings_a_body(request)
        # what is done to the body of an upload is not done to its answer again
        sending = Sending(scope, send, None if uploads else fault)
        at, began, status, gone = time.time(), time.monotonic(), 0, False
        try:
            reply = self._at_the_door(request, fault)
            if reply is None:
                await receive_body(request, receive, fault)
            if fault is not None:
                await asyncio.sleep(fault.delay)
                if fault.until_released:
                    await run_in_threadpool(self._await_release)
                if fault.reset:
                    scope["state"]["transport"].abort()
                    return
            if reply is None:
                reply = await run_in_threadpool(self._inside, request, fault)
            status, gone = reply.status, sending.gone
            await sending.run(reply)
        finally:
            self.log.add(
                {
                    "method": request.method,
                    "path": request.path,
                    "query": request.query_string,
                    "status": status,
                    "at": at,
                    "gone": gone,
                    "bytes_in": request.length,
                    "bytes_out": sending.sent,
                    "seconds": round(time.monotonic() - began, 6),
                    "connection": ":".join(map(str, scope.get("client") or ())),
                    "user": request.user,
                    "fault": fault.name if fault else "",
                }
            )

    def _await_release(self) -> None:
        before = self.rules.releases
        while self.rules.releases == before and not self.site.closing.wait(0.01):
            pass

    def _at_the_door(self, request: Request, fault: Fault | None) -> Reply | None:
        """What a caller is answered before anybody reads what he sends (wire-write 7); mostly None."""
        if fault is not None:
            request.fault = fault
            if fault.expire_login:
                self.site.logins.lapse()
            if _answers_itself(fault, request):
                return None
        try:
            reply = let_in(request)
            if reply is None:
                check_token(request, early=True)
                refuse_parts(request)
        except Refused as error:
            reply = refusal(request, error)
        return set_cookies(request, dressed(request, reply)) if reply is not None else None

    def _inside(self, request: Request, fault: Fault | None) -> Reply:
        if fault is not None and _answers_itself(fault, request):
            return _answer_of(fault, request)
        try:
            check_token(request)
            take_form(request)
            reply = self._router.find(request)()
        except Refused as error:
            reply = refusal(request, error)
        except Exception:  # the outer edge: a room that breaks answers as XNAT's would, and says why
            traceback.print_exc(file=sys.stderr)
            reply = broken(request)
        return set_cookies(request, dressed(request, reply))


def _answers_itself(fault: Fault, request: Request) -> bool:
    # the importer has words of its own for a full disk (wire-write 1.7)
    full = fault.no_space and "/services/import" not in request.path
    return fault.status is not None or fault.login_page or full


def _answer_of(fault: Fault, request: Request) -> Reply:
    """Of a server, or of something before it, that does not come to the point."""
    if fault.login_page:
        return Reply(200, LOGIN_PAGE.encode(), "text/html")
    status = fault.status or 500
    if fault.body is None:
        return refusal(request, Refused(status, STANDARD.get(status, STANDARD[503])))
    # nothing under a JSON type is how a table fails (wire-read 0.5)
    kind = "application/json" if fault.body[:1] in ("", "{", "[") else "text/html"
    return Reply(status, fault.body.encode(), kind)
