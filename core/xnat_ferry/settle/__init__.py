"""The end of the street: archived from the prearchive; for a move, proven sessions removed at the source.

Loads none of its modules: the screen begins with several of them, each in a thread of its own, and of two
that begin at once one would see a half of the other's.
"""
