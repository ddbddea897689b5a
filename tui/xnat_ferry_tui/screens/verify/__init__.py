"""Area 4: what arrived, compared with what was sent."""

from xnat_ferry_tui.screens.verify.area import VerifyArea

__all__ = ["VerifyArea"]
