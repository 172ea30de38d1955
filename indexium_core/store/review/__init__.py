"""Decisions, undo steps, templates and saved views."""
