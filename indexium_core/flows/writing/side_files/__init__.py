"""
Writes of side files: sidecars of photos, and the NFO files and pictures of publications.

In: planned bytes of small files beside media. Out: these files, all of an item or none, with a journal to restore them.
"""
