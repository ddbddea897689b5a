"""Transfers as they are seen from here, whoever carries them."""
