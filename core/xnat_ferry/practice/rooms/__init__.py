"""What the server answers, a room for each part of the wire; each room brings its own ``ROUTES``."""
