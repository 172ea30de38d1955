"""The page of the person who has signed in."""
