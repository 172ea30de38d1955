"""Stored connections to other programs."""
