"""The settings page: every setting with its value and source."""
