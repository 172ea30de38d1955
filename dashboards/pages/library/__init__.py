"""The library page: folders, scans, lists of files, and the import of people."""
