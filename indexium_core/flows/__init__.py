"""Use cases. Each folder is one capability; it joins `store`, `files` and `jobs`, which do not import each other."""
