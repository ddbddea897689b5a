"""An XNAT to practise on: a server on this machine that answers as the real one does, traps included.

The rooms follow what a client meets: ``http`` (how any answer looks), ``login``, ``listings``, ``items``, ``files``,
``settings``, ``imports``, ``prearchive``, ``archiving``; below them ``site`` (what is stored), ``world`` and
``phantoms`` (where it comes from), ``anonymise``; beside them ``faults``, ``clock`` and ``control``.
"""
