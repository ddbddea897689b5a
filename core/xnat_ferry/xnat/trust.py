"""Whom to trust, and how to show who one is: the same for the client's own connections and for xnatpy's.

The usual authorities, or those of SSL_CERT_FILE and SSL_CERT_DIR instead of them; a site's own beside either;
and a client's certificate where a site wants one.
"""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urljoin, urlsplit

from xnat_ferry.errors import SettingsUnreadable
from xnat_ferry.settings.papers import Table, find_papers
from xnat_ferry.settings.preferences import preferences_file
from xnat_ferry.settings.redact import plain
from xnat_ferry.xnat.libraries import httpx

_ONE_BY_ONE = threading.Lock()
"""Held while sessions of ``requests`` are those for one server: no other one may see its certificate."""


def make_trust(server: str) -> ssl.SSLContext:
    """A context for connections to a server; raises SettingsUnreadable for files that cannot be used."""
    authorities, certificate = find_papers(server)
    context = httpx.create_ssl_context()
    if file := authorities.papers.authorities:
        with _told(authorities, file):
            context.load_verify_locations(file)
    if file := certificate.papers.certificate:
        with _told(certificate, file):
            context.load_cert_chain(file, certificate.papers.key or None, password=_nobody_to_ask)
    return context


@contextmanager
def _told(table: Table, file: str) -> Iterator[None]:
    """A file that cannot be used, in words."""
    try:
        yield
    except (OSError, ssl.SSLError, ValueError) as error:
        why = f"of {table.name} {file} cannot be used: {_why(error)}"
        raise SettingsUnreadable(path=preferences_file(), why=plain(why)) from None


@contextmanager
def trusted_by_requests(server: str) -> Iterator[None]:
    """Sessions of ``requests`` that are made meanwhile trust and show the same; xnatpy makes its own."""
    import requests  # as xnatpy: only where it is needed

    context = make_trust(server)
    with _ONE_BY_ONE:
        usual = requests.Session
        requests.Session = _staying(context)  # type: ignore[misc]
        try:
            yield
        finally:
            requests.Session = usual  # type: ignore[misc]


def _staying(context: ssl.SSLContext) -> Any:
    """Sessions that follow no redirect to another host, nor from https to http: the login would go along."""
    import requests

    class Trusting(requests.adapters.HTTPAdapter):
        def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
            super().init_poolmanager(*arguments, ssl_context=context, **options)

        def proxy_manager_for(self, *arguments: Any, **options: Any) -> Any:
            return super().proxy_manager_for(*arguments, ssl_context=context, **options)

    class Staying(requests.Session):
        def __init__(self) -> None:
            super().__init__()
            self.mount("https://", Trusting())

        def get_redirect_target(self, response: requests.Response) -> str | None:
            target = super().get_redirect_target(response)
            there = urlsplit(urljoin(response.url, target or ""))
            return target if there[:2] == urlsplit(response.url)[:2] else None

    return Staying


def _nobody_to_ask() -> str:
    raise ValueError("its key is locked with a passphrase, and a worker has nobody to ask for it")


def _why(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return "it holds no certificate, or no key, in PEM"
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
