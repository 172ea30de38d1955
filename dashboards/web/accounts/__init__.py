"""The ways to sign in that other programs take part in."""
