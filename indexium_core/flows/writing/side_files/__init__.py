"""Writes of side files: the files of a publication."""
