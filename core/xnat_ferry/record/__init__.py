"""The transfer record: what was moved, when, by whom, and what the proof says, in three forms.

Loads none of its modules, as ``settle``.
"""
