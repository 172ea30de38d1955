"""People: assignments, aliases, suggestions, and the legacy database."""
