"""Routes of connections to other programs."""
