"""One file as values: what the disk and the container say, its fields and its readers."""
