"""Values and pure rules: no file, no database, no clock is touched in this room."""
