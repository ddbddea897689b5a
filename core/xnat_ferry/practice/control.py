"""The practice server's own routes: log, faults, state, clock. No login; never logged."""

import json
import math
import re

import msgspec

from xnat_ferry.practice.faults import Rules, parse_faults
from xnat_ferry.practice.http.replies import Reply, as_json, text
from xnat_ferry.practice.http.request import Request
from xnat_ferry.practice.log import Log
from xnat_ferry.practice.site.site import Site
from xnat_ferry.practice.site.state import State


class Control:
    """Answers ``/practice/…``."""

    def __init__(self, site: Site, rules: Rules, log: Log) -> None:
        self._site, self._rules, self._log = site, rules, log
        self._state = State(site)

    def answer(self, request: Request) -> Reply:
        match request.method, request.path.removeprefix("/practice/"):
            case "GET", "log":
                since = request.get("since") or "0"
                return (
                    as_json(self._log.since(int(since)))
                    if since.isascii() and since.isdigit()
                    else text("since is a number", 400)
                )
            case "DELETE", "log":
                self._log.clear()
                return Reply(200)
            case "GET", "underway":
                return as_json(self._log.underway())
            case "POST", "release":
                self._rules.release()
                return Reply(200)
            case "GET", "state":
                return as_json(self._state.all(request.get("project")))
            case "POST", "clock":
                return self._clock(request)
            case method, "faults":
                return self._faults(method, request)
        return text("There is no such control route.", 404)

    def _faults(self, method: str, request: Request) -> Reply:
        if method == "PUT":
            try:
                raw = json.loads(request.body.read() or b"[]")
                faults = parse_faults(raw.get("faults", []) if isinstance(raw, dict) else raw)
            except (ValueError, msgspec.ValidationError, re.error) as error:
                return text(f"These faults make no sense: {error}", 400)
            self._rules.replace(faults)
        elif method == "DELETE":
            self._rules.replace([])
        return as_json(msgspec.to_builtins(self._rules.all()))

    def _clock(self, request: Request) -> Reply:
        try:
            seconds = float(request.get("seconds") or "")
        except ValueError:
            seconds = -1.0
        if not 0 <= seconds < math.inf:  # which NaN is not either
            return text("Say how many seconds shall pass, none or more: ?seconds=N", 400)
        self._site.clock.advance(seconds)
        return as_json({"now": self._site.clock.now()})
