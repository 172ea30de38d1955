"""The progress page: one operation while it runs and after it ended."""
