"""What a transfer carried beside the images, as it compares now. Loads none of its modules, as ``settle``."""
