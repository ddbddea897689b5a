"""An XNAT to practise on: a server on this machine that answers as the real one does, traps included.

The rooms follow what a client meets: ``http`` (how any answer looks), ``login``, ``listings``, ``items``,
``files``, ``settings``, ``imports``, ``prearchive``, ``archiving``. Below them lie ``site`` (what is stored),
``world`` and ``phantoms`` (where it comes from) and ``anonymise``; beside them ``faults`` and ``control``.
"""
