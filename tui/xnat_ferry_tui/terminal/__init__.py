"""What this terminal can show, and what it need not be sent."""
