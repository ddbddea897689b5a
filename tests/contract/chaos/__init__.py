"""Chaos: small random worlds, servers that misbehave, workers that die, and a judge of what came of it.

``python -m tests.contract.chaos --seeds 2000 --first 0`` runs seeds; a seed that fails prints the command
that runs it again. A seed goes through ``scenario`` (what shall happen), ``running`` (lets it happen) and
``judging`` (compares what is claimed with ``/practice/state``).
"""
