"""What a test says about itself: which fact of the wire it shows, and what is left out on purpose."""

from typing import NamedTuple

import pytest


class LeftOut(NamedTuple):
    """A fact that the practice server does not copy, and why."""

    section: str
    """``read 2.4`` or ``write 1.7``."""
    fact: str
    why: str


def fact(section: str, words: str = "") -> pytest.MarkDecorator:
    """Mark a test as the one that shows a fact; without words its name says it.

    ``section`` is ``read 2.4`` for wire-read section 2.4, ``write 1.7`` for wire-write section 1.7.
    """
    return pytest.mark.fact(section, words)
