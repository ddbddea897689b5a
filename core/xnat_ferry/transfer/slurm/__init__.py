"""One plan carried by several workers at once, as the tasks of a Slurm array.

A task is the same worker as everywhere, with a lock and a journal of its own in ``tasks/NAME`` of the
transfer's folder. It pulls subjects of the plan by claim files (``claims``), so that no two tasks are ever in
one subject. Whoever reads the transfer's journal reads those of its tasks with it. Slurm starts and ends
tasks (``scheduler``); what became of the work stands in the journals alone, since a queue forgets.
"""
