"""Whether data are anonymised: ``check`` is the check, the others what it goes by."""
