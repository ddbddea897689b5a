"""What commands take, where several take the same."""
