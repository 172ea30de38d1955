"""Commands for the plan: list the plan, decide about files, undo, templates, views, edited spreadsheets, checks."""
