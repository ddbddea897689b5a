"""What else travels with a session: resources, values, assessors; carried and looked at again."""
