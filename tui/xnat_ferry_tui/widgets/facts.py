"""A few lines of text that never read it as markup."""

from collections.abc import Iterable

from rich.text import Text
from textual.widgets import Static

from xnat_ferry.settings.redact import plain


class Facts(Static):
    """Shows lines of hostile text as they are."""

    def __init__(self, *, id: str) -> None:
        super().__init__(markup=False, id=id)
        self.lines: tuple[str, ...] = ()

    def put(self, lines: Iterable[str]) -> None:
        """Show these lines."""
        self.lines = tuple(plain(line, 1000) for line in lines)
        self.update(Text("\n".join(self.lines)))
