"""Commands for operations: write, history, rollback, retry, backups and jobs."""
