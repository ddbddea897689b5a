"""What this terminal can draw. Where it is not UTF-8, all that is shown is put into ASCII."""

import sys
from typing import ClassVar

from textual.scrollbar import ScrollBarRender
from textual.widget import Widget

from xnat_ferry.settings.redact import plain


def terminal_is_utf8() -> bool:
    """Whether more than ASCII can be drawn; Textual draws through standard error."""
    encoding = getattr(sys.__stderr__, "encoding", None) or ""
    return encoding.lower().replace("-", "").replace("_", "") == "utf8"


def sign_of_cut(widget: Widget) -> str:
    """What stands in one cell for what did not fit: no full stop, which would end a sentence or a name."""
    return "~" if getattr(widget.app, "ascii_only", False) else _CUT


def fit_to_show(widget: Widget, text: str, longest: int = 300) -> str:
    """Hostile text made fit for the terminal that the widget's application draws on."""
    kept = plain(text, longest)
    if getattr(widget.app, "ascii_only", False):
        return kept.replace(_CUT, sign_of_cut(widget)).encode("ascii", "replace").decode()
    return kept


_CUT = "…"


class PlainScrollBar(ScrollBarRender):
    """A scrollbar of colours only, since its ends are no ASCII."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "] * 8
    HORIZONTAL_BARS: ClassVar[list[str]] = [" "] * 8
