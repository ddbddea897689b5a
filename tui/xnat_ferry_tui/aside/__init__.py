"""What takes long, beside the keys: errands in threads, and how they disturb nobody."""
