"""Where things lie, which servers are known, who logs in, and what must never be written down."""
