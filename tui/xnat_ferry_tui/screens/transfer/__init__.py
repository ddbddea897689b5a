"""Area 3: what transfers do, as their journals tell it."""

from xnat_ferry_tui.screens.transfer.area import TransferArea

__all__ = ["TransferArea"]
