"""Which handler answers which path: the template that matches the longest prefix (wire-read 0.2)."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import unquote

from xnat_ferry.practice.http.parameters import escaped
from xnat_ferry.practice.http.replies import STANDARD, Refused, Reply
from xnat_ferry.practice.http.request import Request

Handler = Callable[..., Reply]
_RAW = ("scan", "resource")
"""These decode for themselves (wire-read 0.4)."""
_NO_TWIN = (
    "users",
    "search",
    "JSESSION",
    "auth",
    "prearchive",
    "config",
    "services",
    "workflows",
    "automation",
    "status",
    "pars",
    "user",
    "routing",
)
"""What exists under ``/data`` only, not under ``/data/archive`` (wire-read 0.1, wire-write 0.1)."""


def under_sessions(rest: str = "") -> tuple[str, str]:
    """The two long forms of a session's address, each with what follows (wire-read 0.2)."""
    return (
        f"/data/projects/{{project}}/subjects/{{subject}}/experiments/{{session}}{rest}",
        f"/data/experiments/{{session}}{rest}",
    )


class Routes:
    """The routes of one room. Below ``/data`` a template matches any path that begins like it."""

    def __init__(self) -> None:
        self.handlers: list[tuple[str, str, Handler, bool]] = []

    def at(
        self, *templates: str, methods: str = "GET", prefix: bool | None = None
    ) -> Callable[[Handler], Handler]:
        """Register a handler for templates such as ``/data/projects/{project}``; it gets the names.

        ``methods`` are separated by spaces; GET brings HEAD along. ``prefix`` says whether a longer path
        matches too: so it is in ``/data`` (Restlet), and not elsewhere (Spring). The rest of the path is
        then ``request.rest``.
        """

        def register(handler: Handler) -> Handler:
            for template in templates:
                loose = template.startswith("/data/") if prefix is None else prefix
                self.handlers += [(template, method, handler, loose) for method in methods.split()]
            return handler

        return register


@dataclass
class _Route:
    template: str
    pattern: re.Pattern[str]
    loose: bool
    handlers: dict[str, Handler] = field(default_factory=dict)


class Router:
    """All routes of the server."""

    def __init__(self, rooms: Iterable[Routes]) -> None:
        made: dict[str, _Route] = {}
        for room in rooms:
            for template, method, handler, loose in room.handlers:
                if template not in made:
                    made[template] = _Route(template, _pattern(template), loose)
                made[template].handlers[method] = handler
        self._by_head: dict[str, list[_Route]] = defaultdict(list)
        for route in made.values():
            self._by_head[_head(route.template)].append(route)

    def find(self, request: Request) -> Callable[[], Reply]:
        """The handler for a request, its names taken from the path; sets ``rest``. Raises Refused."""
        path = canonical(request.path)
        route, match = self._best(path)
        if route is None or match is None:
            raise Refused(404, STANDARD[404])
        method = "GET" if request.method == "HEAD" else request.method
        if method not in route.handlers:
            raise Refused(405, STANDARD[405], {"Allow": ", ".join(sorted(route.handlers))})
        request.rest = path[match.end() :]
        names = {name: _named(route.template, name, value) for name, value in match.groupdict().items()}
        return partial(route.handlers[method], request, **names)

    def _best(self, path: str) -> tuple[_Route | None, re.Match[str] | None]:
        """The longest match; of two that are as long, the one attached first, as Restlet has it."""
        best: tuple[_Route | None, re.Match[str] | None] = (None, None)
        longest = -1
        for route in self._by_head[_head(path)]:
            match = route.pattern.match(path)
            if match is None or not (route.loose or match.end() == len(path.rstrip("/") or "/")):
                continue
            if match.end() > longest:
                longest, best = match.end(), (route, match)
        return best


def _named(template: str, name: str, value: str) -> str:
    """``/data`` takes the path undecoded, and no mark-up from it; Spring decodes it (wire-read 0.4)."""
    if not template.startswith("/data/"):
        return unquote(value)
    return value if name in _RAW else escaped(value)


def _head(path: str) -> str:
    return path.split("/", 2)[1] if path.startswith("/") else ""


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", template)
    return re.compile(
        "".join(f"(?P<{part}>[^/]+)" if place % 2 else re.escape(part) for place, part in enumerate(parts))
    )


def canonical(path: str) -> str:
    """``/REST`` is ``/data``, and most of ``/data/archive`` is ``/data`` again."""
    if path.startswith("/REST/"):
        path = "/data/" + path.removeprefix("/REST/")
    twin = path.removeprefix("/data/archive/")
    if twin != path and not twin.startswith(_NO_TWIN):
        return "/data/" + twin
    return path
