"""
Publications: NFO files and pictures beside the media.

In: the shown values, pictures and people of titles and videos. Out: a plan of side files, and operations that write it.
"""
