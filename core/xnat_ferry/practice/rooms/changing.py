"""The rooms that make, move and delete: GET on their addresses is mostly answered elsewhere."""

from xnat_ferry.practice.rooms import deleting, refresh, user_cache
from xnat_ferry.practice.rooms.creating import assessors, experiments, projects, scans, subjects
from xnat_ferry.practice.rooms.writing import files, resources

ROOMS = (projects, subjects, experiments, scans, assessors, resources, files, deleting, refresh, user_cache)
