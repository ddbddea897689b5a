"""Every fact of the wire that the practice server copies: one test a fact, a file a section."""
