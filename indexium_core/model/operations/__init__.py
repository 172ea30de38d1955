"""Operations as values: options, outcomes, backups, interrupted operations."""
