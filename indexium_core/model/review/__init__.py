"""What a person decides about files."""
