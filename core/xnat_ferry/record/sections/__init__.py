"""What each section of the record says; ``record/page.py`` has their order."""
