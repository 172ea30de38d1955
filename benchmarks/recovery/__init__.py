"""The benchmark of the recovery of published files."""
