"""The keys as a page of the documentation: ``python -m xnat_ferry_tui.keyboard.key_table``."""

import sys
from collections.abc import Iterator

from xnat_ferry_tui.keyboard import keys

_NAMES = {
    keys.EVERYWHERE: "Everywhere",
    keys.LISTS: "In every list",
    "checks": "Area 1, the wizard, in every step",
    "checks.connect": "Step 5, connect",
    "checks.choose": "Step 6, choose",
    "checks.checks": "Step 7, the checklist",
    "checks.conflicts": "Step 8, conflicts",
    "checks.labels": "Step 9, labels",
    "checks.review": "Step 0, review",
    "browse": "Area 2, both projects",
    keys.HEADER: "In a DICOM header",
    "transfer": "Area 3, transfers",
    "verify": "Area 4, the proof",
    "ask": "A question of yes or no",
    "tell": "Words that need no answer",
    "name": "The name before something is lost",
    "choice": "One of a few things",
    "ticks": "Any of a few things",
    "form": "A form",
    "words": "Projects, a server or a receiver",
    "login": "A login",
    "adding": "What archiving would add to",
    "beside": "Two headers side by side",
    "page": "A page to read",
    "palette": "The palette",
    "projects": "Another project for a pane",
    "help": "The help",
}


def page() -> str:
    """All places with their keys, in Markdown."""
    return "\n".join(_page()) + "\n"


def _page() -> Iterator[str]:
    yield "# Keys"
    yield ""
    yield "Made from `keys.py` by `make keys`. To have other keys, write the action's ID into `keys.toml`"
    yield 'beside the settings, such as `stop = "X"` below `[transfer]`. In a question'
    yield "or any other dialog its own keys work, those of its lists, and of what works everywhere `F1`."
    for place in dict.fromkeys([keys.EVERYWHERE, keys.LISTS, *(key.where for key in keys.KEYS)]):
        yield ""
        yield f"## {_NAMES.get(place, place)}"
        yield ""
        yield "| keys | does | ID |"
        yield "|---|---|---|"
        for key in keys.at([place]):
            shown = keys.shown(key, all_of_them=True).replace("|", "\\|") or "(palette)"
            yield f"| `{shown}` | {key.help} | `{key.id}` |"


if __name__ == "__main__":
    sys.stdout.write(page())
