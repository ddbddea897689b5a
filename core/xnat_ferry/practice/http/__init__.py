"""How any answer of an XNAT looks, whatever it is about (wire-read 0, wire-write 0)."""
