"""One file per command group, each loaded only when it is asked for."""
