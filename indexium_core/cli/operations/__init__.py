"""Commands on operations: write, history, rollback, retry, backups and jobs."""
