"""One file as values: the facts on disk and in the container, its fields, and how programs show its comment."""
