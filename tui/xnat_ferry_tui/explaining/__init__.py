"""What the screen says of itself: help, reasons, the tour, the key in place of a command."""
