"""The page of films and series, and the page of one title."""
