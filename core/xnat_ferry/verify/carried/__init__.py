"""What a transfer carried beside the images, as it compares now."""

from xnat_ferry.verify.carried.comparing import carried_with, compare_carried

__all__ = ["carried_with", "compare_carried"]
