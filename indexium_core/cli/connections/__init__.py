"""Commands of connections to other programs."""
