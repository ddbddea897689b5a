"""A proxy that passes everything on, and once loses the answer to a request that the server carried out."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit


@contextmanager
def losing(url: str, request: str) -> Iterator[str]:
    """The address of such a proxy before ``url``; ``request`` is how the request's first line begins."""
    proxy = _Proxy(urlsplit(url).port or 80, request.encode())
    try:
        yield proxy.address
    finally:
        proxy.close()


class _Proxy:
    def __init__(self, port: int, request: bytes) -> None:
        self._port = port
        self._request = request
        self._lost = False
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listening.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                caller, _ = self._listening.accept()
                threading.Thread(target=self._serve, args=(caller,), daemon=True).start()

    def _serve(self, caller: socket.socket) -> None:
        losing = threading.Event()
        with caller, socket.create_connection(("127.0.0.1", self._port)) as server:
            back = threading.Thread(target=self._back, args=(server, caller, losing), daemon=True)
            back.start()
            with contextlib.suppress(OSError):
                while piece := caller.recv(65536):
                    if piece.startswith(self._request) and not self._lost:
                        self._lost = True
                        losing.set()
                    server.sendall(piece)
                server.shutdown(socket.SHUT_WR)
            back.join()

    def _back(self, server: socket.socket, caller: socket.socket, losing: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while piece := server.recv(65536):
                if losing.is_set():
                    break
                caller.sendall(piece)
            caller.shutdown(socket.SHUT_RDWR)
