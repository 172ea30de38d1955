"""Commands on the library: scan, folders, people, the details and media properties of files."""
