"""The one error that reaches the person who starts the server."""


class PracticeError(Exception):
    """One sentence: what is wrong, and what to do."""
