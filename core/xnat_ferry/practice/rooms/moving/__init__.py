"""Other labels, further projects, other owners (wire-write 5)."""
