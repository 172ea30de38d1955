"""Files on disk, without the database: walking, probing, fingerprinting, journaling and editing."""
