"""Operations, their items, and their backups."""
