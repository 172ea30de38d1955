"""The bulk edit of the selected files of the plan."""
