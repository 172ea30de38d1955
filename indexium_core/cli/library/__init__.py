"""Commands for the library: scan, folders, people, and the details and media properties of files."""
