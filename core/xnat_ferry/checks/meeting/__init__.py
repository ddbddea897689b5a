"""What a session meets at its destination: in the archive, in the prearchive, and among its companions."""
