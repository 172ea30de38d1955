"""The page of the people who sign in."""
