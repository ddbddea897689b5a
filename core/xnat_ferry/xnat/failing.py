"""Why a request failed, in words that a person uses, and whether it is worth asking again."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from xnat_ferry.errors import (
    CannotConnect,
    CertificateRefused,
    CertificateWanted,
    ConnectionLost,
    NotAnXnat,
    NotTrusted,
    ServerAnswer,
    ServerBusy,
    ServerUnreachable,
    StillWorking,
)
from xnat_ferry.xnat import answers
from xnat_ferry.xnat.libraries import httpx

_ABOUT_OURS = re.compile(r"_ALERT_(\w*CERTIFICATE|UNKNOWN_CA)")
"""What OpenSSL makes of a server's alerts about the certificate that it was shown (RFC 8446 6.2)."""


def wait_for_it(error: Exception) -> bool | float:
    """Whether a question is asked again, and after how many seconds if the server said so."""
    if not isinstance(error, ConnectionLost | ServerBusy | StillWorking):
        return False
    after = error.facts.get("after")
    return after if isinstance(after, float) and after > 0 else True


def unreachable(server: str, error: httpx.HTTPError) -> ServerUnreachable:
    """The error for a server that could not even be asked who it is."""
    text = str(error).upper()
    if "CERTIFICATE REQUIRED" in text or "CERTIFICATE_REQUIRED" in text:
        return CertificateWanted(server=server)
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return NotTrusted(server=server)
    if _ABOUT_OURS.search(text):
        return CertificateRefused(server=server)
    return ServerUnreachable(server=server, why=_reason(error))


@contextmanager
def if_it_has_no_name(server: str) -> Iterator[None]:
    """What httpx cannot make a host of: a name with signs that are in none, or what only looks encoded."""
    try:
        yield
    except (httpx.InvalidURL, UnicodeError):
        raise ServerUnreachable(server=server, why="its name is none that a server can have") from None


def no_xnat(server: str, path: str, response: httpx.Response) -> CannotConnect:
    """The error for an answer that no XNAT gives; nginx asks for certificates by pages (its 495 and 496)."""
    if response.status_code == 400 and "No required SSL certificate was sent" in response.text:
        return CertificateWanted(server=server)
    if response.status_code == 400 and "The SSL certificate error" in response.text:
        return CertificateRefused(server=server)
    return NotAnXnat(server=server, why=f"no build information at {path}")


def lost(server: str, what: str, error: httpx.HTTPError) -> ConnectionLost:
    """The error for a request that was not answered to its end."""
    return ConnectionLost(server=server, what=what, why=_reason(error))


def refused_download(server: str, what: str, response: httpx.Response) -> ServerAnswer:
    """The error for an answer that is no bytes of a file, whatever its status."""
    if response.status_code == 200:
        return answers.not_an_answer(server, what, response)
    return answers.failure(server, what, response)


def _reason(error: httpx.HTTPError) -> str:
    """The kind of failure."""
    if isinstance(error, httpx.ConnectTimeout):
        return "it took too long to connect"
    if isinstance(error, httpx.TimeoutException):
        return "it took too long"
    text = str(error)
    if "CERTIFICATE" in text:
        return "its certificate is not trusted"
    if "Name or service" in text or "nodename" in text or "name resolution" in text:
        return "its name is unknown"
    if isinstance(error, httpx.ConnectError):
        return "the connection is refused" if "refused" in text else "no connection came about"
    return "the connection broke off"
