"""What a person decides about files and titles, and its undo."""
