"""Dialogs that several pages open: before a write, before a rollback, before a cancellation, after an interruption."""
