"""The only door to a server: nothing else in this program speaks HTTP to an XNAT."""
