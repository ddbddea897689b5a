"""The draft as a file: TOML for its owner's eyes only, so that leaving and coming back costs nothing."""

import tomllib
from pathlib import Path

import msgspec
import tomli_w

from xnat_ferry.errors import BadLabelRule, CannotWrite, PlanUnreadable
from xnat_ferry.plan.draft import DRAFT_FORMAT, Draft
from xnat_ferry.settings.private import make_private, write_private

_HEAD = "# What was said of a transfer that is no plan yet. xnat-ferry goes on with it at its next start.\n\n"


def write_draft(draft: Draft, path: Path) -> None:
    """Write it whole or not at all, for nobody else to read; raises CannotWrite."""
    text = _HEAD + tomli_w.dumps(msgspec.to_builtins(draft))
    try:
        make_private(path.parent)
        write_private(path, text.encode())
    except OSError as error:
        raise CannotWrite(folder=path.parent, why=error.strerror) from None


def read_draft(path: Path) -> Draft | None:
    """The draft, None where there is none; raises PlanUnreadable for one that cannot be used."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        if raw.get("format", DRAFT_FORMAT) != DRAFT_FORMAT:
            raise PlanUnreadable(
                path=path, why=f"its format is {raw['format']}, this program reads {DRAFT_FORMAT}"
            )
        draft = msgspec.convert(raw, Draft)
        draft.rules()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise PlanUnreadable(path=path, why=error.strerror or "it cannot be read") from None
    except (ValueError, RecursionError, msgspec.ValidationError, BadLabelRule) as error:
        raise PlanUnreadable(path=path, why=str(error)) from None
    return draft
