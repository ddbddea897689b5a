"""Starts the server, says where it is, and leaves nothing behind."""

import asyncio
import contextlib
import ipaddress
import json
import math
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from xnat_ferry.practice.app import Application
from xnat_ferry.practice.clock import Clock
from xnat_ferry.practice.errors import PracticeError
from xnat_ferry.practice.faults import Rules, read_faults
from xnat_ferry.practice.process import TIED_VARIABLE
from xnat_ferry.practice.rooms.prearchive import rebuild_idle
from xnat_ferry.practice.site.shelf import restore, store
from xnat_ferry.practice.site.site import Site
from xnat_ferry.practice.world.description import read_world
from xnat_ferry.practice.world.settling import settle


class _Protocol(H11Protocol):
    """Hands its connection to the application, so that a fault may reset it."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class _Server(uvicorn.Server):
    """Says where it is once it answers."""

    def __init__(self, config: uvicorn.Config, first_line: dict[str, Any], closing: threading.Event) -> None:
        super().__init__(config)
        self._first_line, self._closing = first_line, closing

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End on SIGTERM and Ctrl-C without raising them again: what was begun here is tidied up here."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, setattr, self, "should_exit", True)
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(json.dumps(self._first_line), flush=True)  # noqa: T201  the contract's first line

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._closing.set()  # whatever is held up ends with the server
        await super().shutdown(sockets)


def serve(
    *,
    world: str = "demo",
    faults: str | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
    clock: float = 1.0,
    data: Path | None = None,
) -> int:
    """Serve until SIGTERM or Ctrl-C; raises PracticeError for what cannot be served."""
    _check(host, clock)
    described, base = read_world(world)
    rules = Rules(read_faults(faults))
    place = data.expanduser().resolve() if data else Path(tempfile.mkdtemp(prefix="xnat-practice-"))
    try:
        site = Site(described.server, Clock(clock), place)
        if data and restore(site):
            words = f"What was kept in {place} is taken up; sessions of the world are not added to it."
            print(words, file=sys.stderr, flush=True)  # noqa: T201  the first line of output is the contract's
        else:
            settle(site, described, base)
        with _bound(host, port) as bound:
            number = bound.getsockname()[1]
            shown = f"[{host}]" if ":" in host else host
            first = described.users[0]
            line = {
                "url": f"http://{shown}:{number}",
                "user": first.login,
                "password": first.password,
                "projects": [project.id for project in described.projects],
            }
            _run(Application(site, rules), bound, line)
        if data:
            store(site)
    finally:
        if not data:
            shutil.rmtree(place, ignore_errors=True)
    return 0


def _run(application: Application, bound: socket.socket, line: dict[str, Any]) -> None:
    # bodies are taken up in one thread while others work: it must not wait 5 ms for each piece
    sys.setswitchinterval(0.0005)
    config = uvicorn.Config(
        application,
        http=_Protocol,
        ws="none",
        lifespan="off",
        loop="asyncio",
        log_level="critical",
        access_log=False,
        timeout_graceful_shutdown=0,
        server_header=False,
    )
    server = _Server(config, line, application.site.closing)
    if os.environ.get(TIED_VARIABLE):
        threading.Thread(target=_end_with_parent, args=(server,), daemon=True).start()

    async def main() -> None:
        rebuilder = asyncio.create_task(_rebuild(application.site))
        try:
            await server.serve(sockets=[bound])
        finally:
            rebuilder.cancel()

    asyncio.run(main())


def _end_with_parent(server: uvicorn.Server) -> None:
    """Standard input ends when the process that started us does, however it ends."""
    while os.read(0, 1024):  # past Python's own buffer, whose lock would be in the way at the end
        pass
    server.should_exit = True


async def _rebuild(site: Site) -> None:
    """The rebuilder knows itself when it is its turn (wire-write 2.3)."""
    while True:
        await asyncio.sleep(0.2)
        await asyncio.to_thread(rebuild_idle, site)


def _check(host: str, clock: float) -> None:
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise PracticeError(
            f"The practice server has no real protection, so {host} is refused: use 127.0.0.1."
        )
    if not 0 < clock < math.inf:  # nan is neither
        raise PracticeError(f"A clock cannot run {clock} times as fast: give a number above 0.")


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # with the protocol named, asyncio sends small answers at once instead of 40 ms later
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except (OSError, OverflowError) as error:
        bound.close()
        why = error.strerror if isinstance(error, OSError) else "there is none of that number"
        raise PracticeError(f"Port {port} of {host} cannot be used ({why}): choose another.") from None
    return bound
