"""The table of keys, and all that is made from it."""
