"""
Publications: the plan of many titles, the write of NFO files and posters, and the edit of a large NFO file.

    python -m benchmarks.publish [--films 2000] [--episodes 30000] [--written 1000] [--runs 3] [--dir FOLDER]

1. The plan of films and episodes: from nothing, unchanged with a look at every file, and after one edit.
2. Films with an NFO file and a poster: the whole operation, beside a copy of the same files with fsync of each file and
   of its folder, one after the other (the peer).
3. The edit of an NFO file of 200 KB.

The videos are empty files: a publication reads no video.
"""
