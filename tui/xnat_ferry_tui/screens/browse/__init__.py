"""Area 2, the two projects side by side.

``nodes`` are its lines; ``sides`` compares sessions, ``tabling`` puts both sides on the same lines of a
``table``, ``inside`` and ``pairing`` list what sessions open to, and a ``picture`` is all of that.
``arranging`` filters and sorts, ``shown`` is what that leaves, ``outline`` opens and closes, ``lists`` is
what both panes show of it. ``cells``, ``telling`` and ``going`` put it into words. These are pure;
``reading`` fetches, ``errands`` leads elsewhere, ``area`` is the screen.
"""

from xnat_ferry_tui.screens.browse.area import BrowseArea

__all__ = ["BrowseArea"]
