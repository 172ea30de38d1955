"""Files of keys in a home, which only their user can read."""
