"""
Titles: which film or episode each file is, without network, and the values that people see and correct.

In: names, folders, container tags and NFO files of the libraries that hold titles. Out: films, series, seasons and
episodes with a value from each origin; no file changes.
"""
