"""The page of people: a list with pictures, and one person in detail."""
