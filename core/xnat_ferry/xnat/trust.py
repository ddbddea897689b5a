"""Whom to trust, and how to show who one is: the same for the client's own connections and for xnatpy's.

The usual authorities, or those of SSL_CERT_FILE and SSL_CERT_DIR instead of them; a site's own beside either;
and a client's certificate where a site wants one.
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urljoin, urlsplit

from xnat_ferry.errors import SettingsUnreadable
from xnat_ferry.settings.preferences import Tls, preferences_file, read_preferences
from xnat_ferry.settings.redact import plain
from xnat_ferry.xnat.libraries import httpx


def make_trust(tls: Tls | None = None) -> ssl.SSLContext:
    """A context for connections to any server; raises SettingsUnreadable for files that cannot be used."""
    tls = tls or read_preferences().tls
    context = httpx.create_ssl_context()
    try:
        if tls.authorities:
            context.load_verify_locations(tls.authorities)
        if tls.certificate:
            context.load_cert_chain(tls.certificate, tls.key or None, password=_nobody_to_ask)
    except (OSError, ssl.SSLError, ValueError) as error:
        what = tls.certificate if tls.certificate and "verify" not in str(error) else tls.authorities
        why = f"of [tls] {what or tls.authorities} cannot be used: {_why(error)}"
        raise SettingsUnreadable(path=preferences_file(), why=plain(why)) from None
    return context


@contextmanager
def trusted_by_requests() -> Iterator[None]:
    """Sessions of ``requests`` that are made meanwhile trust and show the same; xnatpy makes its own.

    They follow no redirect to another host, nor from https to http: the login would go along.
    """
    import requests  # as xnatpy: only where it is needed

    usual, context = requests.Session, make_trust()

    class Trusting(requests.adapters.HTTPAdapter):
        def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
            super().init_poolmanager(*arguments, ssl_context=context, **options)

        def proxy_manager_for(self, *arguments: Any, **options: Any) -> Any:
            return super().proxy_manager_for(*arguments, ssl_context=context, **options)

    class Staying(usual):  # type: ignore[misc, valid-type]
        def __init__(self) -> None:
            super().__init__()
            self.mount("https://", Trusting())

        def get_redirect_target(self, response: requests.Response) -> str | None:
            target = super().get_redirect_target(response)
            there = urlsplit(urljoin(response.url, target or ""))
            return target if there[:2] == urlsplit(response.url)[:2] else None

    requests.Session = Staying  # type: ignore[misc]
    try:
        yield
    finally:
        requests.Session = usual  # type: ignore[misc]


def _nobody_to_ask() -> str:
    raise ValueError("its key is locked with a passphrase, and a worker has nobody to ask for it")


def _why(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return "it holds no certificate, or no key, in PEM"
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
