"""Logins: Basic, sessions and their silent lapse, CSRF tokens, alias tokens, accounts (wire-read 1)."""
