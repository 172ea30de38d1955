"""The database as a file: its backups, its integrity, its replacement by another file, and its rebuild."""
