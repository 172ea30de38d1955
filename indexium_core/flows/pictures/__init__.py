"""
Pictures of files for people: thumbnails, on request and in the background, and the bytes that a browser plays or shows.

In: the catalog and the files. Out: entries of the thumbnail cache, and bytes; no file changes.
"""
