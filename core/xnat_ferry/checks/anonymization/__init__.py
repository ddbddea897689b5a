"""Whether data are anonymised, as far as headers and the destination's scripts tell; ``check`` is the check."""
