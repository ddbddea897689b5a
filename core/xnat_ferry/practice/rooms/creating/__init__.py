"""Objects made and changed by PUT and POST, a module for each kind (wire-write 4)."""
