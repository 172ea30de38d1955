"""The disk, and nothing else: walking, probing, fingerprinting, journaling and editing files. Knows no database."""
