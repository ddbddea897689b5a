"""The draft as a file, for its owner's eyes only: leaving and coming back costs nothing.

It is JSON: it is written after every answer, and with thousands of sessions TOML would take a hundred times
as long. What a person reads and edits is the plan that is made of it.
"""

from pathlib import Path

import msgspec

from xnat_ferry.errors import BadLabelRule, CannotWrite, PlanUnreadable
from xnat_ferry.plan.draft import DRAFT_FORMAT, Draft
from xnat_ferry.settings.private import make_private, write_private


class _Written(msgspec.Struct):
    """What every draft says of itself, whatever its format."""

    format: int = DRAFT_FORMAT


_written = msgspec.json.Decoder(_Written)
"""msgspec looks at a type when it is first wanted: two threads that want it at once crash the process."""


def write_draft(draft: Draft, path: Path) -> None:
    """Write it whole or not at all, for nobody else to read; raises CannotWrite."""
    try:
        make_private(path.parent)
        write_private(path, msgspec.json.encode(draft))
    except OSError as error:
        raise CannotWrite(folder=path.parent, why=error.strerror) from None


def read_draft(path: Path) -> Draft | None:
    """The draft, None where there is none; raises PlanUnreadable for one that cannot be used."""
    try:
        raw = path.read_bytes()
        found = _written.decode(raw).format
        if found != DRAFT_FORMAT:
            raise PlanUnreadable(path=path, why=f"its format is {found}, this program reads {DRAFT_FORMAT}")
        draft = msgspec.json.decode(raw, type=Draft)
        draft.rules()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise PlanUnreadable(path=path, why=error.strerror or "it cannot be read") from None
    except (ValueError, RecursionError, msgspec.DecodeError, BadLabelRule) as error:
        raise PlanUnreadable(path=path, why=str(error)) from None
    return draft
