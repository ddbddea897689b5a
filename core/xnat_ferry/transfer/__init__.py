"""A transfer: its folder, its journal, and the carrying of one session from source to prearchive."""
