"""Commands for connections to other programs."""
