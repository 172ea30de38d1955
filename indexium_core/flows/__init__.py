"""Use cases: the room where decisions live. Joins store, files and jobs, which do not know one another."""
