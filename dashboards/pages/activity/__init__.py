"""The page of the activity: who did what, filtered by person."""
