"""The rooms that make, move and delete: GET on their addresses is answered elsewhere."""

from xnat_ferry.practice.rooms.creating import assessors, experiments, projects, scans, subjects

ROOMS = (projects, subjects, experiments, scans, assessors)
