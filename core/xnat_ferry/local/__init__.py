"""DICOM on this machine: a folder, a .zip or a tar, looked through and grouped as XNAT would.

``places`` says what a place is; ``folder``, ``zipped`` and ``tarred`` are the three kinds of them. ``heads``
reads who a file is, ``scanning`` groups files into studies and series, ``proposing`` names the sessions.
"""
