"""What commands say, as lines for people."""
