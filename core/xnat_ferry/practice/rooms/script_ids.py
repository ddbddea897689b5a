"""The ids by which scripts show in the headers that they changed (wire-read 13.8)."""

from xnat_ferry.practice.rooms.settings.scripts import script_id

__all__ = ["script_id"]
