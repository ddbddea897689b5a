"""What was thought before, so that only what has changed is thought over; what comes out is the same without.

With very many sessions a person's answer to one conflict would else have every header judged again.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from msgspec import Struct

from xnat_ferry.survey import Survey

Result = TypeVar("Result")


class _Kept(Struct, frozen=True):
    """A result with all that it rests on."""

    seen: dict[str, object]
    """What of the survey was looked at: it must be the very same again."""
    by: tuple[object, ...]
    """What else it was judged by: it must be equal."""
    result: Any


class Memory:
    """The newest result of each thing that is thought, for one survey after another.

    A result is taken out and put in whole, so that two threads may share one: at the worst, each thinks.
    """

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}

    def of(self, name: str, survey: Survey, think: Callable[[Survey], Result], *by: object) -> Result:
        """What ``think`` makes of the survey; remembered where what it looked at is the same as before.

        ``by`` is whatever else the result depends on.
        """
        kept = self._kept.get(name)
        if kept is not None and _same(kept, survey) and kept.by == by:
            return cast("Result", kept.result)
        recording = _Recording(survey)
        result = think(cast("Survey", recording))
        self._kept[name] = _Kept(recording.seen, by, result)
        return result

    def last(self, name: str, *by: object) -> Any:
        """The newest of what was kept under this name, if it was made by the same; else None."""
        kept = self._kept.get(name)
        return kept.result if kept is not None and kept.by == by else None

    def keep(self, name: str, result: object, *by: object) -> None:
        """Have :meth:`last` give this from now on."""
        self._kept[name] = _Kept({}, by, result)


class _Recording:
    """Stands for a survey, and remembers what of it was looked at."""

    def __init__(self, survey: Survey) -> None:
        self._survey = survey
        self.seen: dict[str, object] = {}

    def __getattr__(self, name: str) -> object:
        found = self.seen[name] = getattr(self._survey, name)
        return found


def _same(kept: _Kept, survey: Survey) -> bool:
    return all(getattr(survey, name) is seen for name, seen in kept.seen.items())
