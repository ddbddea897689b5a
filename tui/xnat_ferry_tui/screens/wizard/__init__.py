"""The steps of area 1, one file each: they are states of one screen, and all they know is in the draft."""
