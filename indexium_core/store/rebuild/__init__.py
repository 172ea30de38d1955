"""The rebuild of the database: its integrity, and the rows from backups, snapshots and journals."""
