"""An XNAT to practise on: a server on this machine that answers as the real one does, traps included.

``app`` takes requests and ``serve`` runs it; ``control``, ``faults``, ``log`` and ``clock`` are for whoever
practises. ``http`` is how any answer looks, ``rooms`` what the server answers, a room for each part of the
wire. ``rules`` and ``dicom`` are what the rooms go by, ``site`` is what is stored, ``world`` where that comes
from.
"""
