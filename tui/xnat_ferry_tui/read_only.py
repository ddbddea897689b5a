"""Windows and servers that are for looking only."""

from msgspec.structs import replace

from xnat_ferry.errors import BadEndpoint, SettingsUnreadable, UnknownAlias
from xnat_ferry.model import Endpoint
from xnat_ferry.settings.paths import servers_file
from xnat_ferry.settings.preferences import Window, preferences_file
from xnat_ferry.settings.servers import find_server, read_aliases, same_server
from xnat_ferry_tui.desk import Desk
from xnat_ferry_tui.keyboard.keys import Key

HOW_TO_CHANGE = (
    "Looking, checking and verifying work as always.",
    "To change something, open a window without --read-only, or take read_only or read_only_at out of the "
    "settings.",
)
_DELETES = ("verify.settle", "verify.unshare")


def why_not(window: Window, desk: Desk, key: Key) -> str:
    """Why the action of a key is not done from here; "" where it may be.

    A copy changes nothing at its source, so that one may be for looking only.
    """
    if window.read_only:
        return "not from this window, which is read-only."
    plan = desk.watched.state.plan if desk.watched else None
    ends = desk.ends if key.where.startswith("checks") else (plan.source, plan.destination) if plan else None
    if ends is None:
        return ""
    changed = ends if key.id in _DELETES else ends[1:]
    closed = [end.server for end in changed if is_closed(window, end.server)]
    return f"not at {desk.names.get(closed[0], closed[0])}, which is read-only." if closed else ""


def by_address(window: Window) -> Window:
    """The same, its closed servers named by their addresses.

    Raises SettingsUnreadable for a name that is no server's: what it meant would stand open.
    """
    if not window.read_only_at:
        return window
    aliases = read_aliases(servers_file())
    try:
        closed = tuple(find_server(name, aliases) for name in window.read_only_at)
    except (UnknownAlias, BadEndpoint) as error:
        why = f"read_only_at below [screen] names no server: {str(error).rstrip('.')}"
        raise SettingsUnreadable(path=preferences_file(), why=why) from None
    return replace(window, read_only_at=closed)


def is_closed(window: Window, server: str) -> bool:
    """Whether nothing may be changed at the server of this address."""
    return any(same_server(server, closed) for closed in window.read_only_at)


def sign(window: Window, ends: tuple[Endpoint, Endpoint] | None) -> bool:
    """Whether the title says so: for the window, or for the destination of what is shown."""
    return window.read_only or (ends is not None and is_closed(window, ends[1].server))
