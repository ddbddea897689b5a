"""Looks at both projects and the chosen sessions without changing anything.

``seen`` holds what is found, ``projects`` looks at the two ends, ``sessions`` into the chosen sessions and
their headers, ``take`` does it all.
"""

from xnat_ferry.survey.seen import AS_USUAL, Chosen, Depth, Headers, ProjectView, Survey

__all__ = ["AS_USUAL", "Chosen", "Depth", "Headers", "ProjectView", "Survey"]
