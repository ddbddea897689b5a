"""A server that lets one log in and then answers whatever it was told to."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

from xnat_ferry.settings.credentials import Credentials

LOGIN = Credentials("ada", "hunter2-secret")


class Hostile:
    """What it answers next, and what it heard: request line and headers of each request."""

    def __init__(self) -> None:
        self.status = 200
        self.body = b"{}"
        self.headers: dict[str, str] = {"Content-Type": "application/json"}
        self.first: dict[str, tuple[int, dict[str, str], bytes]] = {
            "/xapi/siteConfig/buildInfo": (200, {}, b'{"version": "1.8.10"}'),
            "/data/auth": (200, {"Set-Cookie": f"JSESSIONID={'A' * 32}"}, b"User 'ada' is logged in"),
        }
        self.heard: list[tuple[str, str]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            log: ClassVar[None] = None

            def answer(self) -> None:
                outer.heard.append((f"{self.command} {self.path}", str(self.headers)))
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                usual = (outer.status, outer.headers, outer.body)
                status, headers, body = outer.first.get(self.path.partition("?")[0], usual)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_DELETE = answer

            def log_message(self, *arguments: object) -> None:
                pass

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *arguments: object) -> None:
                pass

        self._server = Quiet(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def hostile() -> Iterator[Hostile]:
    """One that is closed in the end."""
    server = Hostile()
    try:
        yield server
    finally:
        server.close()
