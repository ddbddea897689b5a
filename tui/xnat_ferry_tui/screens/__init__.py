"""The four areas, one file each."""
