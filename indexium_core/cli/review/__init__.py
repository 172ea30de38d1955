"""Commands on the plan: list it, decide about files, undo, templates, views, edited spreadsheets, checks."""
