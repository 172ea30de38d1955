"""The benchmark of publications."""
