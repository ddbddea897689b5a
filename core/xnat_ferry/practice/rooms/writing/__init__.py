"""Resource folders and the files in them, by PUT, POST and DELETE (wire-write 4.4 to 4.6)."""
