"""Versions of the plan: their names, and what was current when they were computed."""
