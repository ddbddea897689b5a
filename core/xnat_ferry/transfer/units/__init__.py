"""One unit's way: cut from its session, fetched, checked, kept in the spool, sent and found again."""
