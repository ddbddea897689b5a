"""How much at once, how fast, and what is tried again after how long."""
