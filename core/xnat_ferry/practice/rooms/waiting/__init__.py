"""What every call on the prearchive shares: rows as tables, sources, parameters, building, logs."""
