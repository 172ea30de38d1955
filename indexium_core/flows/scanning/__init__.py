"""
Scanning: media files on disk become rows of the catalog.

In: folders. Out: files, their comments and properties in the catalog, and the inventory of each folder.
"""
