"""Stored accounts."""
