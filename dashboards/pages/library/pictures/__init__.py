"""The pictures of the library page: a grid or a table of all files."""
