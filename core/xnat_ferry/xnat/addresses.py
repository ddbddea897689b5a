"""Addresses at a server that mean what they say, whatever the labels in them are."""

from urllib.parse import quote, unquote

from xnat_ferry.errors import NotAnAnswer
from xnat_ferry.settings.redact import plain


def data_path(*parts: str) -> str:
    """``/data/…`` of parts that are percent-encoded one by one, slashes in them too."""
    return "/data/" + "/".join(quote(part, safe="") for part in parts)


def refuse_climbing(server: str, what: str, path: str) -> None:
    """Raise NotAnAnswer for an address that would mean another one on its way, or at the server.

    Parts of it are what servers say: labels, numbers, places in the prearchive.
    """
    if any(part in (".", "..") for part in unquote(path).split("/")) or set(path) & set("?#\\"):
        said = "no address of it: a name has dots, or a character that ends it"
        raise NotAnAnswer(server=server, what=plain(what), status=0, said=said)
