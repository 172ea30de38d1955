"""
The fields of a Matroska file: texts in tags and in Info.

`tag_places` has the place of each field, `tags` reads and makes a Tags element, `texts` finds the texts of a field
among all tags, `info` reads and makes Info.
"""
