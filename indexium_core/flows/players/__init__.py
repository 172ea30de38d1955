"""Players: they are told what was published, and read back."""
