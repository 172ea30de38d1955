"""The plan page: search, select, review and write."""
