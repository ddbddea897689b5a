"""The transfer record: what was moved, when, by whom, and what the proof says, in three forms."""

from xnat_ferry.record.write import make_record, write_record

__all__ = ["make_record", "write_record"]
